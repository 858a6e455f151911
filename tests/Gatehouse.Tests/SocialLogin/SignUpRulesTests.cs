using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.SocialLogin;

/// <summary>Who may sign up holds for who comes by a provider too.</summary>
public abstract class SignUpRulesTests(StoreKind kind) : SocialTests
{
    private static async Task<string> InviteAsync(App app, string? email = null)
    {
        var said = await Operator.Of(app).RunAsync(email is null ? ["invite", "create"] : ["invite", "create", "--email", email]);
        return said.Ended(0).Lines[^1];
    }

    private static async Task NobodyCameAsync(App app)
    {
        foreach (var table in (string[])["accounts", "identities", "sessions", "users"])
            Assert.True(await app.Store.CountAsync(table) == 0, table);
    }

    [Fact]
    [Meets("GH-SEC-192")]
    public async Task Where_sign_up_is_closed_nobody_new_comes_in()
    {
        await using var app = await Stand.StartAsync(kind, ("SignUp:Mode", "Closed"));

        (await new Traveller(app, Stand).LogInAsync("google", new Somebody("s", App.NewEmail()))).IsFailed("signup_closed");

        await NobodyCameAsync(app);
    }

    [Fact]
    [Meets("GH-SEC-192", "GH-SEC-193")]
    public async Task By_invite_an_invite_is_claimed_once()
    {
        await using var app = await Stand.StartAsync(kind, ("SignUp:Mode", "InviteOnly"));
        (await new Traveller(app, Stand).LogInAsync("google", new Somebody("s"))).IsFailed("invite_required");
        (await new Traveller(app, Stand).GetAsync("/api/auth/google/login?invite=wrong")).IsFailed("invite_invalid");
        await NobodyCameAsync(app);
        var invite = await InviteAsync(app);

        await new Traveller(app, Stand).ComeInAsync("google", new Somebody("s"), $"?invite={invite}");

        (await app.GetAsync($"/api/auth/invites/{invite}")).IsProblem(404, "not_found");
        (await new Traveller(app, Stand).GetAsync($"/api/auth/google/login?invite={invite}")).IsFailed("invite_invalid");
        await new Traveller(app, Stand).ComeInAsync("google", new Somebody("s")); // who is known needs none
    }

    [Fact]
    [Meets("GH-SEC-190", "GH-SEC-192")]
    public async Task An_invite_for_an_address_is_for_who_proves_it()
    {
        await using var app = await Stand.StartAsync(kind, ("SignUp:Mode", "InviteOnly"));
        var email = App.NewEmail();
        var invite = await InviteAsync(app, email);

        foreach (var (provider, who) in ((string, Somebody)[])[
            ("google", new("a", App.NewEmail())), ("google", new("b", email, EmailVerified: false)), ("line", new("c", email))])
        {
            (await new Traveller(app, Stand).LogInAsync(provider, who, $"?invite={invite}")).IsFailed("invite_invalid");
        }
        await NobodyCameAsync(app);
        (await app.GetAsync($"/api/auth/invites/{invite}")).IsOk();

        await new Traveller(app, Stand).ComeInAsync("google", new Somebody("d", email), $"?invite={invite}");
    }

    [Fact]
    [Meets("GH-SEC-193", "GH-SEC-195")]
    public async Task Of_sixteen_with_one_invite_one_comes_in_and_a_revoked_one_is_none()
    {
        await using var app = await Stand.StartAsync(kind, ("SignUp:Mode", "InviteOnly"));
        var invite = await InviteAsync(app);
        var travellers = Enumerable.Range(0, 16).Select(_ => new Traveller(app, Stand)).ToArray();
        var callbacks = await Task.WhenAll(travellers.Select(async (traveller, i) =>
            Stand.Allow(await traveller.LeaveAsync("google", $"?invite={invite}"), new Somebody($"s{i}"))));

        var answers = await App.AtOnceAsync(16, i => travellers[i].ReturnAsync(callbacks[i]));

        Assert.Single(answers, answer => answer.Status == System.Net.HttpStatusCode.OK);
        Assert.Equal(1, await app.Store.CountAsync("accounts"));
        var revoked = await InviteAsync(app);
        var late = new Traveller(app, Stand);
        var callback = Stand.Allow(await late.LeaveAsync("google", $"?invite={revoked}"), new Somebody("late"));
        (await Operator.Of(app).RunAsync("invite", "revoke", revoked)).Ended(0);
        (await late.ReturnAsync(callback)).IsFailed("invite_invalid");
        Assert.Equal(1, await app.Store.CountAsync("accounts"));
    }

    [Fact]
    [Meets("GH-SEC-011")]
    public async Task A_refusal_is_the_same_whether_the_address_has_an_account_or_not()
    {
        await using var open = await Stand.StartAsync(kind);
        var owner = await open.JoinAsync(App.NewEmail());
        await using var closed = await App.StartOnAsync(open.Store, open.Clock, Stand.Replace, [.. StandIns.Settings, ("SignUp:Mode", "Closed")]);

        foreach (var email in (string[])[owner.Email, App.NewEmail()])
        {
            (await new Traveller(closed, Stand).LogInAsync("line", new Somebody("a", email))).IsFailed("signup_closed");
            (await new Traveller(closed, Stand).LogInAsync("google", new Somebody("b", email, EmailVerified: false))).IsFailed("signup_closed");
        }
    }

    [Fact]
    [Meets("GH-SEC-193")]
    public async Task A_refused_arrival_leaves_the_sign_up_that_is_pending()
    {
        await using var app = await Stand.StartAsync(kind);
        var email = App.NewEmail();
        var token = await app.SignUpAsync(email);
        var invite = await InviteAsync(app, "another@example.com");

        (await new Traveller(app, Stand).LogInAsync("google", new Somebody("s", email), $"?invite={invite}")).IsFailed("invite_invalid");

        (await app.VerifyAsync(token)).IsOk();
    }

    [Fact]
    public async Task In_open_mode_a_wrong_invite_is_refused_too()
    {
        await using var app = await Stand.StartAsync(kind);

        (await new Traveller(app, Stand).GetAsync("/api/auth/google/login?invite=wrong")).IsFailed("invite_invalid");

        Assert.Equal(0, await app.Store.CountAsync("social_flows"));
    }
}

public sealed class SocialSignUpRulesOnSqlite() : SignUpRulesTests(StoreKind.Sqlite);

public sealed class SocialSignUpRulesOnPostgres() : SignUpRulesTests(StoreKind.Postgres);
