using System.Net;
using Gatehouse.Storage;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Hosting;

/// <summary>Several nodes agree on what has expired only as far as their clocks agree.</summary>
public sealed class ClockTests
{
    [Theory]
    [Meets("GH-SEC-273")]
    [InlineData(4, true)]
    [InlineData(-4, true)]
    [InlineData(6, false)]
    [InlineData(-6, false)]
    public async Task A_node_that_is_seconds_off_the_databases_clock_reports_itself_unready(int secondsOff, bool ready)
    {
        var clock = new FakeClock(TimeProvider.System.GetUtcNow().AddSeconds(secondsOff));
        await using var app = await App.EmbedAsync(
            StoreKind.Postgres, builder => builder.Services.AddSingleton(new MachineClock(clock)), host => host.MapGatehouse());
        clock.Advance(TimeProvider.System.GetUtcNow().AddSeconds(secondsOff) - clock.GetUtcNow()); // what starting took

        var answer = await app.GetAsync("/readyz");

        Assert.Equal(ready ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Equal(ready ? "ok" : "apart", answer.Text("parts", "clock"));
        (await app.GetAsync("/healthz")).IsOk();
    }
}
