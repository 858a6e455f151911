namespace Gatehouse.IdentityManager.Tests.Support;

/// <summary>A clock that can be put forward. What waits for a while goes on waiting by the machine's.</summary>
internal sealed class MovedTime : TimeProvider
{
    private long ticks;

    public TimeSpan By
    {
        get => new(Interlocked.Read(ref ticks));
        set => Interlocked.Exchange(ref ticks, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + By;
}
