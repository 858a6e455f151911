namespace Gatehouse.Hypercore.Streams;

/// <summary>
/// Reads no faster than a rate, after a burst of a second's worth. What comes faster waits on the other side, by the
/// carrier's own flow control: it costs nothing here.
/// </summary>
internal sealed class ReadPace(int bytesPerSecond, TimeProvider time)
{
    private double credit = bytesPerSecond;
    private long countedAt = time.GetTimestamp();
    private volatile bool isWaiting;

    /// <summary>Whether it is we who don't read.</summary>
    public bool IsWaiting => isWaiting;

    /// <summary>Pays for what was read; ends when more may be.</summary>
    public async ValueTask PayAsync(int bytes, CancellationToken cancellationToken)
    {
        var now = time.GetTimestamp();
        var earned = time.GetElapsedTime(countedAt, now).TotalSeconds * bytesPerSecond;
        credit = Math.Min(bytesPerSecond, credit + earned) - bytes;
        countedAt = now;
        if (credit >= 0)
            return;
        isWaiting = true;
        await Task.Delay(TimeSpan.FromSeconds(-credit / bytesPerSecond), time, cancellationToken);
        isWaiting = false;
    }
}
