using System.Globalization;
using StackExchange.Redis;

namespace Gatehouse.Tests.Support;

/// <summary>
/// A numbered database of the Redis that <c>./test</c> started, empty and this test's alone, straight or by a way that
/// the test can take away.
/// </summary>
internal sealed class SharedRedis : IAsyncDisposable
{
    private static int counter;
    private readonly ConnectionMultiplexer admin;

    private SharedRedis(int number, ConnectionMultiplexer admin, TcpProxy proxy)
    {
        (Number, this.admin, Proxy) = (number, admin, proxy);
    }

    public int Number { get; }

    public TcpProxy Proxy { get; }

    /// <summary>For the setting <c>Redis</c>.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"redis://{Server}/{Number}");

    public string AddressThroughProxy =>
        string.Create(CultureInfo.InvariantCulture, $"redis://127.0.0.1:{Proxy.Port}/{Number}");

    /// <summary>Past the product: to look, or to break something.</summary>
    public IDatabase Direct => admin.GetDatabase(Number);

    /// <summary>The server as <c>./test</c> tells of it. A missing one is a failure, not a skip.</summary>
    private static string Server => Environment.GetEnvironmentVariable("GATEHOUSE_TEST_REDIS")
        ?? throw new InvalidOperationException("GATEHOUSE_TEST_REDIS is not set. Run ./test, which starts Redis.");

    public static async Task<SharedRedis> CreateAsync()
    {
        var number = Interlocked.Increment(ref counter);
        var direct = await ConnectionMultiplexer.ConnectAsync(Server + ",syncTimeout=10000,connectTimeout=10000");
        var host = Server.Split(':');
        return new SharedRedis(number, direct, TcpProxy.To(host[0], int.Parse(host[1], CultureInfo.InvariantCulture)));
    }

    /// <summary>All that Redis held is gone, as after a restart without persistence.</summary>
    public Task EmptyAsync() => Direct.ExecuteAsync("FLUSHDB");

    public async ValueTask DisposeAsync()
    {
        await EmptyAsync();
        await admin.CloseAsync();
        admin.Dispose();
        await Proxy.DisposeAsync();
    }
}
