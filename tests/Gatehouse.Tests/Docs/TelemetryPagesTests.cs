using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using Gatehouse.Events;
using Gatehouse.Http;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Tests.Docs;

/// <summary>What an operator watches: metrics, security events, log events.</summary>
public sealed class TelemetryPagesTests
{
    [Fact]
    public void The_page_of_metrics_is_current() => new GeneratedPage("metrics.md", "Metrics")
        .Says("The instruments of the Meter `Gatehouse`, sent over OTLP when `OTEL_EXPORTER_OTLP_ENDPOINT` is set, "
            + "beside those of ASP.NET Core, Kestrel, Npgsql and the runtime. Traces go the same way; the ActivitySource is "
            + "`Gatehouse`. Tags are words of a fixed set: never an id, an address or a path.")
        .Table(["Name", "Kind", "Unit", "Meaning"], Instruments().Select(instrument => (string[])
        [
            $"`{instrument.Name}`",
            instrument.GetType().Name.Split('`')[0],
            $"`{instrument.Unit}`",
            instrument.Description!,
        ]))
        .IsCurrent();

    [Fact]
    public void Every_type_of_security_event_has_a_meaning() => Assert.Equal(
        EventTypes().Order(StringComparer.Ordinal), SecurityEventTypes.Meanings.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void The_page_of_events_is_current() => new GeneratedPage("events.md", "Events")
        .Heading("Security events")
        .Says("Rows of `security_events`: what happened to an account, written in the transaction of the effect they "
            + "tell of, and kept when the account is gone. Each has the account's id, the time, the IP address and the "
            + "user agent.")
        .Table(["Type", "Meaning"], SecurityEventTypes.Meanings.Select(pair => (string[])[$"`{pair.Key}`", pair.Value]))
        .Heading("Log events")
        .Says("Logged through Microsoft.Extensions.Logging. No log has a secret, an address of a customer or a body.")
        .Table(["Id", "Name", "Level", "Message"], LogEvents().OrderBy(log => log.EventId).Select(log => (string[])
        [
            log.EventId.ToString(CultureInfo.InvariantCulture), $"`{log.EventName}`", log.Level.ToString(), log.Message,
        ]))
        .IsCurrent();

    [Fact]
    public void Every_log_event_has_an_id_and_a_name_of_its_own()
    {
        var logs = LogEvents();
        Assert.Equal(logs.Count, logs.DistinctBy(log => log.EventId).Count());
        Assert.Equal(logs.Count, logs.DistinctBy(log => log.EventName, StringComparer.Ordinal).Count());
        Assert.DoesNotContain(logs, log => string.IsNullOrEmpty(log.EventName));
    }

    private static List<Instrument> Instruments()
    {
        var found = new List<Instrument>();
        RuntimeHelpers.RunClassConstructor(typeof(GatehouseMeter).TypeHandle);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == GatehouseMeter.Name)
                found.Add(instrument);
        };
        listener.Start();
        return [.. found.OrderBy(instrument => instrument.Name, StringComparer.Ordinal)];
    }

    private static IEnumerable<string> EventTypes() => typeof(SecurityEventTypes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(field => field.IsLiteral)
        .Select(field => (string)field.GetRawConstantValue()!);

    private static List<LoggerMessageAttribute> LogEvents() =>
    [
        .. typeof(GatehouseMeter).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>(),
    ];
}
