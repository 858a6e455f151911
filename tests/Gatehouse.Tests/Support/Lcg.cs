namespace Gatehouse.Tests.Support;

/// <summary>
/// Numbers that look random and are the same for the same seed, so that a failure can be repeated (PCG's multiplier).
/// </summary>
internal sealed class Lcg(long seed)
{
    private ulong state = ((ulong)seed * 2 + 1) * 6364136223846793005;

    /// <summary>From 0 to below the bound.</summary>
    public int Next(int bound)
    {
        state = state * 6364136223846793005 + 1442695040888963407;
        return (int)((state >> 33) % (ulong)bound);
    }

    public T Pick<T>(IReadOnlyList<T> items) => items[Next(items.Count)];

    public byte[] Bytes(int count) => [.. Enumerable.Range(0, count).Select(_ => (byte)Next(256))];
}
