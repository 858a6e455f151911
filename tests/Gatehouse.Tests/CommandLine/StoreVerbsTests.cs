using System.Globalization;
using Gatehouse.Storage;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.CommandLine;

public sealed class StoreVerbsOnSqlite() : StoreVerbsTests(StoreKind.Sqlite);

public sealed class StoreVerbsOnPostgres() : StoreVerbsTests(StoreKind.Postgres);

/// <summary>migrate, purge, mail and keys.</summary>
public abstract class StoreVerbsTests(StoreKind kind)
{
    [Fact]
    public async Task Migrate_prints_its_steps_and_has_nothing_to_do_the_second_time()
    {
        await using var store = await Store.CreateAsync(kind);
        var shell = new Operator(store.ConnectionString, TimeProvider.System);
        Assert.Contains("gatehouse migrate", (await shell.RunAsync("account", "list")).Ended(2).Error, StringComparison.Ordinal);

        var first = (await shell.RunAsync("migrate")).Ended(0);
        var second = (await shell.RunAsync("migrate", "--json")).Ended(0);

        Assert.Equal("Applied 0001_first_floor.", first.Lines[0]);
        Assert.Equal("The schema is up to date.", first.Lines[^1]);
        Assert.Equal("""{"applied":[]}""", second.Lines.Single());
        (await shell.RunAsync("account", "list")).Ended(0);
    }

    [Fact]
    public async Task Purge_says_what_it_deleted()
    {
        await using var app = await App.StartAsync(kind);
        await app.SignUpAsync("alice@example.com");
        await app.JoinAsync("bob@example.com");
        Assert.Equal("Nothing had expired.", (await Operator.Of(app).RunAsync("purge")).Ended(0).Lines.Single());

        var said = (await Operator.Of(app, later: TimeSpan.FromDays(8)).RunAsync("purge", "--json")).Ended(0).Json;

        Assert.Equal(1, said.GetProperty("sign_ups").GetInt32());
        Assert.Equal(1, said.GetProperty("links").GetInt32());
        Assert.Equal(0, said.GetProperty("sessions").GetInt32());
        Assert.Equal(1, await app.Store.CountAsync("accounts"));
        Assert.Equal("Deleted 1 sessions that had ended.",
            (await Operator.Of(app, later: TimeSpan.FromDays(15)).RunAsync("purge")).Ended(0).Lines.Single());
    }

    [Fact]
    public async Task Dead_mails_are_listed_masked_and_tried_again()
    {
        await using var app = await App.StartAsync(kind);
        var shell = Operator.Of(app);
        foreach (var id in (string[])["m1", "m2", "m3"])
            await BuryAsync(app, id);

        var masked = (await shell.RunAsync("mail", "list", "--dead", "--json")).Ended(0);
        var table = (await shell.RunAsync("mail", "list")).Ended(0);

        var mail = masked.Json.GetProperty("mails")[0];
        Assert.Equal("id kind to status tries created_at due_at dead_at last_error", string.Join(' ', mail.EnumerateObject().Select(member => member.Name)));
        Assert.Equal("a***@example.com", mail.GetProperty("to").GetString());
        Assert.Equal("550 <a***@example.com> unknown", mail.GetProperty("last_error").GetString());
        Assert.DoesNotContain("alice@", masked.Out + table.Out, StringComparison.Ordinal);
        Assert.Contains("alice@example.com", (await shell.RunAsync("mail", "list", "--show-addresses")).Ended(0).Out, StringComparison.Ordinal);

        Assert.Equal("1 mails will be tried again.", (await shell.RunAsync("mail", "retry", "m1")).Ended(0).Lines.Single());
        (await shell.RunAsync("mail", "retry", "m1")).Ended(1);
        Assert.Equal(2, (await shell.RunAsync("mail", "retry", "--json")).Ended(0).Json.GetProperty("retried").GetInt32());
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await app.MailsSettledAsync(); // the running server sent them
        Assert.Equal(3, (await app.MailsAsync("alice@example.com")).Count);
    }

    [Fact]
    public async Task Rotated_keys_are_taken_up_and_compromised_ones_die()
    {
        await using var app = await App.StartAsync(kind);
        var (alice, shell) = (await app.JoinAsync(), Operator.Of(app));
        var token = await alice.TakeTokenAsync();

        var next = (await shell.RunAsync("keys", "rotate", "--json")).Ended(0).Json;
        Assert.Equal("kid signs_from resealed", string.Join(' ', next.EnumerateObject().Select(member => member.Name)));
        await UntilAsync(app, async () => (await app.GetAsync("/.well-known/jwks.json")).Body.Contains(next.GetProperty("kid").GetString()!, StringComparison.Ordinal));
        (await app.GetAsync("/account", App.Bearer(token))).IsOk();

        Assert.Contains("the only one now", (await shell.RunAsync("keys", "rotate", "--compromised")).Ended(0).Out, StringComparison.Ordinal);
        await UntilAsync(app, async () => (await app.GetAsync("/account", App.Bearer(token))).Code == "invalid_token");

        var stranger = new Operator(app.Store.ConnectionString, app.Clock, "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA");
        Assert.Contains("Secrets:Key", (await stranger.RunAsync("keys", "rotate")).Ended(2).Error, StringComparison.Ordinal);
    }

    private static async Task UntilAsync(App app, Func<Task<bool>> holds)
    {
        for (var tries = 0; !await holds(); tries++)
        {
            Assert.True(tries < 500, "It did not come to hold.");
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10);
        }
    }

    private static async Task BuryAsync(App app, string id)
    {
        var now = app.Clock.NowMicros().ToString(CultureInfo.InvariantCulture);
        await app.Store.AskAsync($"""
            INSERT INTO mail_outbox (id, kind, recipient, created_at, due_at, tries, dead_at, last_error)
            VALUES ('{id}', 'good_bye', 'alice@example.com', {now}, {now}, 7, {now}, '550 <alice@example.com> unknown')
            """);
    }
}
