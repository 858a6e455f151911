using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Embedding;

/// <summary>The sample as a reader starts it: a process of its own.</summary>
public sealed class GuardedSampleTests : IDisposable
{
    private const string Program = "Guarded.dll";
    private readonly string folder = Directory.CreateTempSubdirectory("gatehouse-guarded-").FullName;
    private readonly int port = ServerProcess.FreePort();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task It_guards_its_own_endpoint_by_cookie_and_by_bearer()
    {
        await using var sample = await ServerProcess.StartSampleAsync(Program, folder, port);
        var alice = App.Json(("email", "alice@example.com"), ("password", App.Password));
        var accountId = await SignUpAsync(sample, alice);

        var login = await sample.PostAsync("/api/auth/login", alice, default);
        var cookie = ("Cookie", "gatehouse=" + login.Cookie("gatehouse"));
        var token = (await sample.PostAsync("/account/login", alice, default)).Header("GN-Access-Token")!;

        Assert.Equal("Hello, whoever you are.", (await sample.GetAsync("/hello")).Body);
        Assert.Equal("Hello, Alice.", (await sample.GetAsync("/me", cookie)).Body);
        Assert.Equal("Hello, Alice.", (await sample.GetAsync("/me", App.Bearer(token))).Body);
        (await sample.GetAsync("/me")).IsProblem(401, "unauthenticated");
        (await sample.GetAsync("/me", cookie, App.Bearer(token + "x"))).IsProblem(401, "invalid_token");
        var browser = await sample.GetAsync("/me", ("Accept", "text/html"));
        Assert.Equal((HttpStatusCode.SeeOther, "/auth/login?return=%2Fme"), (browser.Status, browser.Header("Location")));
        await SaysAsync(sample, $"Welcome, account {accountId}.");
        Assert.Equal(0, await sample.TerminateAsync());
    }

    [Fact]
    public async Task Without_its_database_it_says_so_and_logs_nobody_out()
    {
        await using var store = await Store.CreateAsync(StoreKind.Postgres);
        var (proxy, connectionString) = store.ThroughProxy();
        await using var _ = proxy;
        await using var sample = await ServerProcess.StartSampleAsync(Program, folder, port, "Database=" + connectionString);
        var alice = App.Json(("email", "alice@example.com"), ("password", App.Password));
        await SignUpAsync(sample, alice);
        var cookie = ("Cookie", "gatehouse=" + (await sample.PostAsync("/api/auth/login", alice, default)).Cookie("gatehouse"));
        proxy.Cut();

        var down = await sample.GetAsync("/me", cookie);

        down.IsProblem(503, "unavailable");
        Assert.Empty(down.SetCookies);
        Assert.Equal("Hello, whoever you are.", (await sample.GetAsync("/hello", cookie)).Body);
        proxy.Pass();
        Assert.Equal("Hello, Alice.", (await sample.GetAsync("/me", cookie)).Body);
    }

    [Fact]
    public void The_README_shows_it_as_it_is()
    {
        var root = Node.RepositoryRoot;
        var shown = File.ReadAllText(Path.Combine(root, "samples", "Guarded", "Program.cs")).Trim();

        Assert.True(shown.Split('\n').Length <= 25, "A quick start is short.");
        foreach (var page in (string[])["README.md", "docs/embedding.md"])
            Assert.Contains("```csharp\n" + shown + "\n```", File.ReadAllText(Path.Combine(root, page)), StringComparison.Ordinal);
    }

    /// <summary>Signs up and verifies; the account's id.</summary>
    private static async Task<string> SignUpAsync(ServerProcess sample, string credentials)
    {
        Assert.Equal(HttpStatusCode.Accepted, (await sample.PostAsync("/api/auth/signup", credentials, default)).Status);
        var token = "";
        for (var tries = 0; tries < 500 && token.Length == 0; tries++)
        {
            await Task.Delay(10);
            var mails = (await sample.GetAsync("/dev/mail.json")).Json.GetProperty("mails");
            token = mails.GetArrayLength() == 0 ? "" : mails[0].GetProperty("links")[0].GetString()!.Split('/')[^1];
        }
        var verified = await sample.PostAsync(
            $"/api/auth/mail/verify/{token}", App.Json(("password", App.Password), ("user_name", "Alice")), default);
        verified.IsOk();
        return verified.Text("account", "id")!;
    }

    private static async Task SaysAsync(ServerProcess sample, string what)
    {
        for (var tries = 0; tries < 1000 && !sample.Output.Contains(what, StringComparison.Ordinal); tries++)
            await Task.Delay(10);
        Assert.Contains(what, sample.Output, StringComparison.Ordinal);
    }
}
