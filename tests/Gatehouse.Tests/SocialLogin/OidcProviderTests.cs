using System.Net;
using System.Text.RegularExpressions;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.SocialLogin;

/// <summary>Against npm's oidc-provider over real HTTP: somebody else's reading of the same standards.</summary>
public sealed partial class OidcProviderTests
{
    private const string Secret = "a secret between the two of them";

    [Theory]
    [InlineData("RS256")]
    [InlineData("ES256")]
    [Meets("GH-SEC-165", "GH-SEC-167", "GH-SEC-168", "GH-SEC-170")]
    public async Task A_customer_comes_in_with_what_it_vouches_for(string algorithm)
    {
        await using var scene = await Scene.SetAsync(algorithm);

        var (session, _) = await scene.ComeInAsync("ada");
        var (unverified, _) = await scene.ComeInAsync("grace-unverified");
        var (nameless, _) = await scene.ComeInAsync("alan-nameless");
        var (again, _) = await scene.ComeInAsync("ada");

        Assert.Equal("ada@example.com", session.Text("account", "email"));
        Assert.Equal("Ada", session.Text("user", "name"));
        Assert.Null(unverified.Text("account", "email"));
        Assert.Null(nameless.Text("account", "email"));
        Assert.Equal(session.Text("account", "id"), again.Text("account", "id"));
    }

    [Fact]
    [Meets("GH-SEC-183")]
    public async Task Its_new_key_is_found()
    {
        await using var scene = await Scene.SetAsync("RS256");
        await scene.ComeInAsync("ada");
        await scene.RotateAsync();
        scene.App.Clock.Advance(TimeSpan.FromSeconds(50)); // not yet another minute, in which keys are asked for once
        (await scene.LogInAsync(new Traveller(scene.App, scene.Nobody), "ada")).IsFailed("provider_failed");

        scene.App.Clock.Advance(TimeSpan.FromSeconds(10));

        await scene.ComeInAsync("ada");
    }

    [Fact]
    [Meets("GH-SEC-208")]
    public async Task Who_is_logged_in_there_is_asked_again_for_the_settings()
    {
        await using var scene = await Scene.SetAsync("RS256");
        var (_, traveller) = await scene.ComeInAsync("ada");

        var location = (await traveller.PostAsync("/api/auth/account/open", App.Json(("via", "acme")))).Text("location")!;
        var back = await scene.ThereAndBackAsync(traveller, location, "ada");

        Assert.Equal("/auth/settings", back.LeadsTo());
        (await traveller.PostAsync("/api/auth/account/open", App.Json(("via", "acme")))).Text("grant");
    }

    [Fact]
    [Meets("GH-SEC-181")]
    public async Task Who_cancels_there_is_told_so()
    {
        await using var scene = await Scene.SetAsync("RS256");
        var traveller = new Traveller(scene.App, scene.Nobody);

        (await scene.ThereAndBackAsync(traveller, await traveller.LeaveAsync("acme"), login: null)).IsFailed("login_cancelled");
    }

    /// <summary>The provider in a process of its own, our server, and a customer's way through its pages.</summary>
    private sealed partial class Scene : IAsyncDisposable
    {
        private readonly Node provider;
        private HttpClient browser = NewBrowser();

        private Scene(Node provider, App app) => (this.provider, App) = (provider, app);

        public App App { get; }

        /// <summary>No stand-in is asked here.</summary>
        public StandIns Nobody { get; } = new();

        public static async Task<Scene> SetAsync(string algorithm)
        {
            var port = ServerProcess.FreePort();
            var node = Node.Start(
                "oidc-provider.mjs", $"{port}", "http://localhost:8080/api/auth/acme/callback", algorithm);
            while (await node.ReadLineAsync() is { } line && line != "ready")
                continue; // it warns of what a test does on purpose
            var app = await App.StartAtAsync(StoreKind.Sqlite, DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()),
                ("Social:acme:ClientId", "gatehouse"), ("Social:acme:ClientSecret", Secret), ("Social:acme:Authority", $"http://127.0.0.1:{port}"),
                ("Social:acme:Algorithm", algorithm));
            return new Scene(node, app);
        }

        public async Task<(Answer Session, Traveller Traveller)> ComeInAsync(string login)
        {
            browser.Dispose();
            browser = NewBrowser(); // somebody else's
            var traveller = new Traveller(App, Nobody);
            (await LogInAsync(traveller, login)).LeadsTo();
            var session = await traveller.GetAsync("/api/auth/session");
            session.IsOk();
            return (session, traveller);
        }

        public async Task<Answer> LogInAsync(Traveller traveller, string login) =>
            await ThereAndBackAsync(traveller, await traveller.LeaveAsync("acme") + "&prompt=login", login);

        public async Task RotateAsync()
        {
            await provider.WriteLineAsync("rotate");
            Assert.Equal("done", await provider.ReadLineAsync());
        }

        /// <param name="login">Null: the customer follows the link that says cancel.</param>
        public async Task<Answer> ThereAndBackAsync(Traveller traveller, string location, string? login)
        {
            var address = new Uri(location);
            var form = (Dictionary<string, string>?)null;
            for (var steps = 0; steps < 20; steps++)
            {
                using var request = new HttpRequestMessage(form is null ? HttpMethod.Get : HttpMethod.Post, address);
                if (form is not null)
                    request.Content = new FormUrlEncodedContent(form);
                using var response = await browser.SendAsync(request);
                form = null;
                if (response.Headers.Location is { } next)
                {
                    address = new Uri(address, next);
                    if (address.Port == 8080)
                        return await traveller.ReturnAsync(address.PathAndQuery);
                    continue;
                }
                var page = await response.Content.ReadAsStringAsync();
                Assert.True(response.StatusCode == HttpStatusCode.OK, page);
                if (login is null)
                {
                    address = new Uri(address, WebUtility.HtmlDecode(Cancel().Match(page).Groups["href"].Value));
                    continue;
                }
                address = new Uri(address, Action().Match(page).Groups["action"].Value);
                form = page.Contains("value=\"consent\"", StringComparison.Ordinal)
                    ? new(StringComparer.Ordinal) { ["prompt"] = "consent" }
                    : new(StringComparer.Ordinal) { ["prompt"] = "login", ["login"] = login, ["password"] = "any" };
            }
            throw new InvalidOperationException("The provider's pages go round in circles.");
        }

        public async ValueTask DisposeAsync()
        {
            browser.Dispose();
            Nobody.Dispose();
            await App.DisposeAsync();
            await provider.DisposeAsync();
        }

        private static HttpClient NewBrowser() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = true });

        [GeneratedRegex("action=\"(?<action>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex Action();

        [GeneratedRegex("href=\"(?<href>[^\"]*abort[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex Cancel();
    }
}
