using System.Buffers.Binary;
using System.Text;

namespace Gatehouse.Hypercore.Encoding;

/// <summary>
/// Reads compact encoding from bytes that a stranger sent. It never throws: the first malformed value makes
/// <see cref="Failed"/> true for good, and from then on every read gives zero, empty or null. So a decoder reads all of
/// its fields and asks once. Nothing is allocated by a count or length before the bytes behind it are known to be
/// there. Bytes that are left over are no failure: newer peers may say more than we understand.
/// </summary>
internal ref struct CompactReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>The largest integer of the format: the other side counts in doubles.</summary>
    public const ulong MaxUInt = (1UL << 53) - 1;

    private static readonly UTF8Encoding StrictUtf8 = new(false, true);

    private ReadOnlySpan<byte> rest = bytes;

    public bool Failed { get; private set; }

    public readonly int Remaining => rest.Length;

    /// <summary>Makes everything read so far worth nothing; for rules that the encoding itself does not know.</summary>
    public void Fail()
    {
        Failed = true;
        rest = default;
    }

    /// <summary>Any of the four forms is accepted, not only the shortest.</summary>
    public ulong ReadUInt()
    {
        var first = ReadFixed(1);
        if (first.IsEmpty)
            return 0;
        var value = first[0] switch
        {
            CompactWriter.TwoBytes => ReadLittleEndian(2),
            CompactWriter.FourBytes => ReadLittleEndian(4),
            CompactWriter.EightBytes => ReadLittleEndian(8),
            _ => first[0],
        };
        return Bounded(value);
    }

    /// <summary>Eight bytes, whatever the value.</summary>
    public ulong ReadUInt64() => Bounded(ReadLittleEndian(8));

    /// <summary>Four bytes: a word of a bitfield.</summary>
    public uint ReadUInt32() => (uint)ReadLittleEndian(4);

    public ReadOnlySpan<byte> ReadFixed(int length)
    {
        if ((uint)length > (uint)rest.Length)
        {
            Fail();
            return default;
        }
        var value = rest[..length];
        rest = rest[length..];
        return value;
    }

    public Bytes32 ReadBytes32()
    {
        var value = ReadFixed(Bytes32.Size);
        return Failed ? default : new Bytes32(value);
    }

    /// <summary>A length and its bytes. An optional buffer that is missing is the empty one.</summary>
    public ReadOnlySpan<byte> ReadBuffer(int maxLength = int.MaxValue)
    {
        var length = ReadUInt();
        if (length > (ulong)maxLength)
            Fail();
        return Failed ? default : ReadFixed((int)Math.Min(length, int.MaxValue));
    }

    /// <summary>Null when malformed, also when the bytes aren't UTF-8.</summary>
    public string? ReadString(int maxBytes)
    {
        var value = ReadBuffer(maxBytes);
        if (Failed)
            return null;
        if (System.Text.Unicode.Utf8.IsValid(value))
            return StrictUtf8.GetString(value);
        Fail();
        return null;
    }

    /// <summary>
    /// The count of an array whose items take at least <paramref name="minItemBytes"/> each: more than could be in what
    /// is left is malformed, so an array of this length may be allocated.
    /// </summary>
    public int ReadCount(int max, int minItemBytes)
    {
        var count = ReadUInt();
        if (count > (ulong)max || count * (ulong)minItemBytes > (ulong)rest.Length)
            Fail();
        return Failed ? 0 : (int)count;
    }

    /// <summary>Everything that is left.</summary>
    public ReadOnlySpan<byte> ReadRest() => ReadFixed(rest.Length);

    private ulong ReadLittleEndian(int length)
    {
        var value = ReadFixed(length);
        if (Failed)
            return 0;
        return length switch
        {
            2 => BinaryPrimitives.ReadUInt16LittleEndian(value),
            4 => BinaryPrimitives.ReadUInt32LittleEndian(value),
            _ => BinaryPrimitives.ReadUInt64LittleEndian(value),
        };
    }

    private ulong Bounded(ulong value)
    {
        if (value <= MaxUInt)
            return value;
        Fail();
        return 0;
    }
}
