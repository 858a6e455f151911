using System.Text.Json;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Tests.Support;

namespace Gatehouse.Hypercore.Tests.Encoding;

public sealed class CompactEncodingTests
{
    private delegate void Write(CompactWriter writer);

    [Fact]
    public void Every_sample_of_the_npm_package_is_written_and_read_alike()
    {
        var seen = 0;
        foreach (var sample in Vectors.Load("01-compact-encoding").Get("samples").EnumerateArray())
        {
            if (sample.Get("type").Text.StartsWith("int", StringComparison.Ordinal))
                continue; // signed integers are nowhere on this wire
            var (written, read) = RoundTrip(sample.Get("type").Text, sample.Get("value"), sample.Get("hex").Hex);
            Assert.Equal(sample.Get("hex").Text, Convert.ToHexStringLower(written));
            Assert.True(read, sample.GetRawText());
            seen++;
        }
        Assert.Equal(35, seen);
    }

    [Theory]
    [InlineData("")]
    [InlineData("fd")]
    [InlineData("fd00")]
    [InlineData("fe000000")]
    [InlineData("ff00000000000000")]
    public void An_integer_cut_short_is_malformed(string hex)
    {
        var reader = new CompactReader(Convert.FromHexString(hex));
        Assert.Equal(0UL, reader.ReadUInt());
        Assert.True(reader.Failed);
    }

    [Fact]
    public void An_integer_that_a_double_cannot_hold_is_malformed()
    {
        var reader = new CompactReader(Convert.FromHexString("ff00000000000020" + "00"));
        Assert.Equal(0UL, reader.ReadUInt());
        Assert.True(reader.Failed);
    }

    [Fact]
    public void A_longer_form_than_needed_is_read()
    {
        var reader = new CompactReader(Convert.FromHexString("fd0100" + "fe02000000" + "ff0300000000000000"));
        Assert.Equal((1UL, 2UL, 3UL), (reader.ReadUInt(), reader.ReadUInt(), reader.ReadUInt()));
        Assert.False(reader.Failed);
        Assert.Equal(0, reader.Remaining);
    }

    [Theory]
    [InlineData("05010203")]
    [InlineData("ffffffffffffff1f00010203")]
    public void A_buffer_longer_than_what_arrived_is_malformed(string hex)
    {
        var reader = new CompactReader(Convert.FromHexString(hex));
        Assert.True(reader.ReadBuffer().IsEmpty);
        Assert.True(reader.Failed);
    }

    [Fact]
    public void A_buffer_longer_than_allowed_is_malformed()
    {
        var reader = new CompactReader([3, 1, 2, 3]);
        Assert.True(reader.ReadBuffer(2).IsEmpty);
        Assert.True(reader.Failed);
    }

    [Fact]
    public void A_count_of_more_than_could_have_arrived_is_malformed()
    {
        var reader = new CompactReader([200, 1, 2, 3]);
        Assert.Equal(0, reader.ReadCount(4096, 34));
        Assert.True(reader.Failed);
    }

    [Fact]
    public void A_count_above_the_limit_is_malformed()
    {
        var reader = new CompactReader([3, 1, 2, 3]);
        Assert.Equal(0, reader.ReadCount(2, 1));
        Assert.True(reader.Failed);
    }

    [Fact]
    public void Text_that_is_not_utf8_is_malformed()
    {
        var reader = new CompactReader([2, 0xc3, 0x28]);
        Assert.Null(reader.ReadString(10));
        Assert.True(reader.Failed);
    }

    [Fact]
    public void After_the_first_malformed_value_nothing_is_read()
    {
        var reader = new CompactReader([9, 1, 2, 3]);
        Assert.True(reader.ReadBuffer().IsEmpty);
        Assert.Equal(0UL, reader.ReadUInt());
        Assert.Equal(default, reader.ReadBytes32());
        Assert.True(reader.ReadRest().IsEmpty);
        Assert.True(reader.Failed);
    }

    [Fact]
    public void A_buffer_grows_and_keeps_what_was_written()
    {
        using var buffer = new PooledBuffer();
        for (var i = 0; i < 1000; i++)
            buffer.Writer.WriteUInt((ulong)i);
        var reader = new CompactReader(buffer.Written);
        for (var i = 0; i < 1000; i++)
            Assert.Equal((ulong)i, reader.ReadUInt());
        Assert.Equal(0, reader.Remaining);
    }

    [Fact]
    public void A_disposed_buffer_is_empty_and_may_be_used_again()
    {
        var buffer = new PooledBuffer();
        buffer.Writer.WriteUInt(1);
        buffer.Dispose();
        Assert.True(buffer.Written.IsEmpty);
        buffer.Writer.WriteUInt(2);
        Assert.Equal([2], buffer.Written.ToArray());
        buffer.Dispose();
        buffer.Dispose();
    }

    private static byte[] Written(Write write)
    {
        using var buffer = new PooledBuffer();
        write(buffer.Writer);
        return buffer.Written.ToArray();
    }

    private static (byte[] Written, bool Read) RoundTrip(string type, JsonElement value, byte[] hex)
    {
        var reader = new CompactReader(hex);
        switch (type)
        {
            case "uint" or "bool":
                var number = value.ValueKind == JsonValueKind.True ? 1 : value.Number;
                return (Written(writer => writer.WriteUInt(number)), reader.ReadUInt() == number);
            case "uint64":
                return (Written(writer => writer.WriteUInt64(value.Number)), reader.ReadUInt64() == value.Number);
            case "string":
                return (Written(writer => writer.WriteString(value.Text)), reader.ReadString(1000) == value.Text);
            case "buffer" or "optionalBuffer":
                var bytes = value.IsNull ? [] : value.Hex;
                return (Written(writer => writer.WriteBuffer(bytes)), reader.ReadBuffer().SequenceEqual(bytes));
            case "fixed32":
                var fixed32 = new Bytes32(value.Hex);
                return (Written(writer => writer.WriteBytes32(fixed32)), reader.ReadBytes32() == fixed32);
            default:
                return Array(type == "uint32array", value, reader);
        }
    }

    private static (byte[] Written, bool Read) Array(bool words, JsonElement value, CompactReader reader)
    {
        ulong[] items = [.. value.EnumerateArray().Select(item => item.Number)];
        var written = Written(writer =>
        {
            writer.WriteUInt((ulong)items.Length);
            foreach (var item in items)
            {
                if (words)
                    writer.WriteUInt32((uint)item);
                else
                    writer.WriteUInt(item);
            }
        });
        var read = new ulong[reader.ReadCount(100, words ? 4 : 1)];
        for (var i = 0; i < read.Length; i++)
            read[i] = words ? reader.ReadUInt32() : reader.ReadUInt();
        return (written, read.SequenceEqual(items));
    }
}
