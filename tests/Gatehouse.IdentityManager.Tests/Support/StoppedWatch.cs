namespace Gatehouse.IdentityManager.Tests.Support;

/// <summary>Time that goes by only where it is said to.</summary>
internal sealed class StoppedWatch : TimeProvider
{
    public TimeSpan By { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => By.Ticks;
}
