using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Streams;
using Gatehouse.Hypercore.Tests.Support;
using static Gatehouse.Hypercore.Tests.Support.Cores;
using static Gatehouse.Hypercore.Tests.Support.Eventually;

namespace Gatehouse.Hypercore.Tests.Streams;

public sealed class StreamTests
{
    [Fact]
    public void Frames_have_the_bytes_of_the_vectors()
    {
        var file = Vectors.Load("10-secretstream");
        var state = new byte[Sodium.StreamStateBytes];
        Sodium.StreamInitPull(state, file.Get("header").Hex, file.Get("key").Hex);
        using var writer = new FrameWriter(state);
        List<byte> expected = [];
        foreach (var frame in file.Get("frames").EnumerateArray())
        {
            writer.Begin().Writer.WriteFixed(frame.Get("plaintext").Hex);
            writer.End();
            var sealedBytes = frame.Get("ciphertext").Hex;
            expected.AddRange([(byte)sealedBytes.Length, 0, 0, .. sealedBytes]);
        }

        Assert.Equal(expected, writer.Pending.ToArray());
    }

    [Fact]
    public async Task A_message_that_is_too_long_leaves_nothing_behind()
    {
        var transcript = new Transcript("12-transcript-sync-3-then-live");
        using var writer = new FrameWriter(transcript.CipherOf(true));
        writer.Begin().Writer.WriteFixed(new byte[FrameFormat.MaxPayloadBytes]);
        Assert.Throws<ArgumentOutOfRangeException>(writer.End);
        writer.Abandon();
        Assert.Equal(0, writer.PendingBytes);

        writer.Begin().Writer.WriteFixed("next"u8);
        writer.End();

        await using var stream = Reading(new MemoryStream(writer.Pending.ToArray()), transcript);
        Assert.Equal("next"u8.ToArray(), (await stream.ReadAsync(Never))?.ToArray());
    }

    [Fact]
    public void Stream_ids_and_capabilities_are_those_of_the_vectors()
    {
        var file = Vectors.Load("10-secretstream");
        var ids = file.Get("streamIds");
        var capability = file.Get("capability");
        var key = new CoreKey(capability.Get("key").Hex);

        Assert.Equal(ids.Get("initiator").Text, Caps.StreamId(ids.Get("handshakeHash").Hex, true).ToString());
        Assert.Equal(ids.Get("responder").Text, Caps.StreamId(ids.Get("handshakeHash").Hex, false).ToString());
        var hash = capability.Get("handshakeHash").Hex;
        Assert.Equal(capability.Get("initiator").Text, Caps.Capability(hash, true, key).ToString());
        Assert.Equal(capability.Get("responder").Text, Caps.Capability(hash, false, key).ToString());
    }

    [Fact]
    public async Task Any_flipped_bit_of_a_frame_ends_the_stream_unread()
    {
        var transcript = new Transcript("12-transcript-sync-3-then-live");
        using var writer = new FrameWriter(transcript.CipherOf(true));
        writer.Begin().Writer.WriteFixed("a message"u8);
        writer.End();
        foreach (var flipped in Flips.Of(writer.Pending))
        {
            var raw = new MemoryStream([.. flipped]);
            await using var stream = Reading(raw, transcript);
            Assert.Null(await stream.ReadAsync(Never));
            Assert.Contains(stream.End, new[] { ConnectionEnd.Malformed, ConnectionEnd.Cut });
        }
    }

