using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Gatehouse.Tests.Support;
using Gatehouse.Tests.Tokens;

namespace Gatehouse.Tests.Embedding;

/// <summary>The sample of an API elsewhere: it takes our tokens by the key set alone, and nothing that only looks like one.</summary>
public sealed class ResourceServerTests : IAsyncLifetime, IDisposable
{
    private const string Issuer = "https://auth.example.com";
    private readonly string folder = Directory.CreateTempSubdirectory("gatehouse-resource-").FullName;
    private static readonly TimeSpan Ago = TimeSpan.FromHours(2); // longer than a token lives
    private readonly FakeClock clock = new(TimeProvider.System.GetUtcNow() - Ago); // jose goes by the real one
    private Store store = null!;
    private App app = null!;
    private Process server = null!;
    private HttpClient http = null!;

    public async Task InitializeAsync()
    {
        store = await Store.CreateAsync(StoreKind.Sqlite);
        app = await App.StartOnAsync(store, clock, ("Tokens:Issuer", Issuer), ("Tokens:Audience", Issuer));
        // The sample's only package is one of the tests' own: no second installation of it.
        var script = Path.Combine(folder, "server.mjs");
        File.Copy(Path.Combine(Node.RepositoryRoot, "samples", "resource-server", "server.mjs"), script);
        Directory.CreateSymbolicLink(
            Path.Combine(folder, "node_modules"), Path.Combine(Node.RepositoryRoot, "tests", "node", "node_modules"));
        server = Process.Start(new ProcessStartInfo("node", [script])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment = { ["ISSUER"] = Issuer, ["JWKS"] = new Uri(app.Address, "/.well-known/jwks.json").ToString() },
        })!;
        http = new HttpClient { BaseAddress = new Uri((await server.StandardOutput.ReadLineAsync())!) };
    }

    public async Task DisposeAsync()
    {
        server.Kill();
        await server.WaitForExitAsync();
        await app.DisposeAsync();
        await store.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    public void Dispose()
    {
        server.Dispose();
        http.Dispose();
    }

    [Fact]
    public async Task Our_token_is_taken_and_says_whose_it_is()
    {
        var person = await app.JoinAsync();
        clock.Advance(Ago);

        var answer = await AskAsync(await person.TakeTokenAsync());

        answer.IsOk();
        Assert.Equal((person.AccountId, person.UserId), (answer.Text("account"), answer.Text("user")));
    }

    [Fact]
    public async Task What_is_not_one_is_refused()
    {
        var person = await app.JoinAsync();
        var expired = await person.TakeTokenAsync();
        clock.Advance(Ago);
        var token = await person.TakeTokenAsync();
        await using var other = await App.StartOnAsync(store, clock, ("Tokens:Issuer", Issuer), ("Tokens:Audience", "https://other.example"));
        await using var stranger = await App.StartOnAsync(store, clock, ("Tokens:Issuer", "https://evil.example"), ("Tokens:Audience", Issuer));

        var refused = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["expired"] = expired,
            ["another audience"] = await (person with { App = other }).TakeTokenAsync(),
            ["another issuer"] = await (person with { App = stranger }).TakeTokenAsync(),
            ["signed with the public key"] = await ForgeAsync(token),
            ["unsigned"] = Forge.Encode("""{"alg":"none","typ":"at+jwt"}""") + "." + token.Split('.')[1] + ".",
            ["another type"] = Forge.Encode("""{"alg":"RS256","typ":"JWT"}""") + token[token.IndexOf('.', StringComparison.Ordinal)..],
            ["changed"] = token[..^4] + (token.EndsWith("AAAA", StringComparison.Ordinal) ? "BBBB" : "AAAA"),
            ["no token at all"] = "x",
        };

        foreach (var (what, text) in refused)
        {
            var answer = await AskAsync(text);
            Assert.True(answer.Status == HttpStatusCode.Unauthorized, $"{what}: {(int)answer.Status} {answer.Body}");
            Assert.Equal("Bearer error=\"invalid_token\"", answer.Header("WWW-Authenticate"));
        }
        Assert.Equal("Bearer", (await AskAsync(null)).Header("WWW-Authenticate"));
    }

    /// <summary>The oldest trick: HS256 with what everybody can fetch as the secret.</summary>
    private async Task<string> ForgeAsync(string token)
    {
        var keys = await app.GetAsync("/.well-known/jwks.json");
        var kid = keys.Json.GetProperty("keys")[0].GetProperty("kid").GetString();
        var text = Forge.Encode($$"""{"alg":"HS256","typ":"at+jwt","kid":"{{kid}}"}""") + "." + token.Split('.')[1];
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(keys.Body), Encoding.UTF8.GetBytes(text));
        return text + "." + System.Buffers.Text.Base64Url.EncodeToString(signature);
    }

    private async Task<Answer> AskAsync(string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        if (token is not null)
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        using var response = await http.SendAsync(request);
        return await Answer.ReadAsync(response);
    }
}
