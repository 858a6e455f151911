using BenchmarkDotNet.Attributes;
using Gatehouse.Configuration;
using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Gatehouse.Tokens;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Net.Http.Headers;

namespace Gatehouse.Benchmarks;

/// <summary>What a request's credentials cost beyond the web server: cookies, access tokens, the session's JSON.</summary>
[InProcess]
[MemoryDiagnoser]
#pragma warning disable CA1001 // CleanUp disposes: BenchmarkDotNet calls that
public class SessionBenchmarks
#pragma warning restore CA1001
{
    private const int Distinct = 110_000; // more than the two generations of 50,000 that are remembered
    private readonly string folder = Directory.CreateTempSubdirectory("gatehouse-benchmarks.").FullName;
    private readonly DefaultHttpContext http = new();
    private readonly string[] cookies = new string[Distinct];
    private Database database = null!;
    private SessionCookie cookie = null!;
    private SigningKeys keys = null!;
    private DataProtectionKeys cookieKeys = null!;
    private AccessTokenRules rules = null!;
    private AccessTokens tokens = null!;
    private Session session = null!;
    private string token = "";
    private int next;

    // BenchmarkDotNet doesn't wait for an asynchronous set-up in its own process.
    [GlobalSetup]
    public void SetUp() => SetUpAsync().GetAwaiter().GetResult();

    [GlobalCleanup]
    public void CleanUp()
    {
        keys.Dispose();
        cookieKeys.Dispose();
        database.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Directory.Delete(folder, recursive: true);
    }

    [Benchmark]
    public bool CookieFirst() => Read(cookies[next = (next + 1) % Distinct]);

    [Benchmark]
    public bool CookieRemembered() => Read(cookies[0]);

    [Benchmark]
    public bool TokenFirst() =>
        AccessToken.Read(token, keys.Ring, rules, UnixMicros.ToSeconds(TimeProvider.System.NowMicros())) is not null;

    [Benchmark]
    public bool TokenRemembered() => tokens.Read(token) is not null;

    [Benchmark]
    public string TokenWrite() => tokens.Issue(session);

    [Benchmark]
    public byte[] SessionJson() => session.Write(note: null);

    private async Task SetUpAsync()
    {
        var settings = SettingsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Gatehouse:Secrets:Key", SecretBytes.ToText(SecretBytes.New())),
            new("Gatehouse:Database", $"Data Source={folder}/gatehouse.db"),
        ]).Build(), development: true);
        database = Database.Open(settings.Database);
        await new Migrator(database, TimeProvider.System).MigrateAsync(CancellationToken.None);
        var box = new SecretBox(settings.Secrets);
        keys = new SigningKeys(database, box, settings, TimeProvider.System);
        await keys.EnsureAsync(CancellationToken.None);
        rules = new AccessTokenRules(settings.Tokens.Issuer, settings.Tokens.Audience, settings.Tokens.Lifetime);
        tokens = new AccessTokens(keys, settings, TimeProvider.System);
        cookieKeys = new DataProtectionKeys(database, box, TimeProvider.System);
        await cookieKeys.EnsureAsync(CancellationToken.None);
        cookie = new SessionCookie(cookieKeys, settings);
        session = NewSession();
        token = tokens.Issue(session);
        for (var index = 0; index < Distinct; index++)
            cookies[index] = NewCookie();
    }

    private bool Read(string value)
    {
        http.Request.Headers.Cookie = value;
        return cookie.Read(http.Request).Presented is not null;
    }

    private string NewCookie()
    {
        var answer = new DefaultHttpContext();
        cookie.Set(answer, SessionToken.New());
        var made = SetCookieHeaderValue.Parse(answer.Response.Headers.SetCookie.ToString());
        return $"{made.Name}={made.Value}";
    }

    private static Session NewSession()
    {
        var now = TimeProvider.System.NowMicros();
        return new Session
        {
            Id = Ids.New(TimeProvider.System),
            TokenHash = SessionToken.New().Hash(),
            TokensFrom = 0,
            AccountId = Ids.New(TimeProvider.System),
            UserId = Ids.New(TimeProvider.System),
            Email = "alice@example.com",
            Username = null,
            ProfileName = "Alice",
            Preferences = "{}",
            Via = SessionVia.Cookie,
            CreatedAt = now,
            LastSeenAt = now,
            ExpiresAt = now + UnixMicros.Of(TimeSpan.FromDays(14)),
            Generation = 0,
            Line = "",
        };
    }
}
