using System.Net;
using Gatehouse.Tests.SocialLogin;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Jlinx;

/// <summary>An account whose owner's program told no name has no user: its owner names the first by their session alone.</summary>
public abstract class FirstUserTests(StoreKind kind) : JlinxTests
{
    private const string Users = "/api/auth/users";
    private const string Ada = """{"name":"Ada"}""";
    private const string Grace = """{"name":"Grace"}""";

    [Fact]
    public async Task The_first_user_takes_no_credentials_and_the_second_does()
    {
        await using var app = await App.StartAsync(kind);
        var browser = NewBrowser(app);
        await using var holder = await JoinNamelessAsync(app, browser);

        Assert.Equal(HttpStatusCode.Created, (await browser.PostAsync(Users, Ada)).Status);

        (await browser.PostAsync(Users, Grace)).IsProblem(400, "bad_request");
        Assert.Equal(1, await app.Store.CountAsync("users"));
    }

    [Fact]
    public async Task Of_many_first_users_at_once_one_is_made()
    {
        await using var app = await App.StartAsync(kind);
        var browser = NewBrowser(app);
        await using var holder = await JoinNamelessAsync(app, browser);

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => browser.PostAsync(Users, Ada)));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.Equal(1, await app.Store.CountAsync("users"));
    }

    [Fact]
    public async Task An_account_with_a_password_is_asked_for_it_whatever_users_it_has()
    {
        await using var app = await App.StartAsync(kind);
        var person = await app.JoinAsync(App.NewEmail());
        await app.Store.AskAsync("DELETE FROM users");

        (await person.PostAsync(Users, Ada)).IsProblem(400, "bad_request");

        Assert.Equal(0, await app.Store.CountAsync("users"));
    }

    [Fact]
    public async Task The_first_user_takes_a_session()
    {
        await using var app = await App.StartAsync(kind);
        await using var holder = await JoinNamelessAsync(app, NewBrowser(app));

        (await app.PostAsync(Users, Ada)).IsProblem(401, "unauthenticated");

        Assert.Equal(0, await app.Store.CountAsync("users"));
    }

    private static async Task<Holder> JoinNamelessAsync(App app, Traveller browser)
    {
        var (holder, _) = await JoinAsync(app, browser, taking => taking with { Name = null });
        Assert.Equal(0, await app.Store.CountAsync("users"));
        return holder;
    }
}

public sealed class FirstUserOnSqlite() : FirstUserTests(StoreKind.Sqlite);

public sealed class FirstUserOnPostgres() : FirstUserTests(StoreKind.Postgres);