    [Fact]
    public async Task Any_flipped_bit_of_a_streams_header_is_refused_or_leaves_nothing_that_can_be_read()
    {
        using KeyPair one = Pair(2), two = Pair(3);
        for (var bit = 0; bit < FrameFormat.HeaderBytes * 8; bit++)
        {
            var (here, between) = Duplex.Create();
            var (beyond, there) = Duplex.Create();
            using var dialling = new StreamOpening(here, true, one, null, null);
            using var accepting = new StreamOpening(there, false, two, null, null);
            using var said = new FrameReader(beyond);
            var opened = dialling.RunAsync(Never).AsTask();
            _ = between.CopyToAsync(beyond, Never);
            var accepted = accepting.RunAsync(Never).AsTask();
            await PassAsync(said, between);
            await PassAsync(said, between, bit);

            await using var stream = await opened;
            await using var other = (await accepted)!;
            if (bit < 8 * Gatehouse.Hypercore.Encoding.Bytes32.Size)
            {
                Assert.Null(stream);
                Assert.Equal(ConnectionEnd.HandshakeRefused, dialling.End);
                continue;
            }
            other.Writer.Begin().Writer.WriteFixed("a message"u8);
            other.Writer.End();
            await other.FlushAsync(() => { }, Never);
            await PassAsync(said, between);
            Assert.Null(await stream!.ReadAsync(Never));
            Assert.Equal(ConnectionEnd.Malformed, stream.End);
        }

        static async Task PassAsync(FrameReader said, Duplex to, int flipped = -1)
        {
            var frame = (await said.ReadAsync(112, Never))!.Value;
            if (flipped >= 0)
                frame.Span[flipped / 8] ^= (byte)(1 << (flipped % 8));
            await to.WriteAsync(new byte[] { (byte)frame.Length, 0, 0 }.Concat(frame.ToArray()).ToArray(), Never);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_frame_with_a_tag_ends_the_stream_unread(byte tag)
    {
        var transcript = new Transcript("12-transcript-sync-3-then-live");
        var cipher = transcript.CipherOf(true);
        var text = "a message"u8.ToArray();
        var frame = new byte[3 + text.Length + Sodium.StreamOverheadBytes];
        FrameFormat.WriteLength(frame, frame.Length - 3);
        Sodium.StreamPush(cipher, frame.AsSpan(3), text, tag);

        await using var stream = Reading(new MemoryStream(frame), transcript);

        Assert.Null(await stream.ReadAsync(Never));
        Assert.Equal(ConnectionEnd.Malformed, stream.End);
    }

    [Fact]
    public async Task A_frame_repeated_left_out_or_out_of_order_ends_the_stream()
    {
        var transcript = new Transcript("12-transcript-sync-3-then-live");
        using var writer = new FrameWriter(transcript.CipherOf(true));
        List<byte[]> frames = [];
        for (var i = 0; i < 3; i++)
        {
            writer.Begin().Writer.WriteFixed(new byte[4]);
            writer.End();
            frames.Add(writer.Pending.ToArray());
            writer.Clear();
        }
        foreach (var order in new[] { new[] { 0, 0 }, [1], [0, 2] })
        {
            await using var stream = Reading(new MemoryStream([.. order.SelectMany(i => frames[i])]), transcript);
            for (var i = 1; i < order.Length; i++)
                Assert.NotNull(await stream.ReadAsync(Never));
            Assert.Null(await stream.ReadAsync(Never));
            Assert.Equal(ConnectionEnd.Malformed, stream.End);
        }
    }

    [Fact]
    public async Task A_frame_above_the_limit_is_refused_by_its_length_alone()
    {
        var transcript = new Transcript("12-transcript-sync-3-then-live");
        await using var stream = Reading(new MemoryStream([0xff, 0xff, 0xff]), transcript);
        stream.MaxFrameBytes = 1 << 20;

        Assert.Null(await stream.ReadAsync(Never));
        Assert.Equal(ConnectionEnd.Malformed, stream.End);
    }

    [Fact]
    public async Task An_announced_frame_is_not_allocated_before_it_arrives()
    {
        // Sixteen million bytes are announced, a hundred come.
        using var reader = new FrameReader(new PiecemealStream([0xff, 0xff, 0xff, .. new byte[100]]));
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Null(await reader.ReadAsync(FrameFormat.MaxPayloadBytes, Never));
        Assert.Equal(ConnectionEnd.Cut, reader.End);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public async Task Only_parts_of_large_frames_are_counted()
    {
        byte[] small = [0, 0x10, 0, .. new byte[0x1000]], large = [0, 0, 4, .. new byte[0x40000]];
        byte[][] frames = [.. Enumerable.Repeat(small, 50), large, .. Enumerable.Repeat(small, 50)];
        using var reader = new FrameReader(new PiecemealStream([.. frames.SelectMany(frame => frame)]));
        List<int> parts = [];
        foreach (var frame in frames)
        {
            await reader.ReadAsync(FrameFormat.MaxPayloadBytes, Never);
            parts.Add(reader.PartsRead);
        }
        Assert.Equal([.. Enumerable.Repeat(0, 50), .. Enumerable.Repeat(4, 51)], parts);
    }

    [Fact]
    public async Task A_large_frame_is_read_whole()
    {
        var transcript = new Transcript("12-transcript-sync-3-then-live");
        using var writer = new FrameWriter(transcript.CipherOf(true));
        foreach (var length in new[] { 5_000_000, 3, 70_000, 1 })
        {
            writer.Begin().Writer.WriteFixed(new byte[length]);
            writer.End();
        }
        await using var stream = Reading(new MemoryStream(writer.Pending.ToArray()), transcript);
        stream.MaxFrameBytes = FrameFormat.MaxPayloadBytes;

        foreach (var length in new[] { 5_000_000, 3, 70_000, 1 })
            Assert.Equal(length, (await stream.ReadAsync(Never))?.Length);
    }

    [Fact]
    public async Task Who_is_not_the_one_that_was_dialled_is_left()
    {
        await using var one = new Peer();
        await using var two = new Peer();
        await using var three = new Peer();
        var (here, there) = Duplex.Create();
        var accepting = two.Replicator.AttachAsync(there, false);

        Assert.Equal(ConnectionEnd.AnotherPeer, await one.Replicator.AttachAsync(here, true, three.PublicKey));
        Assert.Equal(ConnectionEnd.Closed, await accepting);
        Assert.Equal(0, two.Replicator.Connections);
    }

    [Fact]
    public async Task Who_is_not_admitted_is_told_nothing_of_the_cores()
    {
        await using var one = new Peer();
        await using var two = new Peer(admits: key => key != one.PublicKey).With(await WriterAsync("secret"));
        var link = one.Connect(two);

        Assert.Equal(ConnectionEnd.NotAdmitted, await link.TwoEnd);
        Assert.Equal(1, link.Two.FramesWritten); // its part of the handshake
        await link.OneEnd;
    }

    [Fact]
    public async Task A_handshake_that_takes_too_long_is_ended()
    {
        var time = new ManualTime();
        await using var one = new Peer(time);
        var (here, _) = Duplex.Create();
        var attached = one.Replicator.AttachAsync(here, false);

        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(attached.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal(ConnectionEnd.HandshakeTimedOut, await attached);
    }

    [Theory]
    [InlineData("474554202f20")] // "GET / "
    [InlineData("710000")] // longer than any message of a handshake
    [InlineData("03000000000000")]
    public async Task What_is_no_handshake_is_refused(string hex)
    {
        await using var one = new Peer();
        var received = new MemoryStream(Convert.FromHexString(hex));

        Assert.Equal(ConnectionEnd.HandshakeRefused, await one.Replicator.AttachAsync(received, false));
    }

    [Fact]
    public async Task A_peer_that_falls_silent_is_given_up_after_half_a_minute()
    {
        var time = new ManualTime();
        await using var one = new Peer(time);
        await using var two = new Peer(new ManualTime()); // its clock stands still: it gives no sign of life
        var link = one.Connect(two);
        await ConnectedAsync(one);
        await UntilAsync(() => time.Timers == 1);

        for (var i = 0; i < 29; i++)
            time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(link.OneEnd.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(ConnectionEnd.Silent, await link.OneEnd);
    }

    [Fact]
    public async Task Signs_of_life_keep_an_idle_connection()
    {
        var time = new ManualTime();
        await using var one = new Peer(time);
        await using var two = new Peer(time);
        var link = one.Connect(two);
        await ConnectedAsync(one);
        await ConnectedAsync(two);
        await UntilAsync(() => time.Timers == 2); // those of the handshakes are gone, and who watches is there

        for (var i = 0; i < 20; i++)
        {
            var (before, beforeThere) = (link.One.FramesWritten, link.Two.FramesWritten);
            time.Advance(TimeSpan.FromSeconds(6));
            await UntilAsync(() => link.One.FramesWritten > before && link.Two.FramesWritten > beforeThere);
        }
        Assert.False(link.Ends.IsCompleted);
    }

    private static SecretStream Reading(Stream raw, Transcript transcript) => new(
        raw,
        new FrameReader(raw),
        transcript.SessionOf(false),
        new byte[Sodium.StreamStateBytes],
        transcript.CipherOf(true));

    private static Task ConnectedAsync(Peer peer) => UntilAsync(() => peer.Replicator.Connections == 1);
}
