using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Multiplexing;
using Gatehouse.Hypercore.Streams;
using Gatehouse.Hypercore.Tests.Support;
using static Gatehouse.Hypercore.Tests.Support.Cores;

namespace Gatehouse.Hypercore.Tests.Multiplexing;

public sealed class MuxTests
{
    private static readonly byte[] Id = [.. Enumerable.Repeat((byte)0xdd, 32)];

    [Fact]
    public async Task Every_frame_of_the_vectors_is_taken()
    {
        var bar = new Echo("hypercore/alpha", Id);
        var mux = new Mux(name => name == bar.Name ? bar : null);
        foreach (var frame in Vectors.Load("11-protomux").Get("frames").EnumerateArray())
        {
            var bytes = frame.Get("frame").Hex;
            // The last ones reject and close channels that they opened elsewhere.
            Assert.Equal(Receipt.Taken, await mux.ReceiveAsync(bytes, Never));
        }
        Assert.Equal("cc", Convert.ToHexStringLower(bar.Handshake!)[2..4]);
        Assert.Equal([0UL, 0, 8, 8, 8, 1, 4, 3, 3, 2, 5, 7, 9], bar.Types);
    }

    [Fact]
    public async Task Our_own_opens_rejects_and_closes_have_the_bytes_of_the_vectors()
    {
        var frames = Vectors.Load("11-protomux").Get("frames").EnumerateArray()
            .ToDictionary(frame => frame.Get("name").Text, frame => frame.Get("frame").Text, StringComparer.Ordinal);
        var mux = new Mux(_ => null);
        var second = new Echo("y", Id);
        mux.TryOpen(new Echo("hypercore/alpha", Id, [1, .. Enumerable.Repeat((byte)0xcc, 32)]));
        mux.TryOpen(second);
        mux.Close(second);

        var said = await SaidAsync(mux, Open(1, "x"));

        Assert.Equal(4, said.Count);
        Assert.Equal(frames["open channel 1"], said[0]);
        Assert.Equal(frames["close channel 2"], said[2]);
        Assert.Equal(frames["reject of remote channel 1"], said[3]);
    }

    [Fact]
    public void A_batch_of_the_vectors_is_the_messages_it_was_made_of()
    {
        var frames = Vectors.Load("11-protomux").Get("frames").EnumerateArray()
            .Where(frame => frame.Get("frame").Text.StartsWith("0000", StringComparison.Ordinal)).ToArray();
        Assert.Equal(3, frames.Length);
        Assert.Equal(["1 0 0b000500", "1 8 000005"], Messages(frames[0]));
        Assert.Equal(["1 8 0205", "2 0 72617721", "1 8 0206"], Messages(frames[1]));
        var id = string.Concat(Enumerable.Repeat("01", 32));
        Assert.Equal([$"0 1 03096578616d706c652f7920{id}", "0 3 03"], Messages(frames[2]));

        static List<string> Messages(System.Text.Json.JsonElement frame)
        {
            List<string> messages = [];
            var batch = new Batch(frame.Get("frame").Hex.AsMemory(2));
            while (batch.TryRead(out var message))
                messages.Add($"{message.Channel} {message.Type} {Convert.ToHexStringLower(message.Body.Span)}");
            Assert.False(batch.IsMalformed);
            return messages;
        }
    }

    [Fact]
    public async Task A_channel_is_open_when_both_have_opened_it()
    {
        var mine = new Echo("x", Id);
        var mux = new Mux(_ => null);
        Assert.True(mux.TryOpen(mine));
        Assert.False(mux.TryOpen(new Echo("x", Id)));
        Assert.Null(mine.Handshake);

        Assert.Equal(Receipt.Taken, await mux.ReceiveAsync(Open(1, "x"), Never));
        Assert.NotNull(mine.Handshake);
        Assert.Equal(Receipt.Taken, await mux.ReceiveAsync(new byte[] { 1, 7, 9 }, Never));
        Assert.Equal([7UL], mine.Types);
    }

    [Fact]
    public async Task What_nobody_knows_is_rejected_and_may_be_opened_later()
    {
        Echo? known = null;
        var mux = new Mux(_ => known);
        Assert.Equal(["000201"], await SaidAsync(mux, Open(1, "x")));
        known = new Echo("x", Id);

        await mux.ReceiveAsync(Open(1, "x"), Never);

        Assert.NotNull(known.Handshake);
    }

