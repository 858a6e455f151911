using System.Text.Json;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Tests.Support;

namespace Gatehouse.Hypercore.Tests.Replication;

public sealed class MessageTests
{
    private delegate void Encoding(CompactWriter writer);

    [Fact]
    public void Messages_have_the_bytes_of_the_vectors()
    {
        var checkedCount = 0;
        foreach (var message in Vectors.Load("08-messages").Get("messages").EnumerateArray())
        {
            var type = message.Get("type");
            var encoded = type.IsNull ? Handshake(message) : type.Number switch
            {
                0 => Sync(message),
                1 => Request(message),
                4 => NoData(message),
                5 => Want(message),
                8 => Range(message),
                2 or 7 => message.Get("body").Text, // never sent; read below
                6 or 9 => message.Get("body").Text, // passed over by whoever hears them
                var other => throw new InvalidOperationException($"No such message: {other}."),
            };
            Assert.Equal(message.Get("body").Text, encoded);
            checkedCount++;
        }
        Assert.Equal(23, checkedCount);
    }

    [Fact]
    public void What_is_never_sent_is_read_as_the_vectors_mean_it()
    {
        var messages = Vectors.Load("08-messages").Get("messages").EnumerateArray()
            .Where(message => !message.Get("type").IsNull).ToLookup(message => message.Get("type").Number);
        var told = Assert.Single(messages[CancelMessage.Type]);
        Assert.True(CancelMessage.TryDecode(told.Get("body").Hex, out var cancel));
        Assert.Equal(told.Get("value").Get("request").Number, cancel.Request);
        told = Assert.Single(messages[BitfieldMessage.Type]);
        Assert.True(BitfieldMessage.TryDecode(told.Get("body").Hex, out var bitfield));
        ulong[] words = [.. told.Get("value").Get("bitfield").EnumerateArray().Select(word => word.Number)];
        Assert.Equal((told.Get("value").Get("start").Number, 32UL * (ulong)words.Length), (bitfield.Start, bitfield.Length));
        for (var bit = 0UL; bit < bitfield.Length; bit++)
        {
            var isSet = (words[bit / 32] >> (int)(bit % 32) & 1) != 0;
            Assert.Equal(isSet, bitfield.NextRun(bitfield.Start + bit) is { Length: > 0 } run && run.Start == bitfield.Start + bit);
        }
    }

    [Fact]
    public void The_runs_of_a_bitfield_are_found_one_after_the_other()
    {
        Assert.True(BitfieldMessage.TryDecode(Convert.FromHexString("0003ff0000000000000001000080"), out var bits));
        Assert.Equal(new BlockRange(0, 8), bits.NextRun(0));
        Assert.Equal(new BlockRange(64, 1), bits.NextRun(8));
        Assert.Equal(new BlockRange(95, 1), bits.NextRun(65));
        Assert.Equal(0UL, bits.NextRun(96).Length);
    }

    [Fact]
    public void A_reason_may_be_missing()
    {
        Assert.True(NoDataMessage.TryDecode([7], out var noData));
        Assert.Equal(new NoDataMessage(7, 0), noData);
    }

    [Fact]
    public void What_a_peer_has_is_put_together()
    {
        var remote = new RemoteCore();
        remote.Apply(new RangeMessage(false, 10, 5));
        Assert.True(!remote.Has(9) && remote.Has(10) && remote.Has(14) && !remote.Has(15));
        remote.Apply(new RangeMessage(false, 0, 10));
        Assert.Equal(15UL, remote.Contiguous);
        remote.Apply(new RangeMessage(true, 4, 2));
        Assert.Equal(4UL, remote.Contiguous);
        Assert.True(remote.Has(3) && !remote.Has(4) && !remote.Has(5) && remote.Has(6) && remote.Has(14));
        remote.Apply(new RangeMessage(false, 4, 2));
        Assert.Equal(15UL, remote.Contiguous);
    }

