using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;

namespace Gatehouse.Jlinx.Envelopes;

// As bytes: version, party, two core keys, the epoch seen, how many there are of each, then the own seeds and their
// keys, each with its epoch, from the epoch seen on.
public sealed partial class PairState
{
    private const byte Version = 1;
    private const int FixedBytes = 2 + 2 * Bytes32.Size + sizeof(ulong) + 2, EntryBytes = sizeof(ulong) + Bytes32.Size;
    private const int MostOwn = 3, MostTheirs = 2; // the epoch seen, the current one, and one that is offered

    /// <summary>Writes everything, secrets too: to be encrypted by the caller, who zeroes it.</summary>
    /// <exception cref="ObjectDisposedException">The secrets are gone.</exception>
    public byte[] Export()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        var bytes = new byte[FixedBytes + (own.Count + theirs.Count) * EntryBytes];
        bytes[0] = Version;
        bytes[1] = (byte)party;
        appUser.Bytes.CopyTo(bytes.AsSpan(2));
        appAccount.Bytes.CopyTo(bytes.AsSpan(2 + Bytes32.Size));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(2 + 2 * Bytes32.Size), seen);
        bytes[FixedBytes - 2] = (byte)own.Count;
        bytes[FixedBytes - 1] = (byte)theirs.Count;
        var rest = bytes.AsSpan(FixedBytes);
        foreach (var (epoch, seed) in own)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(rest, epoch);
            seed.CopyTo(rest[sizeof(ulong)..]);
            rest = rest[EntryBytes..];
        }
        foreach (var (epoch, key) in theirs)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(rest, epoch);
            key.CopyTo(rest[sizeof(ulong)..]);
            rest = rest[EntryBytes..];
        }
        return bytes;
    }

    /// <summary>
    /// Reads what <see cref="Export"/> wrote, and nothing else: a state that could be none is refused.
    /// </summary>
    public static bool TryImport(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out PairState? state)
    {
        state = null;
        if (bytes.Length < FixedBytes || bytes[0] != Version || bytes[1] > (byte)Party.Customer)
            return false;
        int ownCount = bytes[FixedBytes - 2], count = ownCount + bytes[FixedBytes - 1];
        var oldest = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(2 + 2 * Bytes32.Size)..]);
        if (ownCount is 0 or > MostOwn || count - ownCount is 0 or > MostTheirs || oldest > DocumentLimits.Blocks
            || Math.Abs(count - 2 * ownCount) > 1 || bytes.Length != FixedBytes + count * EntryBytes)
        {
            return false;
        }
        var seeds = new Dictionary<ulong, byte[]>();
        var keys = new Dictionary<ulong, Bytes32>();
        var isWell = true;
        for (var i = 0; i < count; i++)
        {
            var entry = bytes.Slice(FixedBytes + i * EntryBytes, EntryBytes);
            var epoch = oldest + (ulong)(i < ownCount ? i : i - ownCount);
            isWell &= BinaryPrimitives.ReadUInt64LittleEndian(entry) == epoch;
            if (i < ownCount)
                seeds.Add(epoch, entry[sizeof(ulong)..].ToArray());
            else
                keys.Add(epoch, new Bytes32(entry[sizeof(ulong)..]));
        }
        var read = new PairState(
            (Party)bytes[1], new CoreKey(bytes.Slice(2, Bytes32.Size)),
            new CoreKey(bytes.Slice(2 + Bytes32.Size, Bytes32.Size)), seeds, keys, oldest);
        foreach (var seed in seeds.Values)
            CryptographicOperations.ZeroMemory(seed);
        if (isWell && keys.Values.All(read.IsUsable))
            state = read;
        else
            read.Dispose();
        return state is not null;
    }
}
