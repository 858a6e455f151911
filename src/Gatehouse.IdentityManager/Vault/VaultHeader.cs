using System.Buffers.Binary;
using System.Security.Cryptography;
using Gatehouse.Jlinx.Secrets;

namespace Gatehouse.IdentityManager.Vault;

/// <summary>What making a key of the passphrase costs.</summary>
internal sealed record VaultCost(int Iterations, int MemoryKiB)
{
    /// <summary>What RFC 9106 recommends where memory is dear: about a third of a second.</summary>
    public static VaultCost Usual { get; } = new(3, 64 * 1024);

    // A file must not choose to be cheap to guess, nor to take all memory.
    public bool IsSound => Iterations is >= 1 and <= 16 && MemoryKiB is >= 8 * 1024 and <= 1024 * 1024;
}

/// <summary>
/// The first bytes of a vault's file: magic, version, cost, salt, the file's own id, a mark by which a wrong passphrase
/// is told from damage, and a checksum. Integers are little-endian. The id is new whenever the file is written anew,
/// and every record names it, so that no record can be moved from one file to another.
/// </summary>
internal sealed record VaultHeader(VaultCost Cost, byte[] Salt, byte[] FileId, byte[] Mark)
{
    public const int Bytes = 84;

    private const int Version = 1;
    private const int IdBytes = 16, MarkBytes = 16, ChecksumBytes = 8;

    private static ReadOnlySpan<byte> Magic => "jlinxvlt"u8;

    public static VaultHeader Create(VaultCost cost, byte[] salt, VaultKey key)
    {
        var id = RandomNumberGenerator.GetBytes(IdBytes);
        return new VaultHeader(cost, salt, id, key.Mark(id, MarkBytes));
    }

    public bool IsOf(VaultKey key) =>
        CryptographicOperations.FixedTimeEquals(key.Mark(FileId, MarkBytes), Mark);

    public byte[] Encode()
    {
        var bytes = new byte[Bytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), Cost.Iterations);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), Cost.MemoryKiB);
        Salt.CopyTo(bytes, 28);
        FileId.CopyTo(bytes, 44);
        Mark.CopyTo(bytes, 60);
        SHA256.HashData(bytes.AsSpan(0, Bytes - ChecksumBytes)).AsSpan(0, ChecksumBytes)
            .CopyTo(bytes.AsSpan(Bytes - ChecksumBytes));
        return bytes;
    }

    /// <exception cref="VaultException">It is none, or one that this release can't read.</exception>
    public static VaultHeader Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Bytes || !bytes.StartsWith(Magic))
            throw new VaultException(VaultFault.Damaged, "This file is not a vault, or its beginning is lost.");
        if (BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]) != Version)
            throw new VaultException(VaultFault.Unknown, "The vault was written by another release of jlinx.");
        var sum = SHA256.HashData(bytes[..(Bytes - ChecksumBytes)]);
        if (!sum.AsSpan(0, ChecksumBytes).SequenceEqual(bytes[(Bytes - ChecksumBytes)..Bytes]))
            throw new VaultException(VaultFault.Damaged, "The vault's beginning is damaged. Restore a backup.");
        var cost = new VaultCost(
            BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]), BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]));
        if (!cost.IsSound)
            throw new VaultException(VaultFault.Unknown, "The vault asks for more work than any vault should.");
        return new VaultHeader(
            cost, bytes.Slice(28, PassphraseKey.SaltBytes).ToArray(), bytes.Slice(44, IdBytes).ToArray(),
            bytes.Slice(60, MarkBytes).ToArray());
    }
}
