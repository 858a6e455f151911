using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Security;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Gatehouse.Tests.Http;

/// <summary>Rate limits without a server around them: five a minute for links.</summary>
internal static class Limiting
{
    public static LimitKeys Keys { get; } = new(MasterKeys.TryParse([App.Key], out var keys) ? keys : throw new InvalidOperationException());

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
