using System.Diagnostics;
using Gatehouse.Hosting;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Hosting;

public sealed class TelemetryTests
{
    [Fact]
    [Meets("GH-SEC-147", "GH-SEC-252")]
    public void A_trace_shows_the_route_and_not_the_secret_in_the_path()
    {
        using var activity = new Activity("a request");
        activity.SetTag("http.route", "/auth/passwd/{token}");
        foreach (var name in (string[])["url.path", "url.full", "url.query", "http.target", "http.url"])
            activity.SetTag(name, "/auth/passwd/canary?canary=canary");
        using var processor = new Telemetry.RouteOnly();

        processor.OnEnd(activity);

        Assert.Equal("/auth/passwd/{token}", activity.GetTagItem("url.path"));
        Assert.DoesNotContain("canary", string.Join(' ', activity.TagObjects), StringComparison.Ordinal);
    }
}
