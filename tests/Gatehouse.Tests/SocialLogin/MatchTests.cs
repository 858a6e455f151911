using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.SocialLogin;

/// <summary>"Is this you?": an address that an account has already.</summary>
public abstract class MatchTests(StoreKind kind) : SocialTests
{
    private static string WithPassword(string password = App.Password) => App.Json(("password", password));

    private async Task<(Traveller Traveller, Person Owner, Somebody Who)> ArriveAsync(App app, string query = "")
    {
        var owner = await app.JoinAsync(App.NewEmail());
        await app.MailsSettledAsync();
        var (traveller, who) = (new Traveller(app, Stand), new Somebody("s", owner.Email));
        var back = await traveller.LogInAsync("google", who, query);
        Assert.Equal(HttpStatusCode.SeeOther, back.Status);
        Assert.Equal("/auth/link/google", back.Header("Location"));
        return (traveller, owner, who);
    }

    private static async Task NotLinkedAsync(App app, Traveller traveller)
    {
        Assert.Equal(0, await app.Store.CountAsync("identities"));
        Assert.Equal(1, await app.Store.CountAsync("sessions")); // the owner's, of before
        Assert.False(traveller.HasSession);
    }

    [Fact]
    [Meets("GH-SEC-176")]
    public async Task A_matching_email_alone_opens_nothing()
    {
        await using var app = await Stand.StartAsync(kind);
        var (traveller, _, who) = await ArriveAsync(app);

        await NotLinkedAsync(app, traveller);
        Assert.Equal("/auth/link/google", (await traveller.LogInAsync("google", who)).Header("Location")); // however often
        await NotLinkedAsync(app, traveller);
    }

    [Fact]
    [Meets("GH-SEC-176", "GH-SEC-177")]
    public async Task The_password_links_and_logs_in_and_a_mail_tells()
    {
        await using var app = await Stand.StartAsync(kind);
        var (traveller, owner, who) = await ArriveAsync(app);

        var linked = await traveller.PostAsync("/api/auth/google/link", WithPassword());

        linked.IsOk();
        Assert.Equal(owner.AccountId, linked.Text("account", "id"));
        Assert.NotNull(linked.Cookie("gatehouse"));
        Assert.Equal("", linked.Cookie("gatehouse-flow"));
        var (again, _) = await new Traveller(app, Stand).ComeInAsync("google", who with { Email = "changed@example.com" });
        Assert.Equal(owner.AccountId, again.Text("account", "id"));
        await app.MailsSettledAsync();
        var mail = Assert.Single(await app.MailsAsync(owner.Email), mail => mail.Kind == "identity_linked");
        Assert.Contains("Google", mail.Text, StringComparison.Ordinal);
        (await owner.GetAsync("/api/auth/session")).IsOk(); // the owner's other devices go on
    }

    [Fact]
    [Meets("GH-SEC-176")]
    public async Task A_wrong_password_changes_nothing_and_counts_as_a_failed_login()
    {
        await using var app = await Stand.StartAsync(kind, ("RateLimits:Enabled", "true"), ("RateLimits:Login:Permits", "2"));
        var (traveller, owner, _) = await ArriveAsync(app);

        (await traveller.PostAsync("/api/auth/google/link", WithPassword("not the password"))).IsProblem(401, "invalid_credentials");
        (await traveller.PostAsync("/api/auth/google/link", "{}")).IsProblem(400, "bad_request");
        (await app.LogInAsync(owner.Email, "not the password")).IsProblem(401, "invalid_credentials");
        (await traveller.PostAsync("/api/auth/google/link", WithPassword())).IsProblem(429, "too_many_requests");

        await NotLinkedAsync(app, traveller);
    }

