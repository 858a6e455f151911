using System.Net;
using Gatehouse.Accounts;
using Gatehouse.Invites;
using Gatehouse.Security;
using Gatehouse.Storage;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Invites;

public sealed class InviteOnlyOnSqlite() : SharedApp(StoreKind.Sqlite)
{
    private protected override (string Key, string Value)[] Settings => [("SignUp:Mode", "InviteOnly")];
}

public sealed class InviteOnlyOnPostgres() : SharedApp(StoreKind.Postgres)
{
    private protected override (string Key, string Value)[] Settings => [("SignUp:Mode", "InviteOnly")];
}

public sealed class InvitesOnSqlite(InviteOnlyOnSqlite shared) : InviteTests(shared), IClassFixture<InviteOnlyOnSqlite>;

public sealed class InvitesOnPostgres(InviteOnlyOnPostgres shared) : InviteTests(shared), IClassFixture<InviteOnlyOnPostgres>;

public abstract class InviteTests(SharedApp shared)
{
    private readonly App app = shared.App;
    private readonly string email = App.NewEmail();

    [Fact]
    [Meets("GH-SEC-189")]
    public async Task An_invite_lets_its_holder_sign_up_once()
    {
        var invite = await InviteAsync();

        (await SignUpAsync(email, invite)).IsOk();
        (await app.VerifyAsync((await app.MailAsync(email)).Token)).IsOk();

        (await LookAsync(invite)).IsProblem(404, "not_found");
        var other = App.NewEmail();
        (await SignUpAsync(other, invite)).IsProblem(403, "invite_invalid");
        Assert.Equal(0, await app.Store.CountAsync($"accounts WHERE email_key = '{other}'"));
        await app.MailsSettledAsync();
        Assert.Empty(await app.MailsAsync(other));
    }

