using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Settings;

public sealed class ChangeEmailOnSqlite(SharedOnSqlite shared) : ChangeEmailTests(shared), IClassFixture<SharedOnSqlite>;

public sealed class ChangeEmailOnPostgres(SharedOnPostgres shared) : ChangeEmailTests(shared), IClassFixture<SharedOnPostgres>;

public abstract class ChangeEmailTests(SharedApp shared)
{
    private const string Path = "/api/auth/account/email";
    private readonly App app = shared.App;
    private readonly string old = App.NewEmail();
    private readonly string next = App.NewEmail();

    [Fact]
    [Meets("GH-SEC-072", "GH-SEC-138", "GH-SEC-159")]
    public async Task Nothing_changes_before_the_new_address_is_proved_and_then_everything()
    {
        var alice = await app.JoinAsync(old);
        var tablet = await alice.LogInAsync();
        var reset = await app.ForgetPasswordAsync(old);
        var grant = await alice.OpenAsync();
        var seen = await app.TickAsync(old);

        var asked = await alice.PostAsync(Path, App.Json(("email", next)), grant);

        Assert.Equal(HttpStatusCode.Accepted, asked.Status);
        Assert.Equal("""{"status":"check_email"}""", asked.Body);
        var link = await app.MailAsync(next);
        Assert.Equal("email_change", link.Kind);
        Assert.Contains("/auth/email/", link.Links[0], StringComparison.Ordinal);
        var notice = await app.MailAsync(old, seen);
        Assert.Equal("email_change_asked", notice.Kind);
        Assert.Empty(notice.Links);
        Assert.DoesNotContain(next, notice.Text, StringComparison.Ordinal);
        (await app.LogInAsync(next)).IsProblem(401, "invalid_credentials");
        Assert.Equal(old, (await alice.GetAsync("/api/auth/session")).Text("account", "email"));
        seen = await app.TickAsync(old);

        var done = await app.PostAsync($"{Path}/{link.Token}", null);

        done.IsOk();
        Assert.Equal("{}", done.Body);
        Assert.Equal(next, (await alice.GetAsync("/api/auth/session")).Text("account", "email"));
        (await tablet.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        (await alice.GetAsync("/api/auth/account", grant)).IsProblem(403, "grant_required");
        (await app.LogInAsync(old)).IsProblem(401, "invalid_credentials");
        (await app.LogInAsync(next)).IsOk();
        (await app.GetAsync($"/api/auth/passwd/{reset}")).IsProblem(410, "link_invalid");
        (await app.PostAsync($"{Path}/{link.Token}", null)).IsProblem(410, "link_invalid");
        var undo = await app.MailAsync(old, seen);
        Assert.Equal("email_changed", undo.Kind);
        Assert.Contains("/auth/email/undo/", undo.Links[0], StringComparison.Ordinal);
    }

    [Fact]
    [Meets("GH-SEC-159")]
    public async Task The_old_address_takes_it_back_within_three_days_and_everybody_is_out()
    {
        var (alice, undo) = await ChangeAsync();
        var thief = await app.LogInAsync(next);
        app.Clock.Advance(TimeSpan.FromHours(72) - TimeSpan.FromSeconds(1));

        (await app.PostAsync($"{Path}/undo/{undo}", null)).IsOk();

        (await alice.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        (await app.GetAsync("/api/auth/session", ("Cookie", "gatehouse=" + thief.Cookie("gatehouse")))).IsProblem(401, "unauthenticated");
        (await app.LogInAsync(next)).IsProblem(401, "invalid_credentials");
        Assert.Equal(old, (await app.LogInAsync(old)).Text("account", "email"));
        (await app.PostAsync($"{Path}/undo/{undo}", null)).IsProblem(410, "link_invalid");
    }

    [Fact]
    [Meets("GH-SEC-159")]
    public async Task After_three_days_it_stays()
    {
        var (_, undo) = await ChangeAsync();
        app.Clock.Advance(TimeSpan.FromHours(72) + TimeSpan.FromSeconds(1));

        (await app.PostAsync($"{Path}/undo/{undo}", null)).IsProblem(410, "link_invalid");

        (await app.LogInAsync(next)).IsOk();
    }

    /// <summary>Whoever took the account over can't shake the owner's link off: not by a password, not by moving on, not by their own undo.</summary>
    [Fact]
    [Meets("GH-SEC-138")]
    public async Task An_undo_link_outlives_whatever_the_thief_does()
    {
        var (alice, undo) = await ChangeAsync();
        var third = App.NewEmail();
        var thief = alice with { Email = next };
        await app.TickAsync(next);
        (await thief.PostAsync(Path, App.Json(("email", third)), await thief.OpenAsync())).IsOk();
        (await app.PostAsync($"{Path}/{(await app.MailAsync(third)).Token}", null)).IsOk();
        await app.MailsSettledAsync();
        var thiefsUndo = (await app.MailsAsync(next)).Single(mail => mail.Kind == "email_changed").Token;
        var changed = await thief.PostAsync(
            "/api/auth/account/password", App.Json(("password", "the thief's own password")), await thief.OpenAsync());
        changed.IsOk();
        (await app.PostAsync($"{Path}/undo/{thiefsUndo}", null)).IsOk();

        (await app.PostAsync($"{Path}/undo/{undo}", null)).IsOk();

        Assert.Equal(1, await app.Store.CountAsync($"accounts WHERE id = '{alice.AccountId}' AND email_key = '{old}'"));
        Assert.Equal(0, await app.Store.CountAsync($"sessions WHERE account_id = '{alice.AccountId}'"));
        (await app.PostAsync($"/api/auth/passwd/{await app.ForgetPasswordAsync(old)}", App.Json(("password", "mine again for good")))).IsOk();
        (await app.LogInAsync(old, "mine again for good")).IsOk();
    }

    [Fact]
    public async Task An_earlier_undo_takes_the_later_ones_with_it()
    {
        var (alice, undo) = await ChangeAsync();
        var third = App.NewEmail();
        var owner = alice with { Email = next };
        (await owner.PostAsync(Path, App.Json(("email", third)), await owner.OpenAsync())).IsOk();
        (await app.PostAsync($"{Path}/{(await app.MailAsync(third)).Token}", null)).IsOk();
        await app.MailsSettledAsync();
        var later = (await app.MailsAsync(next)).Single(mail => mail.Kind == "email_changed").Token;

        (await app.PostAsync($"{Path}/undo/{undo}", null)).IsOk();

        (await app.PostAsync($"{Path}/undo/{later}", null)).IsProblem(410, "link_invalid");
        (await app.LogInAsync(old)).IsOk();
    }

    /// <summary>Whoever has taken the account over answers "later" to the mail that holds their own undo link.</summary>
    [Fact]
    [Meets("GH-SEC-138")]
    public async Task An_undo_leaves_no_later_undo_to_be_mailed()
    {
        var (alice, undo) = await ChangeAsync();
        var now = app.Clock.GetUtcNow().ToUnixTimeMilliseconds() * 1000;
        await app.Store.AskAsync($"""
            INSERT INTO mail_outbox (id, kind, account_id, recipient, created_at, due_at, tries)
            VALUES ('deferred {alice.AccountId}', 'email_changed', '{alice.AccountId}', '{next}', {now}, {now + 3_600_000_000}, 1)
            """);
        var mails = (await app.MailsAsync(next)).Count;

        (await app.PostAsync($"{Path}/undo/{undo}", null)).IsOk();

        app.Clock.Advance(TimeSpan.FromHours(2));
        await app.MailsSettledAsync();
        Assert.Equal(mails, (await app.MailsAsync(next)).Count);
        Assert.Equal(0, await app.Store.CountAsync($"one_time_links WHERE account_id = '{alice.AccountId}'"));
    }

    /// <summary>The owner, thinking the account lost, signed up anew with the address that the thief had given up.</summary>
    [Fact]
    [Meets("GH-SEC-138", "GH-SEC-160")]
    public async Task An_undo_that_finds_the_address_taken_stays_good()
    {
        var (alice, undo) = await ChangeAsync();
        var again = await app.JoinAsync(old);

        (await app.PostAsync($"{Path}/undo/{undo}", null)).IsProblem(410, "link_invalid");

        (await again.GetAsync("/api/auth/session")).IsOk();
        (await again.SendAsync(HttpMethod.Delete, "/api/auth/account", null, await again.OpenAsync())).IsOk();
        (await app.PostAsync($"{Path}/undo/{undo}", null)).IsOk();
        Assert.Equal(alice.AccountId, (await app.LogInAsync(old)).Text("account", "id"));
    }

    [Fact]
    [Meets("GH-SEC-009")]
    public async Task A_taken_address_gets_the_same_answer_and_no_link()
    {
        var alice = await app.JoinAsync(old);
        var bob = await app.JoinAsync(next);
        var mails = (await app.MailsAsync(next)).Count;
        var grant = await alice.OpenAsync();

        var taken = await alice.PostAsync(Path, App.Json(("email", next.ToUpperInvariant())), grant);
        var free = await alice.PostAsync(Path, App.Json(("email", App.NewEmail())), grant);

        Assert.Equal(free.Shape, taken.Shape);
        await app.MailsSettledAsync();
        Assert.Equal(mails, (await app.MailsAsync(next)).Count);
        (await bob.GetAsync("/api/auth/session")).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-009", "GH-SEC-160", "GH-SEC-270")]
    public async Task Of_two_accounts_that_ask_for_one_address_the_first_to_prove_it_gets_it()
    {
        var alice = await app.JoinAsync(old);
        var bob = await app.JoinAsync(App.NewEmail());
        (await alice.PostAsync(Path, App.Json(("email", next)), await alice.OpenAsync())).IsOk();
        var first = await app.MailAsync(next);
        var seen = await app.TickAsync(next);
        (await bob.PostAsync(Path, App.Json(("email", next)), await bob.OpenAsync())).IsOk();
        var second = await app.MailAsync(next, seen);

        var answers = await App.AtOnceAsync(16, i => app.PostAsync($"{Path}/{(i % 2 == 0 ? first : second).Token}", null));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(15, answers.Count(answer => answer.Code == "link_invalid"));
        Assert.Equal(1, await app.Store.CountAsync($"accounts WHERE email_key = '{next}' AND verified_at IS NOT NULL"));
    }

    [Fact]
    [Meets("GH-SEC-160")]
    public async Task The_address_and_a_sign_up_for_it_never_both_win()
    {
        var alice = await app.JoinAsync(old);
        (await alice.PostAsync(Path, App.Json(("email", next)), await alice.OpenAsync())).IsOk();
        var change = await app.MailAsync(next);
        var signUp = await app.SignUpAsync(next);

        await App.AtOnceAsync(8, i => i % 2 == 0 ? app.PostAsync($"{Path}/{change.Token}", null) : app.VerifyAsync(signUp));

        Assert.Equal(1, await app.Store.CountAsync($"accounts WHERE email_key = '{next}'"));
    }

    [Fact]
    [Meets("GH-SEC-137", "GH-SEC-154", "GH-SEC-158")]
    public async Task A_newer_request_replaces_the_older_and_a_reset_discards_it()
    {
        var alice = await app.JoinAsync(old);
        var grant = await alice.OpenAsync();
        var third = App.NewEmail();
        (await alice.PostAsync(Path, App.Json(("email", next)), grant)).IsOk();
        var older = await app.MailAsync(next);
        (await alice.PostAsync(Path, App.Json(("email", third)), grant)).IsOk();
        var newer = await app.MailAsync(third);

        (await app.PostAsync($"{Path}/{older.Token}", null)).IsProblem(410, "link_invalid");
        await app.MailsSettledAsync();
        var reset = await app.ForgetPasswordAsync(old);
        (await app.PostAsync($"/api/auth/passwd/{reset}", App.Json(("password", "another long passphrase")))).IsOk();
        (await app.PostAsync($"{Path}/{newer.Token}", null)).IsProblem(410, "link_invalid");

        Assert.Equal(1, await app.Store.CountAsync($"accounts WHERE id = '{alice.AccountId}' AND email_key = '{old}'"));
    }

    [Fact]
    [Meets("GH-SEC-132")]
    public async Task A_link_ends_after_an_hour()
    {
        var alice = await app.JoinAsync(old);
        (await alice.PostAsync(Path, App.Json(("email", next)), await alice.OpenAsync())).IsOk();
        var link = await app.MailAsync(next);
        app.Clock.Advance(TimeSpan.FromHours(1));

        (await app.PostAsync($"{Path}/{link.Token}", null)).IsProblem(410, "link_invalid");
        (await app.LogInAsync(old)).IsOk();
    }

    [Theory]
    [Meets("GH-SEC-130")]
    [InlineData("verify")]
    [InlineData("undo")]
    [InlineData("reset")]
    public async Task A_link_for_one_thing_is_nothing_at_another(string purpose)
    {
        var alice = await app.JoinAsync(old);
        (await alice.PostAsync(Path, App.Json(("email", next)), await alice.OpenAsync())).IsOk();
        var link = (await app.MailAsync(next)).Token;

        var answer = await app.PostAsync(purpose switch
        {
            "verify" => $"/api/auth/mail/verify/{link}",
            "reset" => $"/api/auth/passwd/{link}",
            _ => $"{Path}/undo/{link}",
        }, App.Json(("password", "another long passphrase"), ("user_name", "Al")));

        answer.IsProblem(410, "link_invalid");
        (await app.PostAsync($"{Path}/{link}", null)).IsOk();
    }

    [Theory]
    [Meets("GH-SEC-237")]
    [InlineData("""{"email":"nonsense"}""", 422, "invalid_input")]
    [InlineData("""{"email":["a@example.com"]}""", 400, "bad_request")]
    [InlineData("""{"email":null}""", 400, "bad_request")]
    [InlineData("{}", 400, "bad_request")]
    public async Task A_refused_address_asks_nothing(string body, int status, string code)
    {
        var alice = await app.JoinAsync(old);

        (await alice.PostAsync(Path, body, await alice.OpenAsync())).IsProblem(status, code);

        Assert.Equal(0, await app.Store.CountAsync($"email_changes WHERE account_id = '{alice.AccountId}'"));
        Assert.Equal(0, await app.Store.CountAsync($"mail_outbox WHERE account_id = '{alice.AccountId}'"));
    }

    /// <summary>The account moved from <c>old</c> to <c>next</c>; the old address's undo token.</summary>
    private async Task<(Person Alice, string Undo)> ChangeAsync()
    {
        var alice = await app.JoinAsync(old);
        (await alice.PostAsync(Path, App.Json(("email", next)), await alice.OpenAsync())).IsOk();
        var link = await app.MailAsync(next);
        await app.MailsSettledAsync();
        var seen = await app.TickAsync(old);
        (await app.PostAsync($"{Path}/{link.Token}", null)).IsOk();
        return (alice, (await app.MailAsync(old, seen)).Token);
    }
}
