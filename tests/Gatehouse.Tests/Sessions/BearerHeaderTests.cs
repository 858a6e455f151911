using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Sessions;

public sealed class BearerHeaderTests(SharedOnSqlite shared) : IClassFixture<SharedOnSqlite>
{
    [Fact]
    [Meets("GH-SEC-114", "GH-SEC-115", "GH-SEC-257")]
    public async Task A_token_comes_in_one_header_and_nowhere_else()
    {
        var token = await (await shared.App.JoinAsync(App.NewEmail())).TakeTokenAsync();
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("/account", $"Authorization: Bearer {token}")).Status);

        foreach (var (path, headers) in ((string, string[])[])
        [
            ($"/account?access_token={token}", []),
            ($"/account?token={token}", ["GN-Access-Token: " + token]),
            ("/account", [$"Cookie: gatehouse={token}; access_token={token}"]),
            ("/account", [$"Authorization: {token}"]),
            ("/account", [$"Authorization: Basic {token}"]),
            ("/account", [$"Authorization: Bearer {token}", $"Authorization: Bearer {token}"]),
            ("/account", [$"Authorization: Bearer {token}, {token}"]),
            ("/account", [$"Authorization: Bearer {token} {token}"]),
            ("/account", [$"Authorization: Bearer {token},Bearer x"]),
            ("/account", ["Authorization: Bearer "]),
            ("/account", ["Authorization: Bearer \u00e9\u00ff"]),
        ])
        {
            var answer = await AskAsync(path, headers);
            Assert.True(answer.Status == HttpStatusCode.Unauthorized, $"{path} {string.Join(' ', headers)}: {answer.Status}");
            Assert.StartsWith("Bearer", answer.Header("WWW-Authenticate"), StringComparison.Ordinal);
            Assert.Null(answer.Header("GN-Access-Token"));
        }
    }

    private async Task<Answer> AskAsync(string path, params string[] headers) =>
        await RawHttp.SendAsync(shared.App.Address, "GET", path, null, headers)
            ?? throw new InvalidOperationException("The server hung up.");
}
