using System.Globalization;
using System.Net;
using Gatehouse.Storage;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Storage;

/// <summary>The disk under a running server fills up: it says so, still reads, and goes on with new room.</summary>
public sealed class FullDiskTests
{
    [Fact]
    [Meets("GH-SEC-302")]
    public async Task Writes_are_a_503_and_reads_go_on()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        var alice = await app.JoinAsync();
        await app.MailsSettledAsync();
        var database = app.Services.GetRequiredService<Database>();
        var pages = await LimitAsync(database, "page_count");
        await LimitAsync(database, $"max_page_count={pages}");

        var accepted = 0;
        Answer answer;
        do
            answer = await SignUpAsync(app, accepted++);
        while (answer.Status == HttpStatusCode.Accepted && accepted < 100);

        answer.IsProblem(503, "unavailable");
        (await alice.GetAsync("/api/auth/session")).IsOk();
        (await alice.GetAsync("/api/auth/users")).IsOk();
        (await app.GetAsync("/api/auth/session", ("Cookie", "gatehouse=x"))).IsProblem(401, "unauthenticated");
        await LimitAsync(database, "max_page_count=1000000");
        (await SignUpAsync(app, accepted)).IsOk();
        await alice.LogInAsync();
        Assert.Equal("ok", await app.Store.AskAsync("PRAGMA integrity_check"));
        Assert.Equal(accepted + 1, await app.Store.CountAsync("accounts"));
    }

    /// <summary>Four kilobytes each: a page.</summary>
    private static Task<Answer> SignUpAsync(App app, int number)
    {
        var email = string.Create(CultureInfo.InvariantCulture, $"c{number}@example.com");
        var config = $$"""{"filler":"{{new string('x', 4000)}}"}""";
        var credentials = App.Json(("email", email), ("password", App.Password));
        return app.PostAsync("/api/auth/signup", $"{credentials[..^1]},\"config\":{config}}}");
    }

    private static Task<long> LimitAsync(Database database, string pragma) =>
        database.TransactAsync(db => db.ScalarAsync<long>($"PRAGMA {pragma}"), CancellationToken.None);
}
