using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Stores;

namespace Gatehouse.Hypercore.Replication.Messages;

/// <summary>
/// Message 7: which blocks the sender has in the span that starts at <see cref="Start"/>, one bit each, lowest first.
/// Read in place: valid as long as the bytes it was decoded from.
/// </summary>
internal readonly ref struct BitfieldMessage
{
    public const int Type = 7;

    private const int MaxWords = 1 << 16; // 2,097,152 blocks: the region a peer may be asked about
    private const int WordBits = 32;

    private readonly ReadOnlySpan<byte> words;

    public BitfieldMessage(ulong start, ReadOnlySpan<byte> words)
    {
        Start = start;
        this.words = words;
    }

    public ulong Start { get; }

    public ulong Length => (ulong)words.Length * 8;

    public static bool TryDecode(ReadOnlySpan<byte> body, out BitfieldMessage message)
    {
        var reader = new CompactReader(body);
        var start = reader.ReadUInt();
        var count = reader.ReadCount(MaxWords, sizeof(uint));
        message = new BitfieldMessage(start, reader.ReadFixed(count * sizeof(uint)));
        return !reader.Failed && start % WordBits == 0;
    }

    /// <summary>The next run of set bits from a block on, within the span. Length 0 when there is none.</summary>
    public BlockRange NextRun(ulong from)
    {
        var start = Skip(from, isSet: false);
        return new BlockRange(start, Skip(start, isSet: true) - start);
    }

    private ulong Skip(ulong from, bool isSet)
    {
        var passed = (byte)(isSet ? 0xff : 0);
        while (from < Start + Length)
        {
            var at = from - Start;
            if (at % 8 == 0 && words[(int)(at / 8)] == passed)
                from += 8;
            else if ((words[(int)(at / 8)] >> (int)(at % 8) & 1) != 0 == isSet)
                from++;
            else
                break;
        }
        return from;
    }
}