    [Theory]
    [InlineData(65, 32)]
    [InlineData(1, 65)]
    [InlineData(1, 0)]
    [InlineData(70_000, 70_000)]
    public async Task What_nobody_could_know_is_rejected_and_the_connection_goes_on(int protocolBytes, int idBytes)
    {
        var known = new Echo("x", Id);
        var mux = new Mux(name => name == known.Name ? known : null);
        using var buffer = new PooledBuffer();
        buffer.Writer.WriteFixed([0, 1, 1]);
        buffer.Writer.WriteBuffer(Enumerable.Repeat((byte)'x', protocolBytes).ToArray());
        buffer.Writer.WriteBuffer(new byte[idBytes]);
        buffer.Writer.WriteFixed([0]);

        Assert.Equal(["000201"], await SaidAsync(mux, buffer.Written.ToArray()));

        Assert.Equal(Receipt.Taken, await mux.ReceiveAsync(Open(1, "x"), Never));
        Assert.NotNull(known.Handshake);
    }

    [Fact]
    public async Task Who_opens_and_closes_and_reads_nothing_is_not_served_for_ever()
    {
        var opened = 0;
        var mux = new Mux(_ =>
        {
            opened++;
            return new Echo("x", Id);
        });
        var receipt = Receipt.Taken;
        while (receipt == Receipt.Taken && opened < 4 * Mux.MaxChannels)
        {
            receipt = await mux.ReceiveAsync(Open(1, "x"), Never);
            await mux.ReceiveAsync(new byte[] { 0, 3, 1 }, Never);
        }
        Assert.Equal(Receipt.Malformed, receipt);
        Assert.InRange(opened, Mux.MaxChannels, (2 * Mux.MaxChannels) + 1);
    }

    [Theory]
    [InlineData("00")] // no type
    [InlineData("0001")] // an open without a number
    [InlineData("000100")] // number 0
    [InlineData("0001030178")] // a number is left out
    [InlineData("000101ff")] // a name that is cut
    [InlineData("0000")] // an empty batch
    [InlineData("00000105")] // an item that is cut
    [InlineData("000000020001")] // a batch in a batch
    [InlineData("000001000705")] // an item that is cut, after changing the channel
    public async Task What_breaks_the_protocol_ends_the_connection(string hex)
    {
        var mux = new Mux(_ => null);

        Assert.Equal(Receipt.Malformed, await mux.ReceiveAsync(Convert.FromHexString(hex), Never));
    }

    [Fact]
    public async Task A_frame_may_be_larger_than_any_message_in_it()
    {
        var mine = new Echo("x", Id);
        var mux = new Mux(_ => mine, maxMessageBytes: 100);
        Assert.Equal(Receipt.Taken, await mux.ReceiveAsync(Open(1, "x"), Never));
        byte[] item = [101, 7, .. new byte[100]]; // a type and a hundred bytes
        Assert.Equal(Receipt.Taken, await mux.ReceiveAsync((byte[])[0, 0, 1, .. item, .. item, .. item], Never));
        Assert.Equal([7UL, 7, 7], mine.Types);

        byte[] larger = [102, 8, .. new byte[101]];
        Assert.Equal(Receipt.Malformed, await mux.ReceiveAsync((byte[])[0, 0, 1, .. item, .. larger], Never));
        Assert.Equal(Receipt.Malformed, await mux.ReceiveAsync((byte[])[1, 8, .. new byte[101]], Never));
        Assert.Equal([7UL, 7, 7, 7], mine.Types);
    }

    [Fact]
    public async Task A_number_that_is_in_use_is_not_opened_again()
    {
        var mux = new Mux(name => new Echo(name.Protocol, Id));
        Assert.Equal(Receipt.Taken, await mux.ReceiveAsync(Open(1, "x"), Never));

        Assert.Equal(Receipt.Malformed, await mux.ReceiveAsync(Open(1, "y"), Never));
    }

    [Fact]
    public async Task Late_messages_of_a_closed_channel_are_ignored_and_its_number_is_free()
    {
        List<Echo> opened = [];
        var mux = new Mux(name =>
        {
            opened.Add(new Echo(name.Protocol, Id));
            return opened[^1];
        });
        await mux.ReceiveAsync(Open(1, "x"), Never);
        await mux.ReceiveAsync(new byte[] { 0, 3, 1 }, Never);

        Assert.Equal(ChannelEnd.Closed, opened[0].Ended);
        Assert.Equal(Receipt.Taken, await mux.ReceiveAsync(new byte[] { 1, 7 }, Never));
        Assert.Empty(opened[0].Types);
        Assert.Equal(Receipt.Taken, await mux.ReceiveAsync(Open(1, "y"), Never));
        Assert.Equal(1UL, opened[1].LocalNumber);
    }