    [Fact]
    [Meets("GH-SEC-161", "GH-SEC-166")]
    public async Task Nothing_waits_in_another_browser_at_another_provider_or_after_ten_minutes()
    {
        await using var app = await Stand.StartAsync(kind);
        var (traveller, _, _) = await ArriveAsync(app);
        var stranger = new Traveller(app, Stand);

        (await stranger.PostAsync("/api/auth/google/link", WithPassword())).IsProblem(410, "link_invalid");
        await stranger.LeaveAsync("google");
        (await stranger.PostAsync("/api/auth/google/link", WithPassword())).IsProblem(410, "link_invalid");
        (await traveller.PostAsync("/api/auth/line/link", WithPassword())).IsProblem(410, "link_invalid");
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        (await traveller.PostAsync("/api/auth/google/link", WithPassword())).IsProblem(410, "link_invalid");

        await NotLinkedAsync(app, traveller);
    }

    [Fact]
    [Meets("GH-SEC-180")]
    public async Task Of_sixteen_at_once_one_links()
    {
        await using var app = await Stand.StartAsync(kind);
        var (traveller, _, _) = await ArriveAsync(app);

        var answers = await App.AtOnceAsync(16, _ => traveller.PostAsync("/api/auth/google/link", WithPassword()));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(1, await app.Store.CountAsync("identities"));
        Assert.Equal(2, await app.Store.CountAsync("sessions"));
    }

    [Fact]
    [Meets("GH-SEC-158")]
    public async Task An_account_that_has_another_address_by_now_is_not_the_one()
    {
        await using var app = await Stand.StartAsync(kind);
        var (traveller, owner, _) = await ArriveAsync(app);
        var email = App.NewEmail();
        (await owner.PostAsync("/api/auth/account/email", App.Json(("email", email)), await owner.OpenAsync())).IsOk();
        (await owner.PostAsync($"/api/auth/account/email/{(await app.MailAsync(email)).Token}", null)).IsOk();

        (await traveller.PostAsync("/api/auth/google/link", WithPassword())).IsProblem(410, "link_invalid");

        Assert.Equal(0, await app.Store.CountAsync("identities"));
    }

    [Fact]
    [Meets("GH-SEC-025", "GH-SEC-176")]
    public async Task An_account_without_a_password_takes_none()
    {
        await using var app = await Stand.StartAsync(kind);
        var email = App.NewEmail();
        await new Traveller(app, Stand).ComeInAsync("google", new Somebody("s", email));
        var traveller = new Traveller(app, Stand);
        Assert.Equal("/auth/link/acme", (await traveller.LogInAsync("acme", new Somebody("t", email))).Header("Location"));

        (await traveller.PostAsync("/api/auth/acme/link", WithPassword())).IsProblem(401, "invalid_credentials");

        Assert.Equal(1, await app.Store.CountAsync("identities"));
    }

    [Fact]
    [Meets("GH-SEC-083", "GH-SEC-086")]
    public async Task Another_site_cannot_post_it()
    {
        await using var app = await Stand.StartAsync(kind);
        var (traveller, _, _) = await ArriveAsync(app);

        (await traveller.PostAsync("/api/auth/google/link", WithPassword(), ("Origin", "https://evil.example"))).IsProblem(403, "cross_origin");

        await NotLinkedAsync(app, traveller);
    }

    [Fact]
    public async Task The_page_does_the_same_and_leads_on()
    {
        await using var app = await Stand.StartAsync(kind);
        var (traveller, owner, _) = await ArriveAsync(app, "?return=/inside");

        var page = await traveller.GetAsync("/auth/link/google");

        Assert.Contains("Google", page.Body, StringComparison.Ordinal);
        Assert.Contains(owner.Email, page.Body, StringComparison.Ordinal);
        var stranger = await new Traveller(app, Stand).GetAsync("/auth/link/google");
        Assert.Equal(HttpStatusCode.Gone, stranger.Status);
        Assert.DoesNotContain(owner.Email, stranger.Body, StringComparison.Ordinal);
        var wrong = await traveller.PostFormAsync("/auth/link/google", ("password", "not the password"));
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.Status);
        var right = await traveller.PostFormAsync("/auth/link/google", ("password", App.Password));
        Assert.Equal((HttpStatusCode.SeeOther, "/inside"), (right.Status, right.Header("Location")));
        (await traveller.GetAsync("/api/auth/session")).IsOk();
    }
}

public sealed class MatchOnSqlite() : MatchTests(StoreKind.Sqlite);

public sealed class MatchOnPostgres() : MatchTests(StoreKind.Postgres);
