namespace Gatehouse.Hypercore.Tests.Support;

/// <summary>Changes bytes at random, from a seed, as a fuzzer does: flips, cuts, repeats, extreme numbers.</summary>
internal sealed class Garbage(int seed)
{
    private static readonly byte[] Extremes = [0, 1, 0x7f, 0x80, 0xfc, 0xfd, 0xfe, 0xff];
    private ulong state = (ulong)seed * 2 + 1;

    public byte[] Mutate(ReadOnlySpan<byte> original)
    {
        List<byte> bytes = [.. original];
        for (var i = 1 + Next(4); i > 0; i--)
        {
            var at = Next(bytes.Count + 1);
            switch (Next(5))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << Next(8));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = Extremes[Next(Extremes.Length)];
                    break;
                case 2:
                    bytes.InsertRange(at, Enumerable.Repeat(Extremes[Next(Extremes.Length)], 1 + Next(9)));
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, Next(16)));
                    break;
                default:
                    bytes.AddRange(bytes.GetRange(at, Math.Min(bytes.Count - at, Next(40))));
                    break;
            }
        }
        return [.. bytes];
    }

    public int Next(int below)
    {
        state = (state * 6364136223846793005) + 1442695040888963407;
        return (int)((state >> 33) % (ulong)below);
    }
}
