using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Pages;

public sealed class MainWayOnSqlite() : MainWayTests(StoreKind.Sqlite);

public sealed class MainWayOnPostgres() : MainWayTests(StoreKind.Postgres);

/// <summary>A customer's whole visit by forms alone.</summary>
public abstract class MainWayTests(StoreKind store)
{
    private const string Email = "alice@example.com";

    [Fact]
    public async Task A_customer_signs_up_confirms_chooses_a_user_logs_out_and_in_again()
    {
        await using var app = await App.StartAsync(store);
        var browser = new Browser(app);

        var signUp = (await browser.GetAsync("/auth/signup")).IsPage();
        var taken = await browser.SubmitAsync(signUp, ("email", Email), ("password", App.Password), ("displayname", "Alice"));
        (await browser.FollowAsync(taken)).IsPage().Shows("Check your email");
        Assert.False(browser.HasSession);

        var verify = (await browser.GetAsync((await app.MailAsync(Email)).Path())).IsPage();
        verify.Shows("value=\"Alice\"");
        var verified = await browser.SubmitAsync(verify, ("user_name", "Alice"), ("password", App.Password));
        var home = (await browser.FollowAsync(verified)).IsPage();
        home.Shows("<bdi>Alice</bdi>");
        Assert.Contains(Email, home.Body, StringComparison.Ordinal);

        var users = (await browser.GetAsync("/auth/users")).IsPage();
        var added = await browser.SubmitAsync(users, ("name", "Bob"), ("password", App.Password));
        users = (await browser.FollowAsync(added)).IsPage();
        var chosen = await browser.PostAsync("/auth/users", ("user_id", IdOf("Bob", users)));
        home = (await browser.FollowAsync(chosen)).IsPage();
        home.Shows("<bdi>Bob</bdi>");

        var landing = (await browser.FollowAsync(await browser.SubmitAsync(home))).IsPage();
        landing.Shows("You are logged out");
        Assert.False(browser.HasSession);
        Assert.Equal(0, await app.Store.CountAsync("sessions"));

        var logIn = (await browser.GetAsync("/auth/login")).IsPage();
        var who = await browser.SubmitAsync(logIn, ("email", Email), ("password", App.Password));
        Assert.Equal("/auth/users", who.Header("Location"));
        Assert.True(browser.HasSession);
    }

    [Fact]
    public async Task A_customer_who_forgot_the_password_chooses_a_new_one()
    {
        const string NewPassword = "a different long password";
        await using var app = await App.StartAsync(store);
        await app.JoinAsync(Email);
        var browser = new Browser(app);

        var asked = await browser.SubmitAsync(await browser.GetAsync("/auth/passwd"), ("email", Email));
        (await browser.FollowAsync(asked)).IsPage().Shows("Check your email");
        var choose = (await browser.GetAsync((await app.ResetMailAsync(Email)).Path())).IsPage();
        var changed = await browser.SubmitAsync(choose, ("password", NewPassword));

        Assert.False(browser.HasSession);
        var logIn = (await browser.FollowAsync(changed)).IsPage();
        logIn.Shows("Your new password is set");
        Assert.Equal("/", (await browser.SubmitAsync(logIn, ("email", Email), ("password", NewPassword))).Header("Location"));
        Assert.Equal(1, await app.Store.CountAsync("sessions"));
    }

    private static string IdOf(string name, Answer page)
    {
        var end = page.Body.IndexOf($"</span><bdi>{name}</bdi>", StringComparison.Ordinal);
        var start = page.Body.LastIndexOf("value=\"", end, StringComparison.Ordinal) + "value=\"".Length;
        return page.Body[start..page.Body.IndexOf('"', start)];
    }
}
