using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Security;
using Gatehouse.Storage;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gatehouse.Tests.Http;

/// <summary>Rate limits without a server around them: five a minute for links.</summary>
internal static class Limiting
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static LimitKeys Keys { get; } = new(MasterKeys.TryParse([App.Key], out var keys) ? keys : throw new InvalidOperationException());

    /// <summary>With more patience than a server has: a test machine may pause for longer.</summary>
    public static async Task<RedisStore> ConnectAsync(string address)
    {
        Assert.Null(RedisAddress.FaultOf(address, out var parsed));
        var connection = new RedisStore(parsed!, NullLogger<RedisStore>.Instance) { Patience = Patience };
        await UntilUpAsync(connection);
        return connection;
    }

    public static async Task UntilUpAsync(RedisStore connection)
    {
        for (var tries = 0; !connection.IsUp && tries < 600; tries++)
            await Task.Delay(50);
        Assert.True(connection.IsUp, "Redis was not found.");
    }

    public static RateLimiter Limiter(LimitStore store, bool enabled = true)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Gatehouse:Secrets:Key"] = App.Key,
            ["Gatehouse:RateLimits:Enabled"] = enabled ? "true" : "false",
            ["Gatehouse:RateLimits:Link:Permits"] = "5",
            ["Gatehouse:RateLimits:Link:Window"] = "00:01:00",
        }).Build();
        return new RateLimiter(SettingsReader.Read(configuration, development: true), store);
    }
}