    [Fact]
    [Meets("GH-SEC-191")]
    public async Task Looking_at_an_invite_does_not_use_it()
    {
        var open = await InviteAsync();
        var bound = await InviteAsync(email);

        for (var i = 0; i < 3; i++)
        {
            var look = await LookAsync(open);
            Assert.Equal(HttpStatusCode.OK, look.Status);
            Assert.True(look.Json.GetProperty("valid").GetBoolean());
            Assert.Null(look.Text("email"));
            Assert.Equal(app.Clock.GetUtcNow().AddDays(14), look.Json.GetProperty("expires_at").GetDateTimeOffset(), TimeSpan.FromSeconds(1));
        }
        Assert.Equal(email, (await LookAsync(bound)).Text("email"));
        (await SignUpAsync(email, open)).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-190")]
    public async Task A_bound_invite_is_for_its_address_alone_however_that_is_spelt()
    {
        var invite = await InviteAsync(email);

        (await SignUpAsync(App.NewEmail(), invite)).IsProblem(403, "invite_invalid");
        (await SignUpAsync(email.ToUpperInvariant(), invite)).IsOk();
        (await app.VerifyAsync((await app.MailAsync(email.ToUpperInvariant())).Token)).IsOk();
    }

    [Fact]
    public async Task A_pending_sign_up_holds_it_and_the_same_address_may_sign_up_again()
    {
        var invite = await InviteAsync();
        (await SignUpAsync(email, invite)).IsOk();
        var first = await app.MailAsync(email);
        var seen = await app.TickAsync(email);

        (await LookAsync(invite)).IsProblem(404, "not_found");
        (await SignUpAsync(App.NewEmail(), invite)).IsProblem(403, "invite_invalid");
        (await SignUpAsync(email, invite)).IsOk();
        await app.MailAsync(email, seen);

        // The earlier sign-up's link is as good as the later one's.
        (await app.VerifyAsync(first.Token)).IsOk();
        Assert.Equal(1, await app.Store.CountAsync("invites WHERE claimed_at IS NOT NULL AND id = '" + await IdOfAsync(invite) + "'"));
    }

    [Fact]
    [Meets("GH-SEC-193")]
    public async Task A_sign_up_that_comes_to_nothing_lets_it_go_when_its_link_ends()
    {
        var invite = await InviteAsync();
        (await SignUpAsync(email, invite)).IsOk();
        var link = await app.MailAsync(email);
        app.Clock.Advance(TimeSpan.FromHours(24) + TimeSpan.FromSeconds(1));

        (await LookAsync(invite)).IsOk();
        var other = App.NewEmail();
        (await SignUpAsync(other, invite)).IsOk();
        (await app.VerifyAsync(link.Token)).IsProblem(410, "link_invalid");
        (await app.VerifyAsync((await app.MailAsync(other)).Token)).IsOk();
    }

    [Fact]
    public async Task A_link_that_was_asked_for_again_holds_it_as_long_as_it_lives()
    {
        var invite = await InviteAsync();
        (await SignUpAsync(email, invite)).IsOk();
        await app.MailAsync(email);
        app.Clock.Advance(TimeSpan.FromHours(23));
        var seen = await app.TickAsync(email);
        (await app.PostAsync("/api/auth/mail/verify", App.Json(("email", email)))).IsOk();
        var again = await app.MailAsync(email, seen);
        app.Clock.Advance(TimeSpan.FromHours(20));

        (await SignUpAsync(App.NewEmail(), invite)).IsProblem(403, "invite_invalid");
        (await app.VerifyAsync(again.Token)).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-266")]
    public async Task Of_sixteen_addresses_at_once_one_gets_it()
    {
        var invite = await InviteAsync();
        var addresses = Enumerable.Range(0, 16).Select(_ => App.NewEmail()).ToArray();

        var answers = await App.AtOnceAsync(16, i => SignUpAsync(addresses[i], invite));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Accepted);
        Assert.Equal(15, answers.Count(answer => answer.Code == "invite_invalid"));
        var list = string.Join("','", addresses);
        Assert.Equal(1, await app.Store.CountAsync($"accounts WHERE email_key IN ('{list}')"));
    }

    [Fact]
    [Meets("GH-SEC-193", "GH-SEC-266")]
    public async Task Of_sixteen_verifications_at_once_one_claims_it()
    {
        var invite = await InviteAsync();
        (await SignUpAsync(email, invite)).IsOk();
        var link = await app.MailAsync(email);

        var answers = await App.AtOnceAsync(16, _ => app.VerifyAsync(link.Token));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(1, await app.Store.CountAsync(
            $"security_events WHERE type = 'invite_claimed' AND account_id IN (SELECT id FROM accounts WHERE email_key = '{email}')"));
    }

    [Theory]
    [Meets("GH-SEC-189", "GH-SEC-195")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Revoking_and_running_out_hold_half_way_and_cost_nothing_but_the_invite(bool revoked)
    {
        var invite = await InviteAsync(lifetime: TimeSpan.FromHours(1));
        (await SignUpAsync(email, invite)).IsOk();
        var link = await app.MailAsync(email);
        if (revoked)
            Assert.True(await RevokeAsync(invite));
        else
            app.Clock.Advance(TimeSpan.FromHours(1));

        (await app.VerifyAsync(link.Token)).IsProblem(403, "invite_invalid");

        Assert.Equal(0, await app.Store.CountAsync($"accounts WHERE email_key = '{email}' AND verified_at IS NOT NULL"));
        Assert.Equal(0, await app.Store.CountAsync($"users WHERE account_id IN (SELECT id FROM accounts WHERE email_key = '{email}')"));
        (await app.GetAsync($"/api/auth/mail/verify/{link.Token}")).IsOk();
        // With another invite the same address is welcome.
        var seen = await app.TickAsync(email);
        (await SignUpAsync(email, await InviteAsync())).IsOk();
        (await app.VerifyAsync((await app.MailAsync(email, seen)).Token)).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-010", "GH-SEC-194")]
    public async Task An_address_with_an_account_does_not_use_a_valid_invite_up()
    {
        (await SignUpAsync(email, await InviteAsync())).IsOk();
        (await app.VerifyAsync((await app.MailAsync(email)).Token)).IsOk();
        var invite = await InviteAsync();
        var fresh = await SignUpAsync(App.NewEmail(), await InviteAsync());
        var seen = await app.TickAsync(email);

        var known = await SignUpAsync(email, invite);

        Assert.Equal(fresh.Shape, known.Shape);
        (await LookAsync(invite)).IsOk();
        Assert.Equal("account_exists", (await app.MailAsync(email, seen)).Kind);
        (await LookAsync(invite)).IsOk();
    }

    [Theory]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("short")]
    [InlineData("%20")]
    public async Task Anything_else_is_not_found(string token) => (await LookAsync(token)).IsProblem(404, "not_found");

    [Fact]
    [Meets("GH-SEC-130", "GH-SEC-189")]
    public async Task A_link_of_another_kind_is_no_invite_and_an_invite_no_link()
    {
        var invite = await InviteAsync();
        (await SignUpAsync(email, invite)).IsOk();
        var link = await app.MailAsync(email);

        (await LookAsync(link.Token)).IsProblem(404, "not_found");
        (await SignUpAsync(App.NewEmail(), link.Token)).IsProblem(403, "invite_invalid");
        (await app.GetAsync($"/api/auth/mail/verify/{invite}")).IsProblem(410, "link_invalid");
        (await app.GetAsync($"/api/auth/passwd/{invite}")).IsProblem(410, "link_invalid");
    }

    [Fact]
    [Meets("GH-SEC-192")]
    public async Task Without_one_nobody_signs_up_here()
    {
        (await SignUpAsync(email, "")).IsProblem(403, "invite_required");
        (await app.PostAsync("/api/auth/signup", App.Json(("email", email), ("password", App.Password)))).IsProblem(403, "invite_required");
        Assert.Equal(0, await app.Store.CountAsync($"accounts WHERE email_key = '{email}'"));
    }

    private Task<Answer> LookAsync(string token) => app.GetAsync($"/api/auth/invites/{token}");

    private Task<Answer> SignUpAsync(string address, string invite) => app.PostAsync(
        "/api/auth/signup", App.Json(("email", address), ("password", App.Password), ("invite", invite)));

    private async Task<string> InviteAsync(string? address = null, TimeSpan? lifetime = null)
    {
        var bound = EmailAddress.TryParse(address, out var parsed) ? parsed : null;
        var (_, token) = await app.Services.GetRequiredService<Database>().TransactAsync(db => InviteStore.CreateAsync(
            db, app.Clock, bound?.Address, bound?.Key, lifetime ?? TimeSpan.FromDays(14)), CancellationToken.None);
        return token.Reveal();
    }

    private Task<bool> RevokeAsync(string token) => app.Services.GetRequiredService<Database>().TransactAsync(
        db => InviteStore.TryRevokeAsync(db, token), CancellationToken.None);

    private async Task<string> IdOfAsync(string token) => (await app.Store.AskAsync(
        $"SELECT id FROM invites WHERE hash = {Literal(SecretToken.Parse(token)!.Hash(InviteStore.Purpose))}"))!.ToString()!;

    private string Literal(byte[] bytes) => shared.Kind == StoreKind.Sqlite
        ? $"x'{Convert.ToHexString(bytes)}'"
        : $"'\\x{Convert.ToHexString(bytes)}'::bytea";
}

/// <summary>Guessing is limited per source; nothing of it depends on the database.</summary>
public sealed class InviteLimitTests
{
    [Fact]
    [Meets("GH-SEC-052")]
    public async Task Wrong_invites_are_counted_over_both_ways_and_then_nobody_of_that_source_may_try()
    {
        await using var app = await App.StartAsync(
            StoreKind.Sqlite, ("RateLimits:Enabled", "true"), ("RateLimits:Invite:Permits", "5"), ("RateLimits:SignUp:Permits", "100"));
        var (_, invite) = await app.Services.GetRequiredService<Database>().TransactAsync(db => InviteStore.CreateAsync(
            db, app.Clock, null, null, TimeSpan.FromDays(1)), CancellationToken.None);
        for (var i = 0; i < 2; i++)
        {
            (await app.GetAsync($"/api/auth/invites/{new string('A', 43)}")).IsProblem(404, "not_found");
            (await SignUpAsync(new string('A', 43))).IsProblem(403, "invite_invalid");
            (await app.GetAsync($"/api/auth/invites/{invite.Reveal()}")).IsOk();
        }

        (await SignUpAsync("nonsense")).IsProblem(403, "invite_invalid");
        (await app.GetAsync($"/api/auth/invites/{invite.Reveal()}")).IsProblem(429, "too_many_requests");
        (await SignUpAsync(invite.Reveal())).IsProblem(429, "too_many_requests");
        Assert.Equal(0, await app.Store.CountAsync("accounts"));
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        (await SignUpAsync(invite.Reveal())).IsOk();

        Task<Answer> SignUpAsync(string token) => app.PostAsync(
            "/api/auth/signup", App.Json(("email", "alice@example.com"), ("password", App.Password), ("invite", token)));
    }
}
