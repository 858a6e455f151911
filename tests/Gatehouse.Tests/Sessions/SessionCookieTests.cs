using System.Buffers.Text;
using System.Net;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Sessions;

/// <summary>The cookie's text, and everything that isn't one of ours.</summary>
public sealed class SessionCookieTests(SharedOnSqlite shared) : IClassFixture<SharedOnSqlite>
{
    private const string Cleared = "gatehouse=; max-age=0; path=/; samesite=strict; httponly";
    private const string ClearedHost = "__Host-gatehouse=; max-age=0; path=/; secure; samesite=strict; httponly";

    private App App => shared.App;

    [Fact]
    [Meets("GH-SEC-061")]
    public async Task On_this_machine_it_is_plain_and_strict()
    {
        var person = await App.JoinAsync("plain@example.com");

        var answer = await App.PostAsync("/api/auth/login", App.Json(("email", person.Email), ("password", person.Password)));

        var line = Assert.Single(answer.SetCookies, line => line.StartsWith("gatehouse=", StringComparison.Ordinal));
        var value = answer.Cookie("gatehouse")!;
        Assert.Equal($"gatehouse={value}; max-age=1209600; path=/; samesite=strict; httponly", line);
        Assert.Matches("^[A-Za-z0-9_-]{100,300}$", value);
        var global = Assert.Single(answer.SetCookies, line => line.StartsWith("global=", StringComparison.Ordinal));
        Assert.EndsWith("; max-age=1209600; path=/; samesite=strict", global, StringComparison.Ordinal);
        Assert.True(answer.SetCookies.All(line => line.Length < 4096));
    }

    [Fact]
    [Meets("GH-SEC-061")]
    public async Task On_https_it_is_a_host_cookie_and_secure()
    {
        await using var app = await App.StartAsync(
            StoreKind.Sqlite, ("PublicUrl", "https://auth.example.com"), ("Sessions:MaxAge", "01:00:00"));
        await app.SignUpAsync("host@example.com");
        var token = (await app.MailAsync("host@example.com")).Token;

        var answer = await app.PostAsync(
            $"/api/auth/mail/verify/{token}", App.Json(("password", App.Password), ("user_name", "Host")));

        var value = answer.Cookie("__Host-gatehouse");
        Assert.Contains($"__Host-gatehouse={value}; max-age=3600; path=/; secure; samesite=strict; httponly", answer.SetCookies, StringComparer.Ordinal);
        Assert.Null(answer.Cookie("gatehouse"));
        Assert.EndsWith("; max-age=3600; path=/; secure; samesite=strict",
            Assert.Single(answer.SetCookies, line => line.StartsWith("global=", StringComparison.Ordinal)), StringComparison.Ordinal);
        (await app.GetAsync("/api/auth/session", ("Cookie", $"__Host-gatehouse={value}"))).IsOk();
        (await app.GetAsync("/api/auth/session", ("Cookie", $"gatehouse={value}"))).IsProblem(401, "unauthenticated");
        var bad = await app.GetAsync("/api/auth/session", ("Cookie", "__Host-gatehouse=x; gatehouse=y"));
        Assert.Equal(ClearedHost, bad.SetCookies[0]);
        Assert.Equal("", bad.Cookie("gatehouse"));
    }

