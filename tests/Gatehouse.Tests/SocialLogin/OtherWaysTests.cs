using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.SocialLogin;

/// <summary>Other ways in, in the settings: linked, taken away, and in place of a password.</summary>
public abstract class OtherWaysTests(StoreKind kind) : SocialTests
{
    private const string Identities = "/api/auth/account/identities";

    private static string Via(string provider) => App.Json(("via", provider));

    /// <summary>Somebody with a password in a browser, and an open grant.</summary>
    private async Task<(Traveller Traveller, Person Person, (string, string) Grant)> OpenAsync(App app)
    {
        var person = await app.JoinAsync(App.NewEmail());
        await app.MailsSettledAsync();
        return (new Traveller(app, Stand).As(person), person, await person.OpenAsync());
    }

    private async Task<Answer> LinkAsync(Traveller traveller, (string, string) grant, string provider, Somebody who)
    {
        var asked = await traveller.PostAsync(Identities, Via(provider), grant);
        asked.IsOk();
        return await traveller.ReturnAsync(Stand.Allow(asked.Text("location")!, who));
    }

    private static async Task<string[]> KindsAsync(App app, Person person)
    {
        await app.MailsSettledAsync();
        return [.. (await app.MailsAsync(person.Email)).Select(mail => mail.Kind)];
    }

    [Fact]
    [Meets("GH-SEC-177")]
    public async Task Linking_takes_a_grant_and_the_owner_gets_a_mail()
    {
        await using var app = await Stand.StartAsync(kind);
        var (traveller, person, grant) = await OpenAsync(app);
        (await traveller.PostAsync(Identities, Via("line"))).IsProblem(403, "grant_required");

        Assert.Equal("/auth/settings?note=identity_linked", (await LinkAsync(traveller, grant, "line", new Somebody("s", Name: "Ada L."))).LeadsTo());

        var identity = Assert.Single((await traveller.GetAsync("/api/auth/account", grant)).Json.GetProperty("identities").EnumerateArray());
        Assert.Equal(("line", "Ada L."), (identity.GetProperty("via").GetString(), identity.GetProperty("name").GetString()));
        Assert.Contains("identity_linked", await KindsAsync(app, person), StringComparer.Ordinal);
        (await person.GetAsync("/api/auth/session")).IsOk();
        var (session, _) = await new Traveller(app, Stand).ComeInAsync("line", new Somebody("s"));
        Assert.Equal(person.AccountId, session.Text("account", "id"));
    }

    [Fact]
    [Meets("GH-SEC-177", "GH-SEC-161")]
    public async Task Nobody_links_their_login_to_a_strangers_account_or_a_strangers_to_their_own()
    {
        await using var app = await Stand.StartAsync(kind);
        var (attacker, _, grant) = await OpenAsync(app);
        var (victim, _, _) = await OpenAsync(app);
        var location = (await attacker.PostAsync(Identities, Via("google"), grant)).Text("location")!;
        var callback = Stand.Allow(location, new Somebody("victim"));

        (await victim.ReturnAsync(callback)).IsFailed("login_expired"); // lured into the attacker's link
        await victim.LeaveAsync("google");
        (await victim.ReturnAsync(callback)).IsFailed("login_expired");

        Assert.Equal(0, await app.Store.CountAsync("identities"));
    }

    [Fact]
    [Meets("GH-SEC-177")]
    public async Task The_session_that_began_it_must_be_there_still()
    {
        await using var app = await Stand.StartAsync(kind);
        var (traveller, _, grant) = await OpenAsync(app);
        var first = Stand.Allow((await traveller.PostAsync(Identities, Via("google"), grant)).Text("location")!, new Somebody("s"));
        (await traveller.PostAsync("/api/auth/logout", null)).IsOk();

        (await traveller.ReturnAsync(first)).IsFailed("login_expired");

        Assert.Equal(0, await app.Store.CountAsync("identities"));
    }

    [Fact]
    [Meets("GH-SEC-154", "GH-SEC-177")]
    public async Task A_new_password_ends_a_link_that_was_begun_before()
    {
        await using var app = await Stand.StartAsync(kind);
        var (thief, person, grant) = await OpenAsync(app);
        var callback = Stand.Allow((await thief.PostAsync(Identities, Via("google"), grant)).Text("location")!, new Somebody("thief"));
        (await person.PostAsync("/api/auth/account/password", App.Json(("password", "another long passphrase")), await person.OpenAsync())).IsOk();

        (await thief.ReturnAsync(callback)).IsFailed("login_expired");

        Assert.Equal(0, await app.Store.CountAsync("identities"));
    }

