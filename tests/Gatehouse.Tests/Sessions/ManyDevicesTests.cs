using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Sessions;

public sealed class ManyDevicesOnSqlite() : ManyDevicesTests(StoreKind.Sqlite);

public sealed class ManyDevicesOnPostgres() : ManyDevicesTests(StoreKind.Postgres);

public abstract class ManyDevicesTests(StoreKind store)
{
    private const int MostPerAccount = 50;

    [Fact]
    [Meets("GH-SEC-074")]
    public async Task The_session_just_made_stays_though_the_clock_was_set_back()
    {
        await using var app = await App.StartAsync(store);
        var alice = await app.JoinAsync();
        for (var made = 1; made < MostPerAccount; made++)
            await alice.LogInAsync();
        await app.Store.AskAsync("UPDATE sessions SET last_seen_at = last_seen_at + 1000000");

        var newest = await alice.LogInAsync();

        (await newest.GetAsync("/api/auth/session")).IsOk();
        Assert.Equal(MostPerAccount, await app.Store.CountAsync("sessions"));
    }
}