    [Fact]
    public void A_bitfield_replaces_what_was_known_of_its_span()
    {
        var remote = new RemoteCore();
        remote.Apply(new RangeMessage(false, 0, 100));
        Assert.True(BitfieldMessage.TryDecode(Convert.FromHexString("0001f0000000"), out var bits));
        remote.Apply(bits);

        Assert.Equal(0UL, remote.Contiguous);
        Assert.All(new ulong[] { 4, 7, 32, 99 }, index => Assert.True(remote.Has(index)));
        Assert.All(new ulong[] { 0, 3, 8, 31, 100 }, index => Assert.False(remote.Has(index)));
    }

    [Fact]
    public void A_peer_with_endless_holes_costs_little()
    {
        var remote = new RemoteCore();
        for (var i = 0UL; i < 100_000; i++)
            remote.Apply(new RangeMessage(false, (2 * i) + 1, 1));

        Assert.InRange(remote.Runs.Count, 1, 256);
    }

    [Fact]
    public void No_mutated_message_throws()
    {
        var garbage = new Garbage(8);
        byte[][] bodies =
            [.. Vectors.Load("08-messages").Get("messages").EnumerateArray().Select(each => each.Get("body").Hex)];
        for (var i = 0; i < 50_000; i++)
        {
            var bytes = garbage.Mutate(bodies[garbage.Next(bodies.Length)]);
            SyncMessage.TryDecode(bytes, out _);
            RequestMessage.TryDecode(bytes, out _);
            CancelMessage.TryDecode(bytes, out _);
            DataMessage.TryDecode(bytes, out _);
            NoDataMessage.TryDecode(bytes, out _);
            WantMessage.TryDecode(bytes, out _);
            RangeMessage.TryDecode(bytes, out _);
            ChannelHandshake.TryDecode(bytes, out _);
            if (BitfieldMessage.TryDecode(bytes, out var bitfield))
                new RemoteCore().Apply(bitfield);
        }
    }

    private static string Encoded(Encoding encode)
    {
        using var buffer = new PooledBuffer();
        encode(buffer.Writer);
        return Convert.ToHexStringLower(buffer.Written);
    }

    private static string Handshake(JsonElement message)
    {
        Assert.True(ChannelHandshake.TryDecode(message.Get("body").Hex, out var decoded));
        Assert.Equal(message.Get("value").Get("seeks").GetBoolean(), decoded.Seeks);
        return Encoded(decoded.Encode);
    }

    private static string Sync(JsonElement message)
    {
        Assert.True(SyncMessage.TryDecode(message.Get("body").Hex, out var decoded));
        Assert.Equal(message.Get("value").Get("length").Number, decoded.Length);
        return Encoded(decoded.Encode);
    }

    private static string Request(JsonElement message)
    {
        Assert.True(RequestMessage.TryDecode(message.Get("body").Hex, out var decoded));
        return Encoded(decoded.Encode);
    }

    private static string NoData(JsonElement message)
    {
        Assert.True(NoDataMessage.TryDecode(message.Get("body").Hex, out var decoded));
        Assert.Equal(message.Get("value").Get("reason").Number, decoded.Reason);
        return Encoded(decoded.Encode);
    }

    private static string Want(JsonElement message)
    {
        Assert.True(WantMessage.TryDecode(message.Get("body").Hex, out var decoded));
        var value = message.Get("value");
        Assert.Equal(new WantMessage(value.Get("start").Number, value.Get("length").Number), decoded);
        return Encoded(decoded.Encode) + (value.Get("any").GetBoolean() ? "01" : ""); // which we never ask for
    }

    private static string Range(JsonElement message)
    {
        Assert.True(RangeMessage.TryDecode(message.Get("body").Hex, out var decoded));
        Assert.Equal(message.Get("value").Get("start").Number, decoded.Start);
        return Encoded(decoded.Encode);
    }
}