    [Fact]
    public async Task A_number_closed_early_is_free_after_the_other_side_has_answered()
    {
        var mux = new Mux(_ => null);
        Echo first = new("x", Id), second = new("y", Id), third = new("z", Id), fourth = new("w", Id);
        mux.TryOpen(first);
        mux.Close(first);
        mux.TryOpen(second);
        Assert.Equal(2UL, second.LocalNumber);

        await mux.ReceiveAsync(Open(1, "x"), Never);
        Assert.Null(first.Handshake);
        mux.TryOpen(third);
        Assert.Equal(1UL, third.LocalNumber);

        mux.Close(second);
        await mux.ReceiveAsync(new byte[] { 0, 2, 2 }, Never);
        mux.TryOpen(fourth);
        Assert.Equal(2UL, fourth.LocalNumber);
    }

    [Fact]
    public async Task A_rejected_channel_ends_and_its_number_is_free()
    {
        var mux = new Mux(_ => null);
        Echo first = new("x", Id), second = new("y", Id);
        mux.TryOpen(first);
        await mux.ReceiveAsync(new byte[] { 0, 2, 1 }, Never);

        Assert.Equal(ChannelEnd.Rejected, first.Ended);
        mux.TryOpen(second);
        Assert.Equal(1UL, second.LocalNumber);
    }

    [Fact]
    public async Task Who_is_rejected_without_end_and_does_not_read_is_left()
    {
        var mux = new Mux(_ => null);
        var receipt = Receipt.Taken;
        var count = 0;
        for (; receipt == Receipt.Taken && count < 1_000_000; count++)
            receipt = await mux.ReceiveAsync(Open(1, "x"), Never);

        Assert.Equal(Receipt.Malformed, receipt);
        Assert.InRange(count, 1, 100_000);
    }

    [Fact]
    public async Task The_end_of_the_connection_ends_all_channels()
    {
        var mux = new Mux(_ => null);
        var channel = new Echo("x", Id);
        mux.TryOpen(channel);
        mux.End();

        Assert.Equal(ChannelEnd.Disconnected, channel.Ended);
        Assert.False(mux.TryOpen(new Echo("y", Id)));
        await SaidAsync(mux, [5, 0]);
        Assert.False(await mux.WaitToSpeakAsync(Never));
    }

    [Fact]
    public async Task Garbage_never_throws()
    {
        var garbage = new Garbage(11);
        byte[][] frames =
            [.. Vectors.Load("11-protomux").Get("frames").EnumerateArray().Select(frame => frame.Get("frame").Hex)];
        var mux = new Mux(name => new Echo(name.Protocol, Id));
        for (var i = 0; i < 20_000; i++)
            await mux.ReceiveAsync(garbage.Mutate(frames[garbage.Next(frames.Length)]), Never);
    }

    private static byte[] Open(byte number, string protocol) =>
        [0, 1, number, (byte)protocol.Length, .. System.Text.Encoding.ASCII.GetBytes(protocol), 32, .. Id];

    /// <summary>What is said after a message, in hexadecimal.</summary>
    private static async Task<List<string>> SaidAsync(Mux mux, byte[] message)
    {
        byte[] key = new byte[32], header = new byte[24], push = new byte[52], pull = new byte[52];
        Sodium.StreamInitPush(push, header, key);
        Sodium.StreamInitPull(pull, header, key);
        using var writer = new FrameWriter(push);
        await mux.ReceiveAsync(message, Never);
        await mux.SpeakAsync(writer, Never);
        List<string> said = [];
        for (var rest = writer.Pending; !rest.IsEmpty; rest = rest[(3 + FrameFormat.ReadLength(rest.Span))..])
        {
            var text = new byte[FrameFormat.ReadLength(rest.Span) - Sodium.StreamOverheadBytes];
            Assert.True(Sodium.TryStreamPull(pull, text, rest.Span.Slice(3, text.Length + 17), out _));
            said.Add(Convert.ToHexStringLower(text));
        }
        return said;
    }

    private sealed class Echo(string protocol, byte[] id, byte[]? ours = null)
        : MuxChannel(new ChannelName(protocol, new Bytes32(id)))
    {
        public byte[]? Handshake { get; private set; }

        public List<ulong> Types { get; } = [];

        public ChannelEnd? Ended { get; private set; }

        public override void WriteHandshake(CompactWriter writer) => writer.WriteFixed(ours ?? [0]);

        public override Receipt Open(ReadOnlySpan<byte> handshake)
        {
            Handshake = handshake.ToArray();
            return Receipt.Taken;
        }

        public override ValueTask<Receipt> ReceiveAsync(
            ulong type, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
        {
            Types.Add(type);
            return new(Receipt.Taken);
        }

        public override ValueTask<bool> SpeakAsync(FrameWriter writer, CancellationToken cancellationToken) =>
            new(false);

        public override void End(ChannelEnd end) => Ended = end;
    }
}
