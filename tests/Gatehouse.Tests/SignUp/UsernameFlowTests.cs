using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.SignUp;

public sealed class UsernameFlowOnSqlite(SharedOnSqlite shared)
    : UsernameFlowTests(shared), IClassFixture<SharedOnSqlite>;

public sealed class UsernameFlowOnPostgres(SharedOnPostgres shared)
    : UsernameFlowTests(shared), IClassFixture<SharedOnPostgres>;

public abstract class UsernameFlowTests(SharedApp shared)
{
    private static readonly TimeSpan LinkLifetime = TimeSpan.FromHours(24);
    private readonly App app = shared.App;
    private readonly string email = App.NewEmail();
    private readonly string name = "n-" + App.NewEmail()[..^"@example.com".Length];

    [Fact]
    public async Task A_username_is_kept_as_typed_and_logs_in_in_any_case()
    {
        await TakeAsync(email, name.ToUpperInvariant());

        var verified = await app.VerifyAsync((await app.MailAsync(email)).Token);
        var login = await app.PostAsync("/api/auth/login", App.Json(("username", name), ("password", App.Password)));

        Assert.Equal(name.ToUpperInvariant(), verified.Text("account", "username"));
        Assert.False(verified.Json.TryGetProperty("note", out _));
        login.IsOk();
        await IsAvailableAsync(name, false);
    }

    [Fact]
    public async Task A_name_that_a_verified_account_owns_is_taken_for_everybody_else()
    {
        await TakeAsync(email, name);
        (await app.VerifyAsync((await app.MailAsync(email)).Token)).IsOk();
        app.Clock.Advance(LinkLifetime); // the hold of the sign-up is over: the account itself owns the name

        var other = App.NewEmail();
        var refused = await AskAsync(other, name.ToUpperInvariant());
        var own = await AskAsync(email, name);

        refused.IsProblem(409, "username_taken");
        await NothingHappenedAsync(other);
        Assert.Equal(HttpStatusCode.Accepted, own.Status);
        Assert.Equal("account_exists", (await app.MailAsync(email, seen: 1)).Kind);
    }

    [Fact]
    public async Task A_name_is_held_for_the_address_that_asked_first_as_long_as_its_link_lives()
    {
        await IsAvailableAsync(name, true);
        await TakeAsync(email, name);
        var other = App.NewEmail();

        await IsAvailableAsync(name, false);
        (await AskAsync(email, name)).IsOk();
        app.Clock.Advance(LinkLifetime - TimeSpan.FromMicroseconds(1));
        (await AskAsync(other, name)).IsProblem(409, "username_taken");
        await NothingHappenedAsync(other);
        app.Clock.Advance(TimeSpan.FromMicroseconds(1));
        await IsAvailableAsync(name, true);
        (await AskAsync(other, name)).IsOk();
        (await AskAsync(email, name)).IsProblem(409, "username_taken");
    }

    [Fact]
    public async Task An_account_whose_name_was_lost_is_made_without_it_and_told_so()
    {
        await TakeAsync(email, name);
        app.Clock.Advance(LinkLifetime);
        var winner = App.NewEmail();
        await TakeAsync(winner, name);
        var seen = await app.TickAsync(email);
        (await app.PostAsync("/api/auth/mail/verify", App.Json(("email", email)))).IsOk();

        var verified = await app.VerifyAsync((await app.MailAsync(email, seen)).Token);
        var winners = await app.VerifyAsync((await app.MailAsync(winner)).Token);

        Assert.Equal("username_taken", verified.Text("note"));
        Assert.Null(verified.Text("account", "username"));
        Assert.Equal(name, winners.Text("account", "username"));
        Assert.False(winners.Json.TryGetProperty("note", out _));
    }

    [Fact]
    public async Task Of_many_sign_ups_for_one_name_at_once_one_gets_it()
    {
        var emails = Enumerable.Range(0, 16).Select(_ => App.NewEmail()).ToArray();

        var answers = await App.AtOnceAsync(16, i => AskAsync(emails[i], name));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Accepted);
        Assert.Equal(15, answers.Count(answer => answer.Code == "username_taken"));
        Assert.Equal(1, await app.Store.CountAsync($"accounts WHERE username_key = '{name}'"));
    }

    [Fact]
    public async Task A_name_nobody_may_have_is_neither_free_nor_taken() =>
        (await app.GetAsync("/api/auth/usernames/postmaster")).IsProblem(422, "invalid_input");

    private async Task IsAvailableAsync(string username, bool expected)
    {
        var answer = await app.GetAsync($"/api/auth/usernames/{username}");
        Assert.Equal(expected, answer.Json.GetProperty("available").GetBoolean());
        Assert.Equal(username, answer.Text("username"));
    }

    private Task<Answer> AskAsync(string address, string username) => app.PostAsync("/api/auth/signup", App.Json(
        ("email", address), ("password", App.Password), ("username", username)));

    private async Task TakeAsync(string address, string username)
    {
        (await AskAsync(address, username)).IsOk();
        await app.MailAsync(address);
    }

    private async Task NothingHappenedAsync(string address)
    {
        Assert.Equal(0, await app.Store.CountAsync($"accounts WHERE email_key = '{address}'"));
        await app.MailsSettledAsync();
        Assert.Empty(await app.MailsAsync(address));
    }
}