    [Fact]
    public async Task Https_told_by_a_known_proxy_makes_it_a_host_cookie_too()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, ("KnownProxies:0", "127.0.0.1"));
        await app.JoinAsync();

        var answer = await app.PostAsync("/api/auth/login",
            App.Json(("email", "alice@example.com"), ("password", App.Password)), ("X-Forwarded-Proto", "https"));

        Assert.EndsWith("; secure; samesite=strict; httponly",
            Assert.Single(answer.SetCookies, line => line.StartsWith("__Host-gatehouse=", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    [Meets("GH-SEC-013", "GH-SEC-058")]
    public async Task The_database_and_the_answer_hold_nothing_that_opens_the_door()
    {
        var person = await App.JoinAsync("dump@example.com");
        var hash = (byte[])(await App.Store.AskAsync($"SELECT token_hash FROM sessions WHERE id = '{person.SessionId}'"))!;

        Assert.Equal(32, hash.Length);
        foreach (var guess in (string[])[Convert.ToHexString(hash), Base64Url.EncodeToString(hash), person.SessionId, person.AccountId])
            await AssertRefusedAsync($"gatehouse={guess}");
        Assert.DoesNotContain(person.Cookie, (await person.GetAsync("/api/auth/info")).Body, StringComparison.Ordinal);
    }

    /// <summary>Every character of the cookie in turn, one bit of each; the last one's spare bits too.</summary>
    [Fact]
    [Meets("GH-SEC-059")]
    public async Task A_flipped_bit_is_refused_wherever_it_is()
    {
        var person = await App.JoinAsync("bits@example.com");
        var bytes = Base64Url.DecodeFromChars(person.Cookie);
        for (var bit = 0; bit < bytes.Length * 8; bit += 7)
        {
            var flipped = (byte[])bytes.Clone();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            await AssertRefusedAsync("gatehouse=" + Base64Url.EncodeToString(flipped));
        }
        (await person.GetAsync("/api/auth/session")).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-059")]
    public async Task A_cut_or_lengthened_one_is_refused()
    {
        var person = await App.JoinAsync("cut@example.com");
        for (var length = 0; length < person.Cookie.Length; length += 5)
            await AssertRefusedAsync("gatehouse=" + person.Cookie[..length]);
        foreach (var tail in (string[])["A", "AA", "=", "==", "AAAA", " x", "%20", new string('A', 10_000)])
            await AssertRefusedAsync($"gatehouse={person.Cookie}{tail}");
    }

    [Theory]
    [Meets("GH-SEC-077")]
    [InlineData("gatehouse=")]
    [InlineData("gatehouse==")]
    [InlineData("gatehouse=\"\"")]
    [InlineData("gatehouse=null")]
    [InlineData("gatehouse=0")]
    [InlineData("gatehouse=....")]
    [InlineData("gatehouse=%00")]
    [InlineData("gatehouse=\u00e9\u00ff")]
    [InlineData("gatehouse={}")]
    [InlineData("gatehouse=a,b")]
    [InlineData("gatehouse=CfDJ8")]
    [InlineData("gatehouse=eyJhbGciOiJub25lIn0.e30.")]
    [InlineData("gatehouse=AAAA AAAA")]
    public async Task What_is_no_cookie_of_ours_is_cleared(string cookie) => await AssertRefusedAsync(cookie);

    [Fact]
    [Meets("GH-SEC-077")]
    public async Task A_huge_one_is_refused_before_anything_is_decrypted() =>
        await AssertRefusedAsync("gatehouse=" + new string('A', 16_000));

    [Fact]
    [Meets("GH-SEC-062")]
    public async Task Two_are_none()
    {
        var person = await App.JoinAsync("two@example.com");
        var good = "gatehouse=" + person.Cookie;

        await AssertRefusedAsync($"{good}; {good}");
        await AssertRefusedAsync($"gatehouse=x; {good}");
        await AssertRefusedAsync($"{good}; gatehouse=");
        await AssertRefusedAsync($"{good}; a=b; gatehouse=x");
        var inTwoHeaders = await RawHttp.SendAsync(App.Address, "GET", "/api/auth/session", null, "Cookie: " + good, "Cookie: " + good);
        Assert.Equal(HttpStatusCode.Unauthorized, inTwoHeaders!.Status);
        Assert.Equal("", inTwoHeaders.Cookie("gatehouse"));
        (await person.GetAsync("/api/auth/session")).IsOk();
    }

    [Theory]
    [Meets("GH-SEC-062")]
    [InlineData("Gatehouse={0}")]
    [InlineData("GATEHOUSE={0}")]
    [InlineData("gatehouse2={0}")]
    [InlineData("xgatehouse={0}")]
    [InlineData("gatehouse%20={0}")]
    [InlineData("%67atehouse={0}")]
    [InlineData("\u00a0gatehouse={0}")]
    [InlineData("gatehouse\u00a0={0}")]
    [InlineData("$Version=1; $gatehouse={0}")]
    [InlineData("__Host-gatehouse={0}")]
    [InlineData("__Secure-gatehouse={0}")]
    [InlineData("global={0}")]
    public async Task A_name_that_looks_like_ours_is_not_ours(string header)
    {
        var person = await App.JoinAsync($"name{Guid.CreateVersion7():N}@example.com");
        var cookie = header.Replace("{0}", person.Cookie, StringComparison.Ordinal);

        var answer = await RawHttp.SendAsync(App.Address, "GET", "/api/auth/session", null, "Cookie: " + cookie);

        answer!.IsProblem(401, "unauthenticated");
        var beside = await RawHttp.SendAsync(
            App.Address, "GET", "/api/auth/session", null, $"Cookie: {cookie}; gatehouse={person.Cookie}");
        Assert.Equal(HttpStatusCode.OK, beside!.Status);
    }

    [Fact]
    [Meets("GH-SEC-063", "GH-SEC-104", "GH-SEC-257")]
    public async Task Only_the_cookie_carries_it()
    {
        var person = await App.JoinAsync("only@example.com");

        foreach (var path in (string[])["/api/auth/session?gatehouse=" + person.Cookie, "/api/auth/session;gatehouse=" + person.Cookie])
            Assert.NotEqual(HttpStatusCode.OK, (await App.GetAsync(path)).Status);
        (await App.GetAsync("/api/auth/session", ("gatehouse", person.Cookie))).IsProblem(401, "unauthenticated");
        (await App.GetAsync("/api/auth/session", ("Authorization", "Bearer " + person.Cookie))).IsProblem(401, "invalid_token");
    }

    [Fact]
    [Meets("GH-SEC-059")]
    public async Task Another_server_s_cookie_is_not_ours()
    {
        await using var other = await App.StartAsync(StoreKind.Sqlite);
        var person = await other.JoinAsync();

        await AssertRefusedAsync("gatehouse=" + person.Cookie);
    }

    [Fact]
    [Meets("GH-SEC-059")]
    public async Task Another_purpose_s_ciphertext_is_not_a_cookie()
    {
        var keys = App.Services.GetRequiredService<Gatehouse.Sessions.DataProtectionKeys>();
        var sealedBytes = keys.CreateProtector("Gatehouse.SelfTest.v1").Protect(new byte[32]);

        await AssertRefusedAsync("gatehouse=" + Base64Url.EncodeToString(sealedBytes));
    }

    [Fact]
    public async Task A_restart_knows_the_cookies_of_before()
    {
        await using var store = await Store.CreateAsync(StoreKind.Sqlite);
        var clock = new FakeClock();
        string cookie;
        await using (var before = await App.StartOnAsync(store, clock))
            cookie = (await before.JoinAsync()).Cookie;

        await using var after = await App.StartOnAsync(store, clock);

        (await after.GetAsync("/api/auth/session", ("Cookie", "gatehouse=" + cookie))).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-079")]
    public async Task A_guest_gets_none_and_leaves_nothing()
    {
        var sessions = await App.Store.CountAsync("sessions");

        foreach (var path in (string[])["/api/auth/session", "/healthz", "/.well-known/jwks.json"])
            Assert.Empty((await App.GetAsync(path)).SetCookies);
        Assert.Null((await App.GetAsync("/api/auth/info")).Cookie("gatehouse"));

        Assert.Equal(sessions, await App.Store.CountAsync("sessions"));
    }

    private async Task AssertRefusedAsync(string cookie)
    {
        var answer = await RawHttp.SendAsync(App.Address, "GET", "/api/auth/session", null, "Cookie: " + cookie);

        Assert.NotNull(answer);
        answer.IsProblem(401, "unauthenticated");
        Assert.Equal(Cleared, Assert.Single(answer.SetCookies));
    }
}
