using Gatehouse.Http;
using Gatehouse.Storage;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Http;

/// <summary>Budgets in Redis, each node with a connection of its own.</summary>
public sealed class RedisLimitsTests : LimitStoreTests
{
    private readonly List<RedisStore> connections = [];
    private SharedRedis redis = null!;

    private protected override int Histories => 5;

    public override async Task InitializeAsync()
    {
        redis = await SharedRedis.CreateAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        foreach (var connection in connections)
            await connection.DisposeAsync();
        await redis.DisposeAsync();
    }

    [Fact]
    public async Task Every_key_expires_and_tells_no_address()
    {
        await Limiter.TryTakeAsync(LimitName.Link, "alice@example.com", CancellationToken.None);
        await (await Limiter.BeginAsync(LimitName.Link, "alice@example.com", CancellationToken.None)).EndAsync(AttemptOutcome.Failed);
        await Limiter.BeginAsync(LimitName.Link, "alice@example.com", CancellationToken.None);

        var names = ((string[])(await redis.Direct.ExecuteAsync("KEYS", "*"))!).Order(StringComparer.Ordinal).ToArray();

        Assert.Equal(3, names.Length);
        Assert.Single(names.Select(name => name.Split('{', '}')[1]).Distinct(StringComparer.Ordinal)); // one slot of a cluster
        Assert.All(names, name => Assert.Matches("^gatehouse:limit:{Link/[A-Za-z0-9_-]{43}}:(places|row|stamps)$", name));
        foreach (var name in names)
            Assert.InRange((await redis.Direct.KeyTimeToLiveAsync(name))!.Value, TimeSpan.FromSeconds(30), Stamps.Remembered * 2);
    }

    [Fact]
    public async Task A_server_that_forgot_the_script_is_told_it_again()
    {
        Assert.Null(await Limiter.TryTakeAsync(LimitName.Link, "a", CancellationToken.None));
        await redis.Direct.ExecuteAsync("SCRIPT", "FLUSH");

        Assert.Null(await Limiter.TryTakeAsync(LimitName.Link, "a", CancellationToken.None));
    }

    private protected override async Task<LimitStore> OpenAsync()
    {
        var connection = await Limiting.ConnectAsync(redis.Address);
        connections.Add(connection);
        return new RedisLimits(connection, Limiting.Keys, Clock);
    }
}