    [Fact]
    [Meets("GH-SEC-152", "GH-SEC-153")]
    public async Task Taking_an_email_change_back_takes_away_what_was_linked_since()
    {
        await using var app = await Stand.StartAsync(kind);
        var (thief, person, grant) = await OpenAsync(app);
        (await LinkAsync(thief, grant, "line", new Somebody("owner"))).LeadsTo();
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        var email = App.NewEmail();
        (await thief.PostAsync("/api/auth/account/email", App.Json(("email", email)), grant)).IsOk();
        (await thief.PostAsync($"/api/auth/account/email/{(await app.MailAsync(email)).Token}", null)).IsOk();
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        grant = ("Account-Grant", (await thief.PostAsync("/api/auth/account/open", App.Json(("password", App.Password)))).Text("grant")!);
        (await LinkAsync(thief, grant, "google", new Somebody("thief"))).LeadsTo();
        await app.MailsSettledAsync();
        var undo = (await app.MailsAsync(person.Email)).SelectMany(mail => mail.Links).Single(link => link.Contains("/undo/", StringComparison.Ordinal));

        (await app.PostAsync($"/api/auth/account/email/undo/{undo[(undo.LastIndexOf('/') + 1)..]}", null)).IsOk();

        Assert.Equal("owner", await app.Store.AskAsync("SELECT subject FROM identities"));
    }

