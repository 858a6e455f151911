using System.Diagnostics;
using System.Globalization;
using Gatehouse.Storage;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gatehouse.Tests.Storage;

public sealed class RedisStoreTests
{
    [Fact]
    public async Task What_one_connection_writes_another_reads()
    {
        await using var redis = await SharedRedis.CreateAsync();
        await using var store = await OpenAsync(redis.Address);

        await store.RunAsync(database => database.StringSetAsync("key", "value"), CancellationToken.None);

        Assert.Equal("value", (string?)await redis.Direct.StringGetAsync("key"));
    }

    [Fact]
    public async Task A_server_that_is_cut_off_is_an_outage_and_is_found_again()
    {
        await using var redis = await SharedRedis.CreateAsync();
        await using var store = await OpenAsync(redis.AddressThroughProxy);

        redis.Proxy.Cut();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => AskAsync(store));
        await Eventually.TrueAsync(() => !store.IsUp);
        redis.Proxy.Pass();

        await Eventually.TrueAsync(() => store.IsUp);
        Assert.False(await AskAsync(store));
    }

    /// <summary>Taken connections, no answers: once that is known, nobody waits for it (GH-SEC-299).</summary>
    [Fact]
    [Meets("GH-SEC-299", "GH-SEC-300")]
    public async Task A_server_that_hangs_is_an_outage_that_costs_nobody_time()
    {
        await using var redis = await OwnRedis.StartAsync();
        await using var store = await OpenAsync(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{redis.Port}"));

        await redis.FreezeAsync();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => AskAsync(store));
        await Eventually.TrueAsync(() => !store.IsUp);
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < 1_000; i++)
            await Assert.ThrowsAsync<StoreUnavailableException>(() => AskAsync(store));
        var thousand = Stopwatch.GetElapsedTime(began);
        await redis.ThawAsync();

        Assert.True(thousand < TimeSpan.FromMinutes(1), "A thousand calls waited one after the other.");
        await Eventually.TrueAsync(() => store.IsUp);
        Assert.False(await AskAsync(store));
    }

    [Fact]
    public async Task A_server_that_is_killed_and_comes_back_is_used_again()
    {
        await using var redis = await OwnRedis.StartAsync();
        await using var store = await OpenAsync(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{redis.Port}"));
        var heard = new SemaphoreSlim(0);
        store.Listen("news", () => heard.Release());

        await redis.KillAsync();
        await Eventually.TrueAsync(() => !store.IsUp);
        await redis.RestartAsync();
        await Eventually.TrueAsync(() => store.IsUp);

        Assert.False(await AskAsync(store));
        Assert.True(await heard.WaitAsync(TimeSpan.FromSeconds(30)), "A new connection says so: something may have been missed.");
        while (await heard.WaitAsync(TimeSpan.FromMilliseconds(200)))
        {
        }
        await store.PublishAsync("news", CancellationToken.None);
        Assert.True(await heard.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task The_exam_says_what_to_mend_and_no_password()
    {
        await using var redis = await OwnRedis.StartAsync("--requirepass", "right");
        var port = redis.Port.ToString(CultureInfo.InvariantCulture);

        Assert.Null(await ExamineAsync($"redis://:right@127.0.0.1:{port}"));
        Assert.Null(await ExamineAsync($"127.0.0.1:{port},password=right"));
        var wrong = await ExamineAsync($"redis://:wrongpass1@127.0.0.1:{port}");
        var missing = await ExamineAsync($"redis://127.0.0.1:{port}");
        var tls = await ExamineAsync($"rediss://:right@127.0.0.1:{port}");
        await redis.KillAsync();
        var gone = await ExamineAsync($"redis://:right@127.0.0.1:{port}");
        await redis.RestartAsync();

        Assert.Contains("password", wrong, StringComparison.Ordinal);
        Assert.Contains("password", missing, StringComparison.Ordinal);
        Assert.Contains("nothing answers at 127.0.0.1:" + port, tls, StringComparison.Ordinal);
        Assert.Contains("nothing answers at 127.0.0.1:" + port, gone, StringComparison.Ordinal);
        Assert.All([wrong, missing, tls, gone], said => Assert.DoesNotContain("wrongpass1", said, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("redis://host")]
    [InlineData("redis://:pass%40word@host:7000/3")]
    [InlineData("rediss://default:secret@host")]
    [InlineData("host:6379,password=secret,ssl=true")]
    [InlineData("one:6379,two:6379")]
    public void An_address_is_a_url_or_the_clients_own_text(string text)
    {
        Assert.Null(RedisAddress.FaultOf(text, out var address));
        Assert.NotNull(address);
    }

    [Theory]
    [InlineData("redis://alice:secret@host")]
    [InlineData("http://host")]
    [InlineData("redis://host/three")]
    [InlineData("redis://host?secret=1")]
    [InlineData("host:6379,passwort=secret")]
    [InlineData("password=secret")]
    public void What_is_no_address_is_refused_without_being_repeated(string text)
    {
        var fault = RedisAddress.FaultOf(text, out var address);

        Assert.NotNull(fault);
        Assert.Null(address);
        Assert.DoesNotContain("secret", fault, StringComparison.Ordinal);
    }

    private static async Task<RedisStore> OpenAsync(string address)
    {
        Assert.Null(RedisAddress.FaultOf(address, out var parsed));
        var store = new RedisStore(parsed!, NullLogger<RedisStore>.Instance);
        await Eventually.TrueAsync(() => store.IsUp);
        return store;
    }

    private static async Task<string?> ExamineAsync(string address)
    {
        Assert.Null(RedisAddress.FaultOf(address, out var parsed));
        return (await RedisStore.ExamineAsync(parsed!, CancellationToken.None))?.Words;
    }

    private static Task<bool> AskAsync(RedisStore store) =>
        store.RunAsync(database => database.KeyExistsAsync("nothing"), CancellationToken.None);
}
