using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gatehouse.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Browser.Tests.Support;

/// <summary>
/// Google, Facebook and LINE as a browser sees them: one page that asks who one is and whether to go on. Chromium takes this
/// server for theirs (<see cref="ResolverRules"/>); a routed answer would not do, since Playwright doesn't see redirects. What
/// they answer our server is <see cref="StandInAnswers"/>.
/// </summary>
internal sealed class StandIn
{
    public const string ClientId = "1234567890";
    public const string ClientSecret = "a secret of thirty-two characters";

    private static readonly Dictionary<string, string> Providers = new(StringComparer.Ordinal)
    {
        ["accounts.google.com"] = "google",
        ["www.facebook.com"] = "facebook",
        ["access.line.me"] = "line",
    };

    private static readonly ConcurrentDictionary<string, Stranger> Strangers = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, StandInLogin> Asked = new(StringComparer.Ordinal);
    private static readonly Lazy<Task<StandIn>> Shared = new(() => Task.Run(StartAsync));
    private static int strangers;

    private readonly int port;

    private StandIn(int port) => this.port = port;

    /// <summary>Other sites that a visitor of ours may come to.</summary>
    public static Uri[] Sites { get; } = [.. Providers.Keys.Select(host => new Uri($"https://{host}"))];

    public static (string Key, string Value)[] Settings { get; } =
    [
        .. Providers.Values.SelectMany(name => new[]
        {
            ($"Social:{name}:ClientId", ClientId), ($"Social:{name}:ClientSecret", ClientSecret),
        }),
    ];

    /// <summary>Codes that were given to a browser and not yet traded.</summary>
    public static ConcurrentDictionary<string, StandInLogin> Codes { get; } = new(StringComparer.Ordinal);

    public string ResolverRules => string.Join(',', Providers.Keys.Select(host => $"MAP {host}:443 127.0.0.1:{port}"));

    public static Task<StandIn> SharedAsync() => Shared.Value;

    /// <summary>Our server asks the stand-ins, and nobody else.</summary>
    public static void Replace(IServiceCollection services) => services.FakeProviders(clock => new StandInAnswers(clock));

    /// <summary>Somebody whom the providers know.</summary>
    public static Stranger Meet(string name, string? email = null)
    {
        var subject = $"10{Interlocked.Increment(ref strangers):D8}";
        return Strangers[subject] = new Stranger(subject, name, email ?? App.NewEmail());
    }

    public static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static async Task<StandIn> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(NewCertificate())));
        var host = builder.Build();
        host.MapGet("/decide", Decide);
        host.MapFallback(Ask);
        await host.StartAsync();
        return new StandIn(new Uri(host.Urls.First()).Port);
    }

    private static X509Certificate2 NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=stand-in", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private static IResult Ask(HttpContext http)
    {
        var query = http.Request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal);
        var provider = Providers[http.Request.Host.Host];
        if (Fault(provider, http.Request.Path, query) is { } fault)
            return Results.Text("The stand-in was asked wrongly: " + fault, statusCode: StatusCodes.Status400BadRequest);
        var ask = NewSecret();
        Asked[ask] = new StandInLogin(provider, query);
        return Results.Content($"""
            <!doctype html><html lang="en"><title>{provider}</title><link rel="icon" href="data:,"><main><h1>{provider}</h1>
            <form action="/decide"><input type="hidden" name="ask" value="{ask}">
            <label>Who are you? <input name="who"></label> <button name="say" value="yes">Continue</button>
            <button name="say" value="no">Cancel</button></form></main>
            """, "text/html; charset=utf-8");
    }

    /// <summary>What a provider would refuse to show its page for.</summary>
    private static string? Fault(string provider, string path, Dictionary<string, string> query)
    {
        var wanted = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["response_type"] = "code",
            ["client_id"] = ClientId,
            ["code_challenge_method"] = "S256",
            ["scope"] = provider switch { "google" => "openid email profile", "line" => "openid profile", _ => "public_profile" },
        };
        var address = provider switch { "google" => "/o/oauth2/v2/auth", "line" => "/oauth2/v2.1/authorize", _ => "/v23.0/dialog/oauth" };
        string[] needed = ["state", "code_challenge", .. provider == "facebook" ? [] : new[] { "nonce" }];
        if (path != address)
            return "path";
        if (!query.GetValueOrDefault("redirect_uri", "").EndsWith($"/api/auth/{provider}/callback", StringComparison.Ordinal))
            return "redirect_uri";
        return wanted.Keys.FirstOrDefault(key => query.GetValueOrDefault(key) != wanted[key])
            ?? needed.FirstOrDefault(key => query.GetValueOrDefault(key) is not { Length: >= 32 });
    }

    private static IResult Decide(HttpContext http, string ask, string? who, string say) =>
        AnswerTo(ask, say == "yes" ? who : null) is { } address ? Results.Redirect(address) : Results.BadRequest();

    /// <summary>Where the browser that asked would be sent back to; null when nobody asked.</summary>
    /// <param name="who">Null says no.</param>
    public static string? AnswerTo(string ask, string? who)
    {
        if (!Asked.TryRemove(ask, out var login))
            return null;
        var answer = new Dictionary<string, string?>(StringComparer.Ordinal) { ["state"] = login.Query["state"] };
        if (Strangers.TryGetValue(who ?? "", out var stranger))
        {
            var code = NewSecret();
            Codes[code] = login with { Who = stranger };
            answer["code"] = code;
        }
        else
        {
            answer["error"] = "access_denied";
            answer["error_description"] = "The user said no.";
        }
        // Facebook's answers end in this, to keep scripts from taking an empty fragment for one of their own.
        var tail = login.Provider == "facebook" ? "#_=_" : "";
        return QueryHelpers.AddQueryString(login.Query["redirect_uri"], answer) + tail;
    }
}

/// <summary>Somebody with a login at the providers.</summary>
internal sealed record Stranger(string Subject, string Name, string Email);

/// <summary>What a browser came with, and who it turned out to be.</summary>
internal sealed record StandInLogin(string Provider, Dictionary<string, string> Query)
{
    public Stranger Who { get; init; } = null!;

    public bool IsFresh => Query.ContainsKey("max_age") || Query.ContainsKey("auth_nonce");
}
