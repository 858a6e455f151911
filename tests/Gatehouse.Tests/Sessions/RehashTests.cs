using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Sessions;

public sealed class RehashOnSqlite() : RehashTests(StoreKind.Sqlite);

public sealed class RehashOnPostgres() : RehashTests(StoreKind.Postgres);

public abstract class RehashTests(StoreKind store)
{
    private const string Email = "alice@example.com";

    [Fact]
    [Meets("GH-SEC-019")]
    public async Task A_login_renews_a_hash_of_lower_cost_once_and_many_at_once_all_succeed()
    {
        await using var weak = await App.StartAsync(store);
        await weak.JoinAsync(Email);
        await weak.MailsSettledAsync();
        var before = await HashAsync(weak);
        await using var strong = await App.StartOnAsync(
            weak.Store, weak.Clock, ("Passwords:MemoryKiB", "64"), ("Passwords:Iterations", "2"));

        (await strong.LogInAsync(Email, "a wrong password")).IsProblem(401, "invalid_credentials");
        Assert.Equal(before, await HashAsync(weak));
        Assert.All(await App.AtOnceAsync(16, _ => strong.LogInAsync(Email)), answer => answer.IsOk());
        var after = await HashAsync(weak);
        (await strong.LogInAsync(Email)).IsOk();

        Assert.Contains("m=8,t=1", before, StringComparison.Ordinal);
        Assert.Contains("m=64,t=2", after, StringComparison.Ordinal);
        Assert.Equal(after, await HashAsync(weak));
        (await weak.LogInAsync(Email)).IsOk();
        (await strong.LogInAsync(Email, "a wrong password")).IsProblem(401, "invalid_credentials");
    }

    private static async Task<string> HashAsync(App app) =>
        (string)(await app.Store.AskAsync("SELECT password_hash FROM accounts"))!;
}
