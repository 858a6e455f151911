using System.Security.Cryptography;

namespace Gatehouse.Hypercore.Transports;

/// <summary>
/// How long to wait until the next try: 1 second, then twice as long each time, up to 60; each shortened at random by
/// up to a quarter, so that those who lost the same server don't return together.
/// </summary>
internal sealed class BackOff
{
    private const int ShortestMilliseconds = 1000, LongestMilliseconds = 60_000;

    private int next = ShortestMilliseconds;

    public void Reset() => next = ShortestMilliseconds;

    public TimeSpan Next()
    {
        var pause = next;
        next = Math.Min(2 * next, LongestMilliseconds);
        pause -= RandomNumberGenerator.GetInt32(pause / 4);
        return TimeSpan.FromMilliseconds(Math.Max(ShortestMilliseconds, pause));
    }
}
