using System.Buffers.Binary;
using System.Text;

namespace Gatehouse.IdentityManager.Vault;

/// <summary>One name and what it stands for from now on; null when it is to be forgotten.</summary>
internal readonly record struct VaultChange(string Name, byte[]? Value);

/// <summary>
/// Is changes that are made together or not at all. In a record: for each change the length of its name and the name,
/// then one more than the length of the value and the value, or zero. Lengths are 4 bytes, little-endian.
/// </summary>
internal sealed class VaultBatch
{
    private readonly List<VaultChange> changes = [];

    public IReadOnlyList<VaultChange> Changes => changes;

    public bool IsEmpty => changes.Count == 0;

    public VaultBatch Set(string name, byte[] value)
    {
        changes.Add(new VaultChange(name, value));
        return this;
    }

    public VaultBatch Remove(string name)
    {
        changes.Add(new VaultChange(name, null));
        return this;
    }

    public VaultBatch Add(VaultBatch other)
    {
        changes.AddRange(other.changes);
        return this;
    }

    /// <summary>In one array, which the caller zeroes: there is no copy of it.</summary>
    public byte[] Encode()
    {
        var bytes = new byte[changes.Sum(change =>
            8 + Encoding.UTF8.GetByteCount(change.Name) + (change.Value?.Length ?? 0))];
        var rest = bytes.AsSpan();
        foreach (var (name, value) in changes)
        {
            var length = Encoding.UTF8.GetBytes(name, rest[4..]);
            Write(ref rest, length);
            rest = rest[length..];
            Write(ref rest, value is null ? 0 : value.Length + 1);
            value.CopyTo(rest);
            rest = rest[(value?.Length ?? 0)..];
        }
        return bytes;
    }

    /// <summary>Null when it is malformed, which a record that was opened never is.</summary>
    public static VaultBatch? TryDecode(ReadOnlySpan<byte> bytes)
    {
        var batch = new VaultBatch();
        while (!bytes.IsEmpty)
        {
            if (!TryTake(ref bytes, 0, out var name) || !TryTake(ref bytes, 1, out var value))
                return null;
            batch.changes.Add(new VaultChange(Encoding.UTF8.GetString(name!), value));
        }
        return batch;
    }

    /// <summary>What it has in a record, about.</summary>
    public static int SizeOf(string name, byte[] value) => name.Length + value.Length + 8;

    private static void Write(ref Span<byte> rest, int number)
    {
        BinaryPrimitives.WriteInt32LittleEndian(rest, number);
        rest = rest[4..];
    }

    private static bool TryTake(ref ReadOnlySpan<byte> bytes, int more, out byte[]? taken)
    {
        taken = null;
        if (bytes.Length < 4)
            return false;
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes) - more;
        bytes = bytes[4..];
        if (length < 0)
            return length == -1 && more == 1;
        if (length > bytes.Length)
            return false;
        taken = bytes[..length].ToArray();
        bytes = bytes[length..];
        return true;
    }
}
