using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.SignUp;

public sealed class ConfirmOnSqlite() : ConfirmTests(StoreKind.Sqlite);

public sealed class ConfirmOnPostgres() : ConfirmTests(StoreKind.Postgres);

/// <summary>Verification with one button: <c>Verification:AskPassword=false</c>.</summary>
public abstract class ConfirmTests(StoreKind store)
{
    private static readonly (string, string) OneButton = ("Verification:AskPassword", "false");

    [Fact]
    [Meets("GH-SEC-140")]
    public async Task Where_the_password_is_asked_there_is_no_button()
    {
        await using var app = await App.StartAsync(store);
        var token = await app.SignUpAsync();

        (await app.PostAsync("/api/auth/confirm_account", App.Json(("token", token)))).IsProblem(404, "not_found");

        Assert.Equal(0, await app.Store.CountAsync("accounts WHERE verified_at IS NOT NULL"));
        (await app.VerifyAsync(token)).IsOk();
    }

    [Fact]
    public async Task The_link_needs_no_body()
    {
        await using var app = await App.StartAsync(store, OneButton);
        var token = await app.SignUpAsync();

        var confirmed = await app.PostAsync($"/api/auth/mail/verify/{token}", null);

        Assert.Equal("confirmed", confirmed.Text("status"));
        Assert.Equal(1, await app.Store.CountAsync("accounts WHERE verified_at IS NOT NULL"));
    }

    [Fact]
    public async Task The_button_tells_of_a_lost_username_too()
    {
        await using var app = await App.StartAsync(store, OneButton);
        (await app.PostAsync("/api/auth/signup", App.Json(
            ("email", "alice@example.com"), ("username", "wanted"), ("password", App.Password)))).IsOk();
        var token = (await app.MailAsync("alice@example.com")).Token;
        await app.Store.AskAsync("UPDATE username_holds SET email_key = 'somebody@example.com'");

        var confirmed = await app.PostAsync("/api/auth/confirm_account", App.Json(("token", token)));

        Assert.Equal("confirmed", confirmed.Text("status"));
        Assert.Equal("username_taken", confirmed.Text("note"));
        Assert.Equal(1, await app.Store.CountAsync("accounts WHERE verified_at IS NOT NULL AND username IS NULL"));
    }

    [Theory]
    [InlineData("first@example.com", null, "first")]
    [InlineData("second@example.com", "Dame Second", "Dame Second")]
    public async Task The_button_confirms_names_the_user_and_logs_nobody_in(
        string email, string? displayName, string expected)
    {
        await using var app = await App.StartAsync(store, OneButton);
        (await app.PostAsync("/api/auth/signup", App.Json(
            ("email", email), ("password", App.Password), ("displayname", displayName ?? "")))).IsOk();
        var token = (await app.MailAsync(email)).Token;

        var look = await app.GetAsync($"/api/auth/mail/verify/{token}");
        var confirmed = await app.PostAsync("/api/auth/confirm_account", App.Json(("token", token)));
        var again = await app.PostAsync("/api/auth/confirm_account", App.Json(("token", token)));

        Assert.False(look.Json.GetProperty("ask_password").GetBoolean());
        Assert.Equal("""{"status":"confirmed"}""", confirmed.Body);
        Assert.Empty(confirmed.SetCookies);
        again.IsProblem(410, "link_invalid");
        Assert.Equal(0, await app.Store.CountAsync("sessions"));
        Assert.Equal(1, await app.Store.CountAsync("users"));
        var login = await app.LogInAsync(email);
        Assert.Equal(expected, login.Text("user", "name"));
    }

    [Fact]
    public async Task The_link_takes_a_name_and_needs_no_password()
    {
        await using var app = await App.StartAsync(store, OneButton);
        var token = await app.SignUpAsync();
        (await app.PostAsync($"/api/auth/mail/verify/{token}", App.Json(("user_name", "\u202e"))))
            .IsProblem(422, "invalid_input");

        var confirmed = await app.PostAsync($"/api/auth/mail/verify/{token}", App.Json(("user_name", "Queen")));

        Assert.Equal("""{"status":"confirmed"}""", confirmed.Body);
        Assert.Empty(confirmed.SetCookies);
        Assert.Equal("Queen", (await app.LogInAsync("alice@example.com")).Text("user", "name"));
    }

    [Fact]
    [Meets("GH-SEC-140", "GH-SEC-142")]
    public async Task Nothing_else_than_a_living_link_confirms()
    {
        await using var app = await App.StartAsync(store, OneButton);
        var token = await app.SignUpAsync();
        foreach (var wrong in (string[])["", "x", new string('A', 43), token[..^1]])
        {
            (await app.PostAsync("/api/auth/confirm_account", App.Json(("token", wrong))))
                .IsProblem(410, "link_invalid");
        }
        foreach (var body in (string[])["{}", """{"token":null}""", """{"token":[]}""", """{"token":1}"""])
            (await app.PostAsync("/api/auth/confirm_account", body)).IsProblem(400, "bad_request");
        app.Clock.Advance(TimeSpan.FromHours(24));
        (await app.PostAsync("/api/auth/confirm_account", App.Json(("token", token)))).IsProblem(410, "link_invalid");

        Assert.Equal(0, await app.Store.CountAsync("accounts WHERE verified_at IS NOT NULL"));
        Assert.Equal(0, await app.Store.CountAsync("users"));
    }
}
