namespace Gatehouse.Jlinx.Tests.Support;

internal static class Flips
{
    /// <summary>The bytes with one bit changed, for each bit. The array is the same each time.</summary>
    public static IEnumerable<byte[]> Of(ReadOnlyMemory<byte> bytes)
    {
        var copy = bytes.ToArray();
        for (var bit = 0; bit < copy.Length * 8; bit++)
        {
            copy[bit / 8] ^= (byte)(1 << (bit % 8));
            yield return copy;
            copy[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }
}
