using System.Buffers.Binary;
using System.Security.Cryptography;
using Gatehouse.Jlinx.Secrets;

namespace Gatehouse.IdentityManager.Vault;

/// <summary>
/// The bytes of records: the sealed length and a checksum of it, then nonce, ciphertext and tag. What is sealed with
/// each is the file's header and the record's number, so that no record can be moved, left out or taken from another
/// file. Only the end of the file can be missing, and only what was never acknowledged is missing there.
/// </summary>
internal sealed class VaultRecords(VaultKey key, byte[] header)
{
    public const int PrefixBytes = 8;

    private const int MostBytes = 64 * 1024 * 1024;
    private const int SectorBytes = 512; // what a disk writes as a whole

    // So many zeros in a row are a sector that a crash left unwritten: no record has them.
    private const int UnwrittenBytes = 8;

    private readonly byte[] fileHash = SHA256.HashData(header);

    public byte[] Seal(ulong number, VaultBatch batch)
    {
        var plain = batch.Encode();
        try
        {
            if (plain.Length > MostBytes - SecretBox.ExtraBytes)
                throw new InvalidOperationException("A change of the vault is too large.");
            var sealedBytes = SecretBox.Seal(key.Sealing, plain, Associated(number));
            var record = new byte[PrefixBytes + sealedBytes.Length];
            BinaryPrimitives.WriteInt32LittleEndian(record, sealedBytes.Length);
            Checksum(number, record.AsSpan(0, 4)).CopyTo(record, 4);
            sealedBytes.CopyTo(record, PrefixBytes);
            return record;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>
    /// Reads the record at the front of what is left of the file, and says how long it is. Null at a torn end, that was
    /// being written when the machine or the program stopped.
    /// </summary>
    /// <exception cref="VaultException">It isn't what was written.</exception>
    public VaultBatch? Read(ulong number, ReadOnlySpan<byte> rest, long offset, out int length)
    {
        length = 0;
        if (rest.Length < PrefixBytes)
            return null;
        if (!Checksum(number, rest[..4]).AsSpan().SequenceEqual(rest[4..PrefixBytes]))
        {
            return !rest.ContainsAnyExcept((byte)0) || (IsFrontUnwritten(rest, offset) && !HasRecord(number + 1, rest))
                ? null
                : throw Damaged(number);
        }
        var sealedLength = BinaryPrimitives.ReadInt32LittleEndian(rest);
        if (sealedLength is < SecretBox.ExtraBytes or > MostBytes)
            throw Damaged(number);
        length = PrefixBytes + sealedLength;
        if (rest.Length < length)
            return null;
        var sealedBytes = rest[PrefixBytes..length];
        if (SecretBox.TryOpen(key.Sealing, sealedBytes, Associated(number), out var plain))
        {
            var batch = VaultBatch.TryDecode(plain);
            CryptographicOperations.ZeroMemory(plain);
            return batch ?? throw Damaged(number);
        }
        return rest.Length == length && IsUnwritten(sealedBytes, offset + PrefixBytes) ? null : throw Damaged(number);
    }

    private byte[] Associated(ulong number)
    {
        var associated = new byte[fileHash.Length + 8];
        fileHash.CopyTo(associated, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(associated.AsSpan(fileHash.Length), number);
        return associated;
    }

    private byte[] Checksum(ulong number, ReadOnlySpan<byte> length) =>
        SHA256.HashData([.. Associated(number), .. length])[..4];

    /// <summary>Whether all of the record in the sector that it begins in was never written.</summary>
    private static bool IsFrontUnwritten(ReadOnlySpan<byte> rest, long offset)
    {
        var front = rest[..Math.Min(rest.Length, SectorBytes - (int)(offset % SectorBytes))];
        return front.Length >= UnwrittenBytes && !front.ContainsAnyExcept((byte)0);
    }

    /// <summary>
    /// Whether a record of that number is there: then the one before was on the disk, and isn't the end. Chance has it
    /// once in four billion bytes, and then nothing is cut off.
    /// </summary>
    private bool HasRecord(ulong number, ReadOnlySpan<byte> rest)
    {
        for (; rest.Length > PrefixBytes; rest = rest[1..])
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            if (length >= SecretBox.ExtraBytes && length <= rest.Length - PrefixBytes
                && Checksum(number, rest[..4]).AsSpan().SequenceEqual(rest[4..PrefixBytes]))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Whether a sector of the file, or what the record has of it, was never written.</summary>
    private static bool IsUnwritten(ReadOnlySpan<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            var sector = bytes[..Math.Min(bytes.Length, SectorBytes - (int)(offset % SectorBytes))];
            if (sector.Length >= UnwrittenBytes && !sector.ContainsAnyExcept((byte)0))
                return true;
            bytes = bytes[sector.Length..];
            offset += sector.Length;
        }
        return false;
    }

    private static VaultException Damaged(ulong number) => new(
        VaultFault.Damaged, $"The vault is damaged at record {number}. It was left as it is; restore a backup.");
}
