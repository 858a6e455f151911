using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.CommandLine;

public sealed class InviteVerbsOnSqlite() : InviteVerbsTests(StoreKind.Sqlite);

public sealed class InviteVerbsOnPostgres() : InviteVerbsTests(StoreKind.Postgres);

public abstract class InviteVerbsTests(StoreKind kind) : IAsyncLifetime
{
    private App app = null!;
    private Operator shell = null!;

    public async Task InitializeAsync()
    {
        app = await App.StartAsync(kind, ("SignUp:Mode", "InviteOnly"));
        shell = Operator.Of(app);
    }

    public async Task DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task An_invite_lets_its_holder_sign_up_once()
    {
        var lines = (await shell.RunAsync("invite", "create")).Ended(0).Lines;
        Assert.Equal("http://localhost:8080/auth/signup?invite=" + lines[^1], lines[^2]);
        Assert.Equal("open", await StateAsync());

        (await SignUpAsync("alice@example.com", lines[^1])).IsOk();
        Assert.Equal("held", await StateAsync());
        (await SignUpAsync("bob@example.com", lines[^1])).IsProblem(403, "invite_invalid");
        (await shell.RunAsync("account", "verify", "alice@example.com")).Ended(0);

        Assert.Equal("claimed", await StateAsync());
        (await app.LogInAsync("alice@example.com")).IsOk();
        (await SignUpAsync("bob@example.com", lines[^1])).IsProblem(403, "invite_invalid");
        (await shell.RunAsync("invite", "revoke", lines[^1])).Ended(1);
    }

    [Fact]
    public async Task It_is_bound_to_its_address_and_ends_when_it_was_told_to()
    {
        var made = (await shell.RunAsync("invite", "create", "--email", "Bob@example.com", "--expires", "02:00:00", "--json")).Ended(0).Json;
        var token = made.GetProperty("token").GetString()!;
        Assert.Equal("id token url email expires_at", string.Join(' ', made.EnumerateObject().Select(member => member.Name)));
        Assert.Equal("2030-01-01T02:00:00.000Z", made.GetProperty("expires_at").GetString());

        (await SignUpAsync("alice@example.com", token)).IsProblem(403, "invite_invalid");
        app.Clock.Advance(TimeSpan.FromHours(2));
        (await SignUpAsync("bob@example.com", token)).IsProblem(403, "invite_invalid");

        Assert.Equal("expired", await StateAsync());
    }

    [Fact]
    public async Task It_can_be_taken_back_by_token_or_id()
    {
        var token = (await shell.RunAsync("invite", "create")).Ended(0).Lines[^1];
        var made = (await shell.RunAsync("invite", "create", "--json")).Ended(0).Json;

        (await shell.RunAsync("invite", "revoke", token)).Ended(0);
        (await shell.RunAsync("invite", "revoke", token)).Ended(1);
        (await shell.RunAsync("invite", "revoke", made.GetProperty("id").GetString()!, "--json")).Ended(0);
        (await shell.RunAsync("invite", "revoke", "nothing")).Ended(1);

        (await SignUpAsync("alice@example.com", token)).IsProblem(403, "invite_invalid");
        (await SignUpAsync("alice@example.com", made.GetProperty("token").GetString()!)).IsProblem(403, "invite_invalid");
        Assert.Empty((await shell.RunAsync("invite", "list", "--json")).Json.GetProperty("invites").EnumerateArray());
    }

    [Fact]
    public async Task The_list_shows_no_token()
    {
        var token = (await shell.RunAsync("invite", "create", "--email", "bob@example.com")).Ended(0).Lines[^1];

        var said = (await shell.RunAsync("invite", "list")).Ended(0).Out + (await shell.RunAsync("invite", "list", "--json")).Out;

        Assert.Contains("bob@example.com", said, StringComparison.Ordinal);
        Assert.DoesNotContain(token, said, StringComparison.Ordinal);
    }

    private async Task<string?> StateAsync() => Assert.Single((await shell.RunAsync("invite", "list", "--json")).Ended(0)
        .Json.GetProperty("invites").EnumerateArray()).GetProperty("status").GetString();

    private Task<Answer> SignUpAsync(string email, string invite) => app.PostAsync(
        "/api/auth/signup", App.Json(("email", email), ("password", App.Password), ("invite", invite)));
}
