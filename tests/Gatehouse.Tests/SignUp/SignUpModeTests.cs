using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.SignUp;

/// <summary>Nothing here depends on the database, so one will do.</summary>
public sealed class SignUpModeTests
{
    private static readonly string Body = App.Json(("email", "alice@example.com"), ("password", App.Password));

    [Theory]
    [InlineData("Closed", "signup_closed", "closed")]
    [InlineData("InviteOnly", "invite_required", "invite")]
    public async Task Without_the_way_in_there_is_no_sign_up(string mode, string code, string shown)
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, ("SignUp:Mode", mode));

        (await app.PostAsync("/api/auth/signup", Body)).IsProblem(403, code);
        (await app.PostAsync("/account/register", Body)).IsProblem(403, code);

        Assert.Equal(0, await app.Store.CountAsync("accounts"));
        Assert.Equal(0, await app.Store.CountAsync("mail_outbox"));
        Assert.Equal(0, await app.Store.CountAsync("dev_mails"));
        var info = await app.GetAsync("/api/auth/info");
        Assert.Equal(shown, info.Text("config", "signup"));
    }

    [Theory]
    [InlineData("Closed", "signup_closed")]
    [InlineData("InviteOnly", "invite_invalid")]
    [InlineData("Open", "invite_invalid")]
    public async Task A_wrong_invite_opens_nothing(string mode, string code)
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, ("SignUp:Mode", mode));

        (await app.PostAsync("/api/auth/signup", App.Json(
            ("email", "alice@example.com"), ("password", App.Password), ("invite", new string('A', 43)))))
            .IsProblem(403, code);

        Assert.Equal(0, await app.Store.CountAsync("accounts"));
        Assert.Equal(0, await app.Store.CountAsync("dev_mails"));
    }
}
