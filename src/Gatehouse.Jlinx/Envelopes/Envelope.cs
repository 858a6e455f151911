using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;

namespace Gatehouse.Jlinx.Envelopes;

/// <summary>
/// Seals one event for one place: a document, an index, an epoch. Moved to another it doesn't open. The size tells no
/// more than how many times 256 bytes there are.
/// </summary>
internal static class Envelope
{
    public const byte FirstByte = 1;

    private const int Padding = 256, LengthBytes = sizeof(uint);
    private const int MaxEpochBytes = 9; // the longest compact uint

    /// <summary>The longest JSON that a block has room for.</summary>
    public const int MaxJsonBytes =
        (DocumentLimits.BlockBytes - 1 - MaxEpochBytes - Sodium.XNonceBytes - Sodium.AeadTagBytes) / Padding * Padding
        - LengthBytes;

    public static byte[] Seal(
        ReadOnlySpan<byte> documentKey, CoreKey core, ulong index, ulong epoch, ReadOnlySpan<byte> json,
        ReadOnlySpan<byte> nonce)
    {
        if (json.Length > MaxJsonBytes)
            throw new ArgumentException("The event is too long for a block.", nameof(json));
        Span<byte> head = stackalloc byte[1 + EpochLength(epoch) + Sodium.XNonceBytes];
        head[0] = FirstByte;
        WriteEpoch(head[1..], epoch);
        nonce.CopyTo(head[^Sodium.XNonceBytes..]);
        var plaintext = new byte[(LengthBytes + json.Length + Padding - 1) / Padding * Padding];
        BinaryPrimitives.WriteUInt32LittleEndian(plaintext, (uint)json.Length);
        json.CopyTo(plaintext.AsSpan(LengthBytes));
        var block = SealPadded(documentKey, core, index, head, plaintext);
        CryptographicOperations.ZeroMemory(plaintext);
        return block;
    }

    /// <summary>Seals what is padded already: the head says the epoch and ends with the nonce.</summary>
    public static byte[] SealPadded(
        ReadOnlySpan<byte> documentKey, CoreKey core, ulong index, ReadOnlySpan<byte> head,
        ReadOnlySpan<byte> plaintext)
    {
        var block = new byte[head.Length + plaintext.Length + Sodium.AeadTagBytes];
        head.CopyTo(block);
        Span<byte> eventKey = stackalloc byte[Bytes32.Size];
        DeriveEventKey(eventKey, documentKey, index);
        var associated = Associated(head, core, index);
        Sodium.XSeal(block.AsSpan(head.Length), plaintext, associated, head[^Sodium.XNonceBytes..], eventKey);
        CryptographicOperations.ZeroMemory(eventKey);
        return block;
    }

    /// <summary>Reads what a block says of itself. False when it isn't in the one form that it can have.</summary>
    public static bool TryReadEpoch(ReadOnlySpan<byte> block, out ulong epoch, out int headLength)
    {
        epoch = 0;
        headLength = 0;
        if (block.Length > DocumentLimits.BlockBytes || block is not [FirstByte, var first, ..])
            return false;
        var extra = first switch { < 0xfd => 0, 0xfd => 2, 0xfe => 4, 0xff => 8 };
        headLength = 2 + extra + Sodium.XNonceBytes;
        var sealedLength = block.Length - headLength;
        if (sealedLength <= Sodium.AeadTagBytes || (sealedLength - Sodium.AeadTagBytes) % Padding != 0)
            return false;
        var digits = block.Slice(2, extra);
        epoch = extra switch
        {
            0 => first,
            2 => BinaryPrimitives.ReadUInt16LittleEndian(digits),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(digits),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(digits),
        };
        return EpochLength(epoch) == 1 + extra;
    }

    public static bool TryOpen(
        ReadOnlySpan<byte> documentKey, CoreKey core, ulong index, ReadOnlySpan<byte> block, int headLength,
        [NotNullWhen(true)] out byte[]? json)
    {
        json = null;
        var head = block[..headLength];
        var plaintext = new byte[block.Length - headLength - Sodium.AeadTagBytes];
        Span<byte> eventKey = stackalloc byte[Bytes32.Size];
        DeriveEventKey(eventKey, documentKey, index);
        var isOpen = Sodium.TryXOpen(
            plaintext, block[headLength..], Associated(head, core, index), head[^Sodium.XNonceBytes..], eventKey);
        CryptographicOperations.ZeroMemory(eventKey);
        if (!isOpen)
            return false;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(plaintext);
        var room = plaintext.AsSpan(LengthBytes);
        if (length <= room.Length && room.Length - length < Padding && !room[(int)length..].ContainsAnyExcept((byte)0))
            json = room[..(int)length].ToArray();
        CryptographicOperations.ZeroMemory(plaintext);
        return json is not null;
    }

    private static void DeriveEventKey(Span<byte> eventKey, ReadOnlySpan<byte> documentKey, ulong index)
    {
        Span<byte> label = stackalloc byte[5 + sizeof(ulong)];
        "event"u8.CopyTo(label);
        BinaryPrimitives.WriteUInt64LittleEndian(label[5..], index);
        Sodium.Hash(eventKey, label, documentKey);
    }

    private static byte[] Associated(ReadOnlySpan<byte> head, CoreKey core, ulong index)
    {
        var associated = new byte[head.Length + Bytes32.Size + sizeof(ulong)];
        head.CopyTo(associated);
        core.Bytes.CopyTo(associated.AsSpan(head.Length));
        BinaryPrimitives.WriteUInt64LittleEndian(associated.AsSpan(head.Length + Bytes32.Size), index);
        return associated;
    }

    private static int EpochLength(ulong epoch) => epoch switch
    {
        < 0xfd => 1,
        <= ushort.MaxValue => 3,
        <= uint.MaxValue => 5,
        _ => 9,
    };

    private static void WriteEpoch(Span<byte> destination, ulong epoch)
    {
        switch (EpochLength(epoch))
        {
            case 1:
                destination[0] = (byte)epoch;
                break;
            case 3:
                destination[0] = 0xfd;
                BinaryPrimitives.WriteUInt16LittleEndian(destination[1..], (ushort)epoch);
                break;
            case 5:
                destination[0] = 0xfe;
                BinaryPrimitives.WriteUInt32LittleEndian(destination[1..], (uint)epoch);
                break;
            default:
                destination[0] = 0xff;
                BinaryPrimitives.WriteUInt64LittleEndian(destination[1..], epoch);
                break;
        }
    }
}
