using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.CommandLine;

public sealed class AccountVerbsOnSqlite(SharedOnSqlite shared) : AccountVerbsTests(shared), IClassFixture<SharedOnSqlite>;

public sealed class AccountVerbsOnPostgres(SharedOnPostgres shared) : AccountVerbsTests(shared), IClassFixture<SharedOnPostgres>;

public abstract class AccountVerbsTests(SharedApp shared)
{
    private readonly App app = shared.App;
    private readonly Operator shell = Operator.Of(shared.App);
    private readonly string email = App.NewEmail();

    [Fact]
    public async Task The_list_goes_page_by_page_and_tells_sign_ups_from_accounts()
    {
        await app.JoinAsync(email);
        await app.SignUpAsync(App.NewEmail());
        await app.SignUpAsync(App.NewEmail());
        var all = (await shell.RunAsync("account", "list", "--limit", "1000", "--json")).Ended(0).Json.GetProperty("accounts").EnumerateArray().ToArray();

        var found = new List<string>();
        string? next = "";
        while (next is not null)
        {
            var page = (await shell.RunAsync("account", "list", "--limit", "2", "--after", next, "--json")).Ended(0).Json;
            found.AddRange(page.GetProperty("accounts").EnumerateArray().Select(account => account.GetProperty("id").GetString()!));
            next = page.GetProperty("next").GetString();
        }

        Assert.Equal(string.Join(' ', all.Select(account => account.GetProperty("id").GetString())), string.Join(' ', found));
        Assert.Equal("id email username verified created_at", string.Join(' ', all[0].EnumerateObject().Select(member => member.Name)));
        var pending = (await shell.RunAsync("account", "list", "--pending", "--limit", "1000", "--json")).Json.GetProperty("accounts").EnumerateArray().ToArray();
        Assert.True(pending.Length >= 2 && pending.Length < all.Length);
        Assert.All(pending, account => Assert.False(account.GetProperty("verified").GetBoolean()));
        Assert.Contains(email, (await shell.RunAsync("account", "list", "--limit", "1000")).Ended(0).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_gives_what_the_owner_sees_and_no_hash()
    {
        var alice = await app.JoinAsync(email);
        var opened = await alice.PostAsync("/api/auth/account/open", App.Json(("password", App.Password)));
        var own = await alice.GetAsync("/api/auth/account", ("Account-Grant", opened.Text("grant")!));

        var shown = (await shell.RunAsync("account", "show", email.ToUpperInvariant(), "--json")).Ended(0);

        Assert.Equal(own.Json.ToString(), shown.Json.ToString());
        var said = (await shell.RunAsync("account", "show", email)).Ended(0).Out;
        Assert.Contains(alice.AccountId, said, StringComparison.Ordinal);
        Assert.Contains("Users     Alice", said, StringComparison.Ordinal);
        Assert.DoesNotContain("argon2", shown.Out + said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_makes_the_newest_sign_up_the_account()
    {
        var older = await app.SignUpAsync(email, "an older long password");
        await app.SignUpAsync(email);

        var verified = (await shell.RunAsync("account", "verify", email, "--json")).Ended(0);

        Assert.True(verified.Json.GetProperty("verified").GetBoolean());
        Assert.Equal(email.Split('@')[0], verified.Json.GetProperty("users")[0].GetProperty("name").GetString());
        var session = await app.LogInAsync(email);
        session.IsOk();
        Assert.Equal(email.Split('@')[0], session.Text("user", "name"));
        (await app.LogInAsync(email, "an older long password")).IsProblem(401, "invalid_credentials");
        (await app.VerifyAsync(older, "an older long password")).IsProblem(410, "link_invalid");
        Assert.Equal("operator", await app.Store.AskAsync(
            $"SELECT detail FROM security_events WHERE type = 'account_verified' AND account_id = '{verified.Json.GetProperty("id").GetString()}'"));

        (await shell.RunAsync("account", "verify", email)).Ended(1);
        (await shell.RunAsync("account", "verify", App.NewEmail())).Ended(1);
    }

    [Fact]
    public async Task A_sign_up_of_an_address_that_has_an_account_is_not_verified()
    {
        var alice = await app.JoinAsync(email);
        await app.PostAsync("/api/auth/signup", App.Json(("email", email), ("password", "somebody else's password")));

        (await shell.RunAsync("account", "verify", email)).Ended(1);

        (await alice.GetAsync("/api/auth/session")).IsOk();
        (await app.LogInAsync(email)).IsOk();
    }

    [Fact]
    public async Task Delete_ends_everything_says_good_bye_and_frees_the_address()
    {
        var alice = await app.JoinAsync(email);
        (await alice.GetAsync("/api/auth/session")).IsOk();
        var seen = await app.TickAsync(email);

        (await shell.RunAsync("account", "delete", email, "--yes")).Ended(0);
        app.Clock.Advance(TimeSpan.FromSeconds(1));

        (await alice.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        (await app.LogInAsync(email)).IsProblem(401, "invalid_credentials");
        Assert.Equal("good_bye", (await app.MailAsync(email, seen)).Kind);
        Assert.Equal("operator", await app.Store.AskAsync(
            $"SELECT detail FROM security_events WHERE type = 'account_deleted' AND account_id = '{alice.AccountId}'"));
        await app.JoinAsync(email);
        (await shell.RunAsync("account", "delete", App.NewEmail(), "--yes")).Ended(1);
    }

    [Fact]
    public async Task Delete_takes_every_sign_up_of_an_address_without_an_account()
    {
        var tokens = (await app.SignUpAsync(email), await app.SignUpAsync(email));

        Assert.Equal(2, (await shell.RunAsync("account", "delete", email, "--yes", "--json")).Ended(0).Json.GetProperty("deleted").GetInt32());

        (await app.VerifyAsync(tokens.Item1)).IsProblem(410, "link_invalid");
        (await app.VerifyAsync(tokens.Item2)).IsProblem(410, "link_invalid");
        Assert.DoesNotContain(await app.MailsAsync(email), mail => mail.Kind == "good_bye");
    }

    [Fact]
    public async Task Delete_asks_and_without_anybody_to_ask_refuses()
    {
        var alice = await app.JoinAsync(email);

        Assert.Contains("--yes", (await shell.RunAsync("account", "delete", email)).Ended(2).Error, StringComparison.Ordinal);
        foreach (var answer in (string[])["n\n", "\n", "", "yep\n"])
            Assert.Contains("[y/N]", (await shell.TypeAsync(answer, "account", "delete", email)).Ended(1).Out, StringComparison.Ordinal);
        (await alice.GetAsync("/api/auth/session")).IsOk();
        (await shell.TypeAsync("y\n", "account", "delete", email)).Ended(0);

        (await app.LogInAsync(email)).IsProblem(401, "invalid_credentials");
    }

    [Fact]
    public async Task What_a_customer_chose_cannot_write_to_the_terminal_what_it_likes()
    {
        var alice = await app.JoinAsync(email);
        await app.Store.AskAsync($"UPDATE users SET name = 'A\u001b[31m\nB' WHERE id = '{alice.UserId}'"); // no front door lets it in

        var said = (await shell.RunAsync("account", "show", email)).Ended(0).Out;

        Assert.DoesNotContain('\u001b', said);
        Assert.Contains("A?[31m?B", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revoke_ends_every_session_and_token_within_a_second()
    {
        var alice = await app.JoinAsync(email);
        var elsewhere = await alice.LogInAsync();
        var token = await alice.TakeTokenAsync();
        (await elsewhere.GetAsync("/api/auth/session")).IsOk();
        var bob = await app.JoinAsync(App.NewEmail());

        Assert.Equal(3, (await shell.RunAsync("session", "revoke", "--email", email, "--json")).Ended(0).Json.GetProperty("revoked").GetInt32());
        app.Clock.Advance(TimeSpan.FromSeconds(1));

        (await alice.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        (await elsewhere.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        (await app.GetAsync("/account", App.Bearer(token))).IsProblem(401, "invalid_token");
        (await bob.GetAsync("/api/auth/session")).IsOk();
        (await app.LogInAsync(email)).IsOk();
        Assert.Equal("operator", await app.Store.AskAsync(
            $"SELECT detail FROM security_events WHERE type = 'sessions_ended' AND account_id = '{alice.AccountId}'"));
        (await shell.RunAsync("session", "revoke", "--email", App.NewEmail())).Ended(1);
    }
}
