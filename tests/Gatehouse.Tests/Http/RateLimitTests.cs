using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Http;

/// <summary>Each budget over HTTP: its count, its window, its key.</summary>
public sealed class RateLimitTests
{
    private const string On = "RateLimits:Enabled";
    private const string Wrong = "not the right password";
    private static readonly string UnknownLink = new('A', 43);

    /// <summary>The budget, its default count and window, and a call that draws on it for an unknown caller.</summary>
    public static TheoryData<string, int, string, string, string?, int> PerSource => new()
    {
        { "LoginSource", 20, "00:01:00", "/api/auth/login", """{"email":"a{0}@example.com","password":"not the right one"}""", 401 },
        { "LoginSource", 20, "00:01:00", "/account/login", """{"email":"a{0}@example.com","password":"not the right one"}""", 401 },
        { "SignUp", 10, "01:00:00", "/api/auth/signup", """{"email":"a{0}@example.com","password":"correct horse battery"}""", 202 },
        { "SignUp", 10, "01:00:00", "/account/register", """{"email":"a{0}@example.com","password":"correct horse battery"}""", 202 },
        { "Mail", 10, "01:00:00", "/api/auth/mail/verify", """{"email":"a{0}@example.com"}""", 202 },
        { "Mail", 10, "01:00:00", "/api/auth/passwd", """{"email":"a{0}@example.com"}""", 202 },
        { "Mail", 10, "01:00:00", "/api/auth/passwd/reset", """{"username":"someone{0}"}""", 202 },
        { "Link", 20, "00:10:00", "/api/auth/mail/verify/" + new string('B', 42) + "A", null, 410 },
        { "Link", 20, "00:10:00", "/api/auth/passwd/nonsense", null, 410 },
        { "Link", 20, "00:10:00", "/api/auth/passwd/" + new string('C', 43), """{"password":"correct horse battery"}""", 410 },
        { "Lookup", 60, "00:01:00", "/api/auth/usernames/someone{0}", null, 200 },
    };

    [Theory]
    [Meets("GH-SEC-042", "GH-SEC-052", "GH-SEC-053", "GH-SEC-157")]
    [MemberData(nameof(PerSource))]
    public async Task A_source_has_its_permits_and_then_waits(
        string name, int permits, string window, string path, string? json, int status)
    {
        _ = name;
        await using var app = await App.StartAsync(StoreKind.Sqlite, (On, "true"));
        for (var i = 0; i < permits; i++)
            Assert.Equal(status, (int)(await SendAsync(app, path, json, i)).Status);
        var before = await app.Store.CountAsync("accounts");

        clockStep(app, TimeSpan.FromMilliseconds(1500));
        var refused = await SendAsync(app, path, json, permits);

        refused.IsProblem(429, "too_many_requests");
        var left = TimeSpan.Parse(window, System.Globalization.CultureInfo.InvariantCulture).TotalSeconds - 1.5;
        Assert.Equal(Math.Ceiling(left), double.Parse(refused.Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(before, await app.Store.CountAsync("accounts"));
        clockStep(app, TimeSpan.FromSeconds(left));
        Assert.Equal(status, (int)(await SendAsync(app, path, json, permits)).Status);

        static void clockStep(App app, TimeSpan by) => app.Clock.Advance(by);
    }

    /// <summary>Who may write to any address in one's name, or ask for any name, asks strangers: a session is no licence.</summary>
    [Theory]
    [Meets("GH-SEC-042", "GH-SEC-157")]
    [InlineData("POST", "/api/auth/account/email", "email", "@example.com", 10)]
    [InlineData("PATCH", "/api/auth/account", "username", "", 60)]
    public async Task A_grant_has_its_permits_and_then_waits(string method, string path, string member, string ending, int permits)
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, (On, "true"));
        var alice = await app.JoinAsync();
        var grant = await alice.OpenAsync();
        for (var i = 0; i < permits; i++)
            (await ChangeAsync(i)).IsOk();
        await app.MailsSettledAsync();
        var before = await app.Store.CountAsync("security_events");

        (await ChangeAsync(permits)).IsProblem(429, "too_many_requests");

        Assert.Equal(before, await app.Store.CountAsync("security_events"));
        Assert.Equal(0, await app.Store.CountAsync("mail_outbox"));

        Task<Answer> ChangeAsync(int i) => alice.SendAsync(new HttpMethod(method), path, App.Json((member, $"someone{i}{ending}")), grant);
    }