    [Fact]
    [Meets("GH-SEC-152", "GH-SEC-153")]
    public async Task A_reset_by_the_mailbox_takes_away_what_was_linked_before_the_address()
    {
        await using var app = await Stand.StartAsync(kind);
        var (attacker, planted, email) = (new Traveller(app, Stand), new Somebody("planted"), App.NewEmail());
        await attacker.ComeInAsync("line", planted);
        var grant = await attacker.OpenAsync("line", planted);
        (await attacker.PostAsync("/api/auth/account/email", App.Json(("email", email)), grant)).IsOk();
        (await app.PostAsync($"/api/auth/account/email/{(await app.MailAsync(email)).Token}", null)).IsOk(); // the victim's click
        app.Clock.Advance(TimeSpan.FromMinutes(1));

        var reset = await app.ForgetPasswordAsync(email);
        (await app.PostAsync($"/api/auth/passwd/{reset}", App.Json(("password", App.Password)))).IsOk();

        var victim = await app.LogInAsync(email);
        victim.IsOk();
        var (stranger, _) = await new Traveller(app, Stand).ComeInAsync("line", planted);
        Assert.NotEqual(victim.Text("account", "id"), stranger.Text("account", "id"), StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_reset_leaves_a_login_that_came_with_the_address()
    {
        await using var app = await Stand.StartAsync(kind);
        var ada = new Somebody("s", App.NewEmail());
        var (session, _) = await new Traveller(app, Stand).ComeInAsync("google", ada);
        var reset = await app.ForgetPasswordAsync(ada.Email!);
        (await app.PostAsync($"/api/auth/passwd/{reset}", App.Json(("password", App.Password)))).IsOk();

        var (again, _) = await new Traveller(app, Stand).ComeInAsync("google", ada);

        Assert.Equal(session.Text("account", "id"), again.Text("account", "id"));
    }

    [Fact]
    [Meets("GH-SEC-161")]
    public async Task A_browser_that_has_changed_hands_links_nothing()
    {
        await using var app = await Stand.StartAsync(kind);
        var (traveller, _, grant) = await OpenAsync(app);
        var callback = Stand.Allow((await traveller.PostAsync(Identities, Via("google"), grant)).Text("location")!, new Somebody("s"));
        traveller.As(await app.JoinAsync(App.NewEmail()));

        var answer = await traveller.GetAsync(callback); // a provider on the same site: the session cookie comes along

        answer.IsFailed("login_expired");
        Assert.Equal(0, await app.Store.CountAsync("identities"));
    }

    [Fact]
    [Meets("GH-SEC-174")]
    public async Task A_login_that_another_account_has_stays_there()
    {
        await using var app = await Stand.StartAsync(kind);
        var (session, _) = await new Traveller(app, Stand).ComeInAsync("google", new Somebody("s"));
        var (traveller, person, grant) = await OpenAsync(app);

        (await LinkAsync(traveller, grant, "google", new Somebody("s"))).IsFailed("identity_taken");

        var (again, _) = await new Traveller(app, Stand).ComeInAsync("google", new Somebody("s"));
        Assert.Equal(session.Text("account", "id"), again.Text("account", "id"));
        Assert.DoesNotContain("identity_linked", await KindsAsync(app, person), StringComparer.Ordinal);
    }

    [Fact]
    public async Task What_is_no_way_in_is_refused()
    {
        await using var app = await Stand.StartAsync(kind);
        var (traveller, _, grant) = await OpenAsync(app);

        foreach (var via in (string[])["github", "", "Google", "../google"])
            (await traveller.PostAsync(Identities, Via(via), grant)).IsProblem(422, "invalid_input");
        (await traveller.PostAsync(Identities, "{}", grant)).IsProblem(400, "bad_request");
        (await traveller.DeleteAsync(Identities + "/0190c0de-0000-7000-8000-000000000000", grant)).IsProblem(404, "not_found");

        Assert.Equal(0, await app.Store.CountAsync("social_flows"));
    }

    [Fact]
    [Meets("GH-SEC-177", "GH-SEC-178")]
    public async Task Unlinking_ends_the_sessions_that_were_made_by_it()
    {
        await using var app = await Stand.StartAsync(kind);
        var (traveller, person, grant) = await OpenAsync(app);
        (await LinkAsync(traveller, grant, "google", new Somebody("s"))).LeadsTo();
        var elsewhere = new Traveller(app, Stand);
        await elsewhere.ComeInAsync("google", new Somebody("s"));
        var id = (await traveller.GetAsync("/api/auth/account", grant)).Json.GetProperty("identities")[0].GetProperty("id").GetString();
        (await traveller.DeleteAsync($"{Identities}/{id}")).IsProblem(403, "grant_required");
        (await elsewhere.GetAsync("/api/auth/session")).IsOk();

        (await traveller.DeleteAsync($"{Identities}/{id}", grant)).IsOk();

        (await elsewhere.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        (await traveller.GetAsync("/api/auth/session")).IsOk();
        Assert.Contains("identity_unlinked", await KindsAsync(app, person), StringComparer.Ordinal);
        var (stranger, _) = await new Traveller(app, Stand).ComeInAsync("google", new Somebody("s"));
        Assert.NotEqual(person.AccountId, stranger.Text("account", "id"), StringComparer.Ordinal);
    }

    [Fact]
    [Meets("GH-SEC-014", "GH-SEC-178")]
    public async Task Another_accounts_way_in_is_not_there()
    {
        await using var app = await Stand.StartAsync(kind);
        await new Traveller(app, Stand).ComeInAsync("google", new Somebody("s"));
        var id = (string)(await app.Store.AskAsync("SELECT id FROM identities"))!;
        var (traveller, _, grant) = await OpenAsync(app);

        (await traveller.DeleteAsync($"{Identities}/{id}", grant)).IsProblem(404, "not_found");

        Assert.Equal(1, await app.Store.CountAsync("identities"));
    }

    [Fact]
    [Meets("GH-SEC-178")]
    public async Task The_last_way_in_stays_until_there_is_another()
    {
        await using var app = await Stand.StartAsync(kind);
        var (traveller, ada) = (new Traveller(app, Stand), new Somebody("s", App.NewEmail()));
        await traveller.ComeInAsync("google", ada);
        var grant = await traveller.OpenAsync("google", ada);
        var id = (await traveller.GetAsync("/api/auth/account", grant)).Json.GetProperty("identities")[0].GetProperty("id").GetString();

        (await traveller.DeleteAsync($"{Identities}/{id}", grant)).IsProblem(422, "last_one");
        Assert.Equal(1, await app.Store.CountAsync("identities"));

        (await LinkAsync(traveller, grant, "line", new Somebody("t"))).LeadsTo();
        (await traveller.DeleteAsync($"{Identities}/{id}", grant)).IsOk();
        Assert.Equal(1, await app.Store.CountAsync("identities"));
    }

    [Fact]
    [Meets("GH-SEC-178")]
    public async Task A_password_is_no_way_in_for_who_cannot_name_themselves()
    {
        await using var app = await Stand.StartAsync(kind);
        var (traveller, ada) = (new Traveller(app, Stand), new Somebody("s"));
        await traveller.ComeInAsync("line", ada);
        var grant = await traveller.OpenAsync("line", ada);
        (await traveller.PostAsync("/api/auth/account/password", App.Json(("password", App.Password)), grant)).IsOk();
        grant = ("Account-Grant", (await traveller.PostAsync("/api/auth/account/open", App.Json(("password", App.Password)))).Text("grant")!);
        var id = (await traveller.GetAsync("/api/auth/account", grant)).Json.GetProperty("identities")[0].GetProperty("id").GetString();

        (await traveller.DeleteAsync($"{Identities}/{id}", grant)).IsProblem(422, "last_one");
        (await traveller.SendPatchAsync("/api/auth/account", App.Json(("username", "ada")), grant)).IsOk();
        (await traveller.DeleteAsync($"{Identities}/{id}", grant)).IsOk();

        (await app.PostAsync("/api/auth/login", App.Json(("username", "ada"), ("password", App.Password)))).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-178", "GH-SEC-215")]
    public async Task Of_two_ways_in_taken_away_at_once_one_stays()
    {
        await using var app = await Stand.StartAsync(kind);
        var (traveller, ada) = (new Traveller(app, Stand), new Somebody("s", App.NewEmail()));
        await traveller.ComeInAsync("google", ada);
        var grant = await traveller.OpenAsync("google", ada);
        (await LinkAsync(traveller, grant, "line", new Somebody("t"))).LeadsTo();
        var ids = (await traveller.GetAsync("/api/auth/account", grant)).Json.GetProperty("identities").EnumerateArray()
            .Select(identity => identity.GetProperty("id").GetString()).ToArray();

        var answers = await App.AtOnceAsync(16, i => traveller.DeleteAsync($"{Identities}/{ids[i % 2]}", grant));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(1, await app.Store.CountAsync("identities"));
    }
}

public sealed class OtherWaysOnSqlite() : OtherWaysTests(StoreKind.Sqlite);

public sealed class OtherWaysOnPostgres() : OtherWaysTests(StoreKind.Postgres);
