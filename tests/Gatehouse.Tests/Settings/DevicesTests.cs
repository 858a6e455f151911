using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Settings;

public sealed class DevicesOnSqlite(SharedOnSqlite shared) : DevicesTests(shared), IClassFixture<SharedOnSqlite>;

public sealed class DevicesOnPostgres(SharedOnPostgres shared) : DevicesTests(shared), IClassFixture<SharedOnPostgres>;

public abstract class DevicesTests(SharedApp shared)
{
    private const string Path = "/api/auth/account/sessions";
    private readonly App app = shared.App;
    private readonly string email = App.NewEmail();

    [Fact]
    [Meets("GH-SEC-073")]
    public async Task The_owner_sees_where_the_account_is_logged_in_and_no_secret()
    {
        var alice = await app.JoinAsync(email);
        app.Clock.Advance(TimeSpan.FromMinutes(5));
        var token = await app.PostAsync(
            "/account/login", App.Json(("email", email), ("password", App.Password)), ("User-Agent", "Television/1.0"));
        token.IsOk();
        await app.JoinAsync(App.NewEmail());

        var list = await alice.GetAsync(Path, await alice.OpenAsync());

        list.IsOk();
        var sessions = list.Json.GetProperty("sessions").EnumerateArray().ToArray();
        Assert.Equal(2, sessions.Length);
        var mine = sessions.Single(session => session.GetProperty("current").GetBoolean());
        var other = sessions.Single(session => !session.GetProperty("current").GetBoolean());
        Assert.Equal(alice.SessionId, mine.GetProperty("id").GetString());
        Assert.Equal("cookie", mine.GetProperty("via").GetString());
        Assert.Equal("token", other.GetProperty("via").GetString());
        Assert.Equal("Television/1.0", other.GetProperty("user_agent").GetString());
        Assert.Equal("127.0.0.1", other.GetProperty("ip").GetString());
        Assert.Equal("created_at current expires_at id ip last_seen_at user_agent via", string.Join(' ',
            other.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal)));
    }

    [Fact]
    [Meets("GH-SEC-014", "GH-SEC-073")]
    public async Task One_session_is_ended_and_another_accounts_is_not_found()
    {
        var alice = await app.JoinAsync(email);
        var tablet = await alice.LogInAsync();
        var bob = await app.JoinAsync(App.NewEmail());
        var grant = await alice.OpenAsync();

        (await alice.SendAsync(HttpMethod.Delete, $"{Path}/{bob.SessionId}", null, grant)).IsProblem(404, "not_found");
        (await alice.SendAsync(HttpMethod.Delete, $"{Path}/{tablet.SessionId}", null, grant)).IsOk();
        (await alice.SendAsync(HttpMethod.Delete, $"{Path}/{tablet.SessionId}", null, grant)).IsProblem(404, "not_found");

        (await bob.GetAsync("/api/auth/session")).IsOk();
        (await alice.GetAsync("/api/auth/session")).IsOk();
        (await tablet.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
    }

    [Fact]
    public async Task Ending_ones_own_session_logs_out()
    {
        var alice = await app.JoinAsync(email);

        var ended = await alice.SendAsync(HttpMethod.Delete, $"{Path}/{alice.SessionId}", null, await alice.OpenAsync());

        ended.IsOk();
        Assert.Equal("", ended.Cookie("gatehouse"));
        (await alice.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
    }

    [Fact]
    [Meets("GH-SEC-073")]
    public async Task All_the_others_are_ended_and_this_one_goes_on_with_its_grant()
    {
        var alice = await app.JoinAsync(email);
        var tablet = await alice.LogInAsync();
        var token = await alice.TakeTokenAsync();
        var grant = await alice.OpenAsync();

        (await alice.SendAsync(HttpMethod.Delete, Path, null, grant)).IsOk();

        (await tablet.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        (await app.GetAsync("/account", App.Bearer(token))).IsProblem(401, "invalid_token");
        Assert.Single((await alice.GetAsync(Path, grant)).Json.GetProperty("sessions").EnumerateArray());
    }

    /// <summary>Also what a store that lost a delete brings back: the epoch in the account's row outdates it.</summary>
    [Fact]
    [Meets("GH-SEC-076", "GH-SEC-276")]
    public async Task A_session_that_comes_back_from_a_backup_stays_dead()
    {
        var alice = await app.JoinAsync(email);
        var tablet = await alice.LogInAsync();
        await app.Store.AskAsync($"CREATE TABLE backup_{email[1..email.IndexOf('@')]} AS SELECT * FROM sessions WHERE id = '{tablet.SessionId}'");
        (await alice.SendAsync(HttpMethod.Delete, Path, null, await alice.OpenAsync())).IsOk();

        await app.Store.AskAsync($"INSERT INTO sessions SELECT * FROM backup_{email[1..email.IndexOf('@')]}");
        app.Clock.Advance(TimeSpan.FromSeconds(2));

        (await tablet.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        (await alice.GetAsync("/api/auth/session")).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-205", "GH-SEC-254")]
    public async Task What_happened_is_listed_newest_first_a_page_at_a_time()
    {
        var alice = await app.JoinAsync(email);
        for (var i = 0; i < 5; i++)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            await alice.LogInAsync();
        }
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        var grant = await alice.OpenAsync();

        var seen = new List<string>();
        var next = "";
        for (var pages = 0; pages < 9; pages++)
        {
            var page = await alice.GetAsync($"/api/auth/account/events?limit=3{next}", grant);
            page.IsOk();
            seen.AddRange(page.Json.GetProperty("events").EnumerateArray().Select(item => item.GetProperty("type").GetString()!));
            if (page.Text("next") is not { } id)
                break;
            next = "&before=" + id;
        }

        Assert.Equal("settings_opened logged_in logged_in logged_in logged_in logged_in", string.Join(' ', seen.Take(6)));
        Assert.Equal("account_verified signed_up", string.Join(' ', seen.Skip(6).Order(StringComparer.Ordinal))); // of one instant
    }

    [Fact]
    [Meets("GH-SEC-254")]
    public async Task An_event_tells_when_and_where()
    {
        var alice = await app.JoinAsync(email);
        var list = await alice.GetAsync("/api/auth/account/events", await alice.OpenAsync());

        var newest = list.Json.GetProperty("events")[0];

        Assert.Equal("at detail id ip type user_agent", string.Join(' ',
            newest.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal)));
        Assert.Equal("127.0.0.1", newest.GetProperty("ip").GetString());
        Assert.Equal(app.Clock.GetUtcNow(), newest.GetProperty("at").GetDateTimeOffset(), TimeSpan.FromSeconds(1));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, list.Json.GetProperty("next").ValueKind);
    }

    [Theory]
    [Meets("GH-SEC-205", "GH-SEC-247")]
    [InlineData("?limit=0")]
    [InlineData("?limit=101")]
    [InlineData("?limit=x")]
    [InlineData("?limit=1&limit=2")]
    [InlineData("?before=a&before=b")]
    [InlineData("?before=%00")]
    public async Task A_page_that_cannot_be_is_refused(string query)
    {
        var alice = await app.JoinAsync(email);

        (await alice.GetAsync("/api/auth/account/events" + query, await alice.OpenAsync())).IsProblem(400, "bad_request");
    }

    [Fact]
    [Meets("GH-SEC-014", "GH-SEC-205")]
    public async Task Another_accounts_event_leads_to_nothing_of_that_account()
    {
        var bob = await app.JoinAsync(App.NewEmail());
        var alice = await app.JoinAsync(email);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await bob.LogInAsync();
        var bobs = await EventIdsAsync(bob, await bob.OpenAsync(), "");
        var grant = await alice.OpenAsync();
        var alices = await EventIdsAsync(alice, grant, "");

        foreach (var cursor in bobs)
            Assert.Subset(alices, await EventIdsAsync(alice, grant, "?before=" + cursor));
    }

    [Fact]
    public async Task A_page_before_anything_is_empty()
    {
        var alice = await app.JoinAsync(email);

        var page = await alice.GetAsync("/api/auth/account/events?before=0", await alice.OpenAsync());

        Assert.Empty(page.Json.GetProperty("events").EnumerateArray());
    }

    private static async Task<HashSet<string>> EventIdsAsync(Person person, (string, string) grant, string query)
    {
        var page = await person.GetAsync("/api/auth/account/events" + query, grant);
        page.IsOk();
        return [.. page.Json.GetProperty("events").EnumerateArray().Select(item => item.GetProperty("id").GetString()!)];
    }
}
