using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;

namespace Gatehouse.Hypercore.Encoding;

/// <summary>
/// Writes compact encoding, integers in their shortest form. Nothing is allocated but by the buffer behind it.
/// </summary>
internal readonly ref struct CompactWriter(IBufferWriter<byte> output)
{
    // An integer of up to 0xfc is its own byte; a larger one follows one of these, little-endian.
    internal const byte TwoBytes = 0xfd, FourBytes = 0xfe, EightBytes = 0xff;

    private const int LongestUInt = 9;

    public static int SizeOfUInt(ulong value) => value switch
    {
        < TwoBytes => 1,
        <= ushort.MaxValue => 3,
        <= uint.MaxValue => 5,
        _ => LongestUInt,
    };

    public void WriteUInt(ulong value)
    {
        Debug.Assert(value <= CompactReader.MaxUInt, "No reader takes a larger integer.");
        var span = output.GetSpan(LongestUInt);
        output.Advance(PutUInt(span, value));
    }

    /// <summary>Eight bytes, whatever the value.</summary>
    public void WriteUInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(output.GetSpan(sizeof(ulong)), value);
        output.Advance(sizeof(ulong));
    }

    /// <summary>Four bytes: a word of a bitfield.</summary>
    public void WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(output.GetSpan(sizeof(uint)), value);
        output.Advance(sizeof(uint));
    }

    public void WriteFixed(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
            return;
        value.CopyTo(output.GetSpan(value.Length));
        output.Advance(value.Length);
    }

    public void WriteBytes32(Bytes32 value)
    {
        value.CopyTo(output.GetSpan(Bytes32.Size));
        output.Advance(Bytes32.Size);
    }

    /// <summary>The length and the bytes. An empty one is what an optional buffer is when there is none.</summary>
    public void WriteBuffer(ReadOnlySpan<byte> value)
    {
        WriteUInt((ulong)value.Length);
        WriteFixed(value);
    }

    public void WriteString(ReadOnlySpan<char> value)
    {
        var bytes = System.Text.Encoding.UTF8.GetByteCount(value);
        WriteUInt((ulong)bytes);
        output.Advance(System.Text.Encoding.UTF8.GetBytes(value, output.GetSpan(Math.Max(bytes, 1))));
    }

    private static int PutUInt(Span<byte> span, ulong value)
    {
        var size = SizeOfUInt(value);
        switch (size)
        {
            case 1:
                span[0] = (byte)value;
                break;
            case 3:
                span[0] = TwoBytes;
                BinaryPrimitives.WriteUInt16LittleEndian(span[1..], (ushort)value);
                break;
            case 5:
                span[0] = FourBytes;
                BinaryPrimitives.WriteUInt32LittleEndian(span[1..], (uint)value);
                break;
            default:
                span[0] = EightBytes;
                BinaryPrimitives.WriteUInt64LittleEndian(span[1..], value);
                break;
        }
        return size;
    }
}
