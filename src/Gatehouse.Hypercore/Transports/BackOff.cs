using System.Security.Cryptography;

namespace Gatehouse.Hypercore.Transports;

/// <summary>
/// How long to wait until the next try: 1 second, then twice as long each time, up to 48; each lengthened at random by
/// up to a quarter, the first too, so that those who lost the same server don't return together.
/// </summary>
internal sealed class BackOff
{
    private const int ShortestMilliseconds = 1000, LongestMilliseconds = 48_000; // 60 with the quarter

    private int next = ShortestMilliseconds;

    public void Reset() => next = ShortestMilliseconds;

    public TimeSpan Next()
    {
        var pause = next;
        next = Math.Min(2 * next, LongestMilliseconds);
        return TimeSpan.FromMilliseconds(pause + RandomNumberGenerator.GetInt32((pause / 4) + 1));
    }
}