    [Fact]
    public async Task An_account_asks_for_no_more_mails_by_coming_from_elsewhere()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, (On, "true"), ("RateLimits:Mail:Permits", "2"), ("KnownProxies:0", "127.0.0.1"));
        var alice = await app.JoinAsync();
        var grant = await alice.OpenAsync();

        var statuses = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            statuses.Add((int)(await alice.PostAsync("/api/auth/account/email", App.Json(("email", $"someone{i}@example.com")),
                grant, ("X-Forwarded-For", $"192.0.2.{i}"))).Status);
        }

        Assert.Equal([202, 202, 429], statuses);
    }

    [Fact]
    public async Task A_setting_changes_count_and_window()
    {
        await using var app = await App.StartAsync(
            StoreKind.Sqlite, (On, "true"), ("RateLimits:Lookup:Permits", "2"), ("RateLimits:Lookup:Window", "00:00:05"));

        var statuses = new List<int>();
        for (var i = 0; i < 3; i++)
            statuses.Add((int)(await app.GetAsync("/api/auth/usernames/someone")).Status);
        app.Clock.Advance(TimeSpan.FromSeconds(5));
        statuses.Add((int)(await app.GetAsync("/api/auth/usernames/someone")).Status);

        Assert.Equal([200, 200, 429, 200], statuses);
    }

    [Fact]
    [Meets("GH-SEC-048")]
    public async Task However_the_path_is_spelt_it_is_one_budget()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, (On, "true"), ("RateLimits:LoginSource:Permits", "4"));
        string[] spellings =
            ["/api/auth/login", "/API/Auth/LOGIN", "/api/auth/login/", "/api/auth/%6cogin", "/./api/auth/login", "/api/auth/../auth/login"];

        var statuses = new List<int>();
        foreach (var path in spellings)
        {
            var answer = await RawHttp.SendAsync(app.Address, "POST", path, App.Json(("email", "a@example.com"), ("password", Wrong)));
            statuses.Add((int)answer!.Status);
        }

        Assert.Equal([401, 401, 401, 401, 429, 429], statuses);
    }

    [Fact]
    [Meets("GH-SEC-026", "GH-SEC-045", "GH-SEC-047", "GH-SEC-204")]
    public async Task The_account_s_failures_are_one_budget_over_every_path_that_checks_a_password()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, (On, "true"), ("RateLimits:LoginSource:Permits", "1000"));
        var person = await app.JoinAsync();
        for (var i = 0; i < 3; i++)
            await app.PostAsync("/api/auth/login", App.Json(("email", "ALICE@EXAMPLE.com"), ("password", Wrong)));
        for (var i = 0; i < 3; i++)
            await app.PostAsync("/account/login", App.Json(("username", person.Email), ("password", Wrong)));
        for (var i = 0; i < 4; i++)
            await person.PostAsync("/api/auth/users", App.Json(("name", "Bob"), ("password", Wrong)));

        var right = await app.PostAsync("/api/auth/login", App.Json(("email", person.Email), ("password", person.Password)));
        var unknown = await app.PostAsync("/api/auth/login", App.Json(("email", "bob@example.com"), ("password", Wrong)));

        right.IsProblem(429, "too_many_requests");
        unknown.IsProblem(401, "invalid_credentials");
        (await person.GetAsync("/api/auth/session")).IsOk();
        app.Clock.Advance(TimeSpan.FromMinutes(15));
        await person.LogInAsync();
    }

    [Fact]
    [Meets("GH-SEC-008")]
    public async Task An_unknown_account_is_blocked_at_the_same_count()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, (On, "true"), ("RateLimits:LoginSource:Permits", "1000"));
        await app.JoinAsync();

        foreach (var email in (string[])["alice@example.com", "nobody@example.com"])
        {
            for (var i = 0; i < 10; i++)
                (await app.PostAsync("/api/auth/login", App.Json(("email", email), ("password", Wrong)))).IsProblem(401, "invalid_credentials");
            (await app.PostAsync("/api/auth/login", App.Json(("email", email), ("password", Wrong)))).IsProblem(429, "too_many_requests");
        }
    }

    [Fact]
    [Meets("GH-SEC-046")]
    public async Task Two_hundred_guesses_at_once_are_no_more_than_the_budget()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, (On, "true"), ("RateLimits:LoginSource:Permits", "1000"));
        await app.JoinAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(
            _ => app.PostAsync("/api/auth/login", App.Json(("email", "alice@example.com"), ("password", Wrong)))));

        Assert.Equal(10, answers.Count(answer => answer.Status == HttpStatusCode.Unauthorized));
        Assert.Equal(190, answers.Count(answer => answer.Status == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    [Meets("GH-SEC-287")]
    public async Task An_address_gets_three_mails_an_hour_and_the_answer_never_tells()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, (On, "true"));
        for (var i = 0; i < 5; i++)
        {
            var answer = await app.PostAsync("/api/auth/signup", App.Json(("email", "Alice@example.com"), ("password", App.Password)));
            Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        }
        await app.MailsSettledAsync();

        Assert.Equal(3, (await app.MailsAsync("alice@example.com")).Count);
    }

    [Fact]
    [Meets("GH-SEC-052")]
    public async Task A_good_link_is_no_wrong_one_and_a_blocked_source_cannot_use_it()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, (On, "true"));
        var token = await app.SignUpAsync();
        for (var i = 0; i < 30; i++)
            (await app.GetAsync($"/api/auth/mail/verify/{token}")).IsOk();
        for (var i = 0; i < 20; i++)
            (await app.GetAsync($"/api/auth/mail/verify/{UnknownLink}")).IsProblem(410, "link_invalid");

        (await app.GetAsync($"/api/auth/mail/verify/{token}")).IsProblem(429, "too_many_requests");
    }

    [Fact]
    [Meets("GH-SEC-043")]
    public async Task Sources_do_not_pay_for_each_other()
    {
        await using var app = await App.StartAsync(
            StoreKind.Sqlite, (On, "true"), ("KnownProxies:0", "127.0.0.1"), ("RateLimits:Lookup:Permits", "1"));

        var statuses = new List<int>();
        foreach (var source in (string[])["203.0.113.1", "203.0.113.2", "::ffff:203.0.113.1", "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"])
            statuses.Add((int)(await app.GetAsync("/api/auth/usernames/someone", ("X-Forwarded-For", source))).Status);

        Assert.Equal([200, 200, 429, 200, 429, 200], statuses);
    }

    /// <summary>Who rents a /48 has 65,536 sources; they share what ten have, and nobody else pays for it.</summary>
    [Fact]
    [Meets("GH-SEC-043")]
    public async Task A_network_has_ten_times_a_source_s_permits()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, (On, "true"), ("KnownProxies:0", "127.0.0.1"),
            ("RateLimits:Lookup:Permits", "1"), ("RateLimits:Link:Permits", "1"));
        async Task<int> FromAsync(string source, string path) => (int)(await app.GetAsync(path, ("X-Forwarded-For", source))).Status;

        foreach (var (path, status) in ((string, int)[])[("/api/auth/usernames/someone", 200), ($"/api/auth/passwd/{UnknownLink}", 410)])
        {
            for (var i = 0; i < 10; i++)
                Assert.Equal(status, await FromAsync($"2001:db8:1:{i}::1", path));
            Assert.Equal(429, await FromAsync("2001:db8:1:a::1", path));
            Assert.Equal(status, await FromAsync("2001:db8:2::1", path));
        }
    }

    /// <summary>A source that is full takes nothing from its network.</summary>
    [Fact]
    public async Task One_source_alone_uses_up_no_network()
    {
        await using var app = await App.StartAsync(
            StoreKind.Sqlite, (On, "true"), ("KnownProxies:0", "127.0.0.1"), ("RateLimits:Lookup:Permits", "1"));
        for (var i = 0; i < 20; i++)
            await app.GetAsync("/api/auth/usernames/someone", ("X-Forwarded-For", "2001:db8:1::1"));

        (await app.GetAsync("/api/auth/usernames/someone", ("X-Forwarded-For", "2001:db8:1:1::1"))).IsOk();
    }

    private static Task<Answer> SendAsync(App app, string path, string? json, int number)
    {
        var text = number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        path = path.Replace("{0}", text, StringComparison.Ordinal);
        return json is null
            ? app.GetAsync(path)
            : app.PostAsync(path, json.Replace("{0}", text, StringComparison.Ordinal));
    }
}
