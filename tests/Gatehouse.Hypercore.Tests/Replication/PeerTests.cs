using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Multiplexing;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Streams;
using Gatehouse.Hypercore.Tests.Support;
using static Gatehouse.Hypercore.Tests.Support.Cores;

namespace Gatehouse.Hypercore.Tests.Replication;

/// <summary>One side alone, told whatever a peer could say.</summary>
public sealed partial class PeerTests
{
    private static readonly Transcript Recorded = new("12-transcript-sync-3-then-live");

    private delegate void Encoding(CompactWriter writer);

    [Fact]
    public async Task Who_does_not_know_the_key_is_told_nothing()
    {
        var writer = await WriterAsync("a");
        using var side = new LoneSide(writer, Recorded.SessionOf(false));
        var open = OpenOf(writer, true);
        for (var bit = 0; bit < 256; bit++)
        {
            var changed = (byte[])open.Clone();
            changed[^(1 + (bit / 8))] ^= (byte)(1 << (bit % 8));
            using var told = new LoneSide(writer, Recorded.SessionOf(false));
            Assert.Equal(Receipt.NoCapability, await told.HearAsync(changed));
            Assert.False(told.IsProven);
            Assert.Equal(MuxMessage.OpenType, Assert.Single(await told.SpeakAsync()).Type);
        }
        Assert.Equal(Receipt.Taken, await side.HearAsync(open));
        Assert.Equal(3, (await side.SpeakAsync()).Count); // open, sync, range
    }

    [Fact]
    public async Task Our_own_proof_sent_back_to_us_is_none()
    {
        var writer = await WriterAsync("a");
        using var side = new LoneSide(writer, Recorded.SessionOf(false));

        Assert.Equal(Receipt.NoCapability, await side.HearAsync(OpenOf(writer, false)));
    }

    [Fact]
    public async Task A_fork_is_reported_and_not_followed()
    {
        using var side = await ReaderSideAsync();

        await side.HearAsync(Sync(fork: 1, length: 5));

        Assert.Empty(Requests(await side.SpeakAsync()));
        Assert.Equal(PeerFault.Fork, Assert.Single(side.Reports).Fault);
        await side.HearAsync(Sync(fork: 1, length: 6));
        Assert.Single(side.Reports);
    }

    [Fact]
    public async Task A_false_proof_at_first_ends_the_conversation()
    {
        using var side = await ReaderSideAsync();
        await side.HearAsync(Sync(0, 3));
        var request = Assert.Single(Requests(await side.SpeakAsync()));
        var writer = await WriterAsync("a", "b", "c");
        var proof = await writer.ProofAsync(request);
        proof[10] ^= 1;

        Assert.Equal(Receipt.Taken, await side.HearAsync([1, 3, .. proof]));

        Assert.Equal(PeerFault.FalseProof, Assert.Single(side.Reports).Fault);
        Assert.Equal(PeerLeave.Distrust, side.Leave);
        Assert.Equal(0UL, side.Peer.Served.Core.Length);
    }

    [Fact]
    public async Task A_false_proof_later_has_the_whole_history_asked_for()
    {
        var writer = await WriterAsync("a", "b", "c");
        using var side = await ReaderSideAsync(writer);
        await writer.AppendAsync(Block("d"));
        await side.HearAsync(Sync(0, 4, acknowledged: 3));
        var request = Assert.Single(Requests(await side.SpeakAsync()));
        var proof = await writer.ProofAsync(request);
        proof[^3] ^= 1; // in the signature

        await side.HearAsync([1, 3, .. proof]);
        var question = Assert.Single(Requests(await side.SpeakAsync()));

        Assert.Equal(new RequestMessage { Upgrade = new(0, 3) }, question);
        Assert.Null(side.Leave);
        await side.HearAsync([1, 3, .. await writer.ProofAsync(question)]); // the same history: it only lied
        Assert.Equal(PeerLeave.Distrust, side.Leave);
        Assert.False(side.Peer.Served.Core.IsFrozen);
    }

    [Fact]
    public async Task What_was_not_asked_for_is_no_answer()
    {
        var writer = await WriterAsync("a", "b", "c");
        using var side = await ReaderSideAsync();
        await side.HearAsync(Sync(0, 3));
        await side.SpeakAsync();
        var unasked = await writer.ProofAsync(new RequestMessage { Id = 9, Upgrade = new(0, 3), Manifest = true });

        Assert.Equal(Receipt.Taken, await side.HearAsync([1, 3, .. unasked]));
        Assert.Equal(0UL, side.Peer.Served.Core.Length);
        Assert.Empty(side.Reports);

        var other = await writer.ProofAsync(new RequestMessage { Id = 1, Block = new(1, 0) });
        await side.HearAsync([1, 3, .. other]);
        Assert.Equal(PeerFault.FalseProof, Assert.Single(side.Reports).Fault);
    }

    [Fact]
    public async Task An_empty_answer_is_not_asked_for_again_at_once()
    {
        using var side = await ReaderSideAsync();
        await side.HearAsync(Sync(0, 3));
        Assert.Single(Requests(await side.SpeakAsync()));

        await side.HearAsync([1, 3, 0, 1, 0]);

        Assert.Empty(Requests(await side.SpeakAsync()));
        await side.HearAsync(Sync(0, 3));
        Assert.Single(Requests(await side.SpeakAsync()));
    }

    [Fact]
    public async Task A_block_that_is_not_to_be_had_is_asked_for_again_after_news_only()
    {
        var writer = await WriterAsync("a", "b", "c");
        using var side = await ReaderSideAsync(writer, blocks: false);
        await side.HearAsync(Message(RangeMessage.Type, new RangeMessage(false, 0, 3).Encode));
        var requests = Requests(await side.SpeakAsync());
        Assert.Equal([0UL, 1, 2], requests.Select(request => request.Block!.Value.Index));

        foreach (var request in requests)
            await side.HearAsync(Message(NoDataMessage.Type, new NoDataMessage(request.Id, 1).Encode));
        Assert.Empty(Requests(await side.SpeakAsync()));

        await side.HearAsync(Message(RangeMessage.Type, new RangeMessage(false, 0, 3).Encode));
        Assert.Equal(3, Requests(await side.SpeakAsync()).Count);
    }

    [Fact]
    public async Task At_most_so_many_questions_are_open_at_once()
    {
        var writer = await WriterAsync(Enumerable.Range(0, 300).Select(i => $"{i}"));
        using var side = await ReaderSideAsync(writer, blocks: false);
        await side.HearAsync(Message(RangeMessage.Type, new RangeMessage(false, 0, 300).Encode));

        Assert.Equal(AskedOfThem.Max, Requests(await side.SpeakAsync()).Count);
    }

    [Fact]
    public async Task Who_does_not_answer_is_left_for_a_while()
    {
        var time = new ManualTime();
        using var side = await ReaderSideAsync(time: time);
        await side.HearAsync(Sync(0, 3));
        await side.SpeakAsync();
        time.Advance(TimeSpan.FromSeconds(29));
        side.Peer.CloseIfSilent(new StreamLimits(), 0);
        Assert.Null(side.Leave);

        time.Advance(TimeSpan.FromSeconds(1));
        side.Peer.CloseIfSilent(new StreamLimits(), 0);

        Assert.Equal(PeerLeave.Pause, side.Leave);
        Assert.Equal(PeerFault.NoAnswer, Assert.Single(side.Reports).Fault);
        Assert.True(side.Peer.Served.Core.Claims.TryClaimUpgrade(this));
    }

    [Fact]
    public async Task Who_has_nothing_to_answer_is_not_left()
    {
        var time = new ManualTime();
        using var side = await ReaderSideAsync(time: time);
        time.Advance(TimeSpan.FromHours(1));
        side.Peer.CloseIfSilent(new StreamLimits(), 0);

        Assert.Null(side.Leave);
    }

    [Fact]
    public async Task Requests_are_answered_refused_or_cancelled()
    {
        using var side = await WriterSideAsync("a", "b", "c");
        await side.HearAsync(Request(new() { Id = 1, Block = new(2, 0) }));
        await side.HearAsync(Request(new() { Id = 2, Block = new(0, 1), Fork = 1 }));
        await side.HearAsync(Request(new() { Id = 3, Upgrade = new(2, 9) }));
        await side.HearAsync(Request(new() { Id = 4, Block = new(1, 0) }));
        await side.HearAsync([1, CancelMessage.Type, 4]);
        await side.HearAsync(Request(new() { Id = 5, Block = new(1, 0) }));
        await side.HearAsync(Request(new() { Id = 5, Block = new(2, 0) })); // replaces the one before

        var said = await side.SpeakAsync();

        Assert.Equal([1UL, 5], Data(said).Select(data => data.Request));
        Assert.All(Data(said), data => Assert.Equal(2UL, data.Block?.Index));
        Assert.Equal(
            [new NoDataMessage(2, NoDataMessage.NotAvailable), new NoDataMessage(3, NoDataMessage.Invalid)],
            said.Where(message => message.Type == NoDataMessage.Type).Select(NoData));
    }

    [Fact]
    public async Task Who_asks_without_end_and_does_not_read_is_left()
    {
        using var side = await WriterSideAsync("a");
        for (var i = 1UL; i <= 1024; i++)
            Assert.Equal(Receipt.Taken, await side.HearAsync(Request(new() { Id = i, Block = new(0, 0) })));

        Assert.Equal(Receipt.Malformed, await side.HearAsync(Request(new() { Id = 1025, Block = new(0, 0) })));
    }

    [Fact]
    public async Task Unwants_and_extensions_are_passed_over()
    {
        using var side = await WriterSideAsync("a", "b");
        var passed = 0;
        foreach (var message in Vectors.Load("08-messages").Get("messages").EnumerateArray())
        {
            if (message.Get("type") is var type && (type.IsNull || type.Number is not (6 or 9)))
                continue;
            Assert.Equal(Receipt.Taken, await side.HearAsync([1, (byte)type.Number, .. message.Get("body").Hex]));
            passed++;
        }

        Assert.Equal(3, passed);
        Assert.Empty(await side.SpeakAsync());
        Assert.Null(side.Leave);
    }

    [Fact]
    public async Task A_want_is_answered_with_what_is_held()
    {
        using var side = await WriterSideAsync("a", "b");

        await side.HearAsync(Convert.FromHexString("010500fe00002000"));

        var message = Assert.Single(await side.SpeakAsync());
        Assert.Equal("000002", Convert.ToHexStringLower(message.Body.Span));
    }

    [Fact]
    public async Task Who_is_behind_is_told_so_again_each_time_it_speaks()
    {
        using var side = await WriterSideAsync("a", "b", "c");
        for (var i = 0; i < 2; i++)
        {
            await side.HearAsync(Sync(0, 2));
            var message = Assert.Single(await side.SpeakAsync());
            Assert.Equal("0f000302", Convert.ToHexStringLower(message.Body.Span));
        }
    }

    [Fact]
    public async Task A_writer_that_a_peer_knows_more_of_does_not_append()
    {
        using var side = await WriterSideAsync("a", "b", "c");
        var core = side.Peer.Served.Core;
        await side.HearAsync(Sync(0, 4, acknowledged: 3));

        await Assert.ThrowsAsync<CoreRefusedException>(() => core.AppendAsync(Block("d")).AsTask());
        var request = Assert.Single(Requests(await side.SpeakAsync()));
        // An honest reader on demand may have the length and lack the proof for us.
        await side.HearAsync(Message(NoDataMessage.Type, new NoDataMessage(request.Id, 1).Encode));
        await Assert.ThrowsAsync<Gatehouse.Hypercore.Cores.CoreRefusedException>(
            () => core.AppendAsync(Block("d")).AsTask());
        core.DismissSightings();
        await core.AppendAsync(Block("d"));
    }

    [Fact]
    public async Task No_mutated_message_throws_or_changes_a_core()
    {
        var garbage = new Garbage(5);
        byte[][] messages = [.. Recorded.MessagesOf(false), .. Recorded.MessagesOf(true)];
        for (var round = 0; round < 200; round++)
        {
            using var side = await ReaderSideAsync();
            await side.HearAsync(Sync(0, 3));
            for (var i = 0; i < 50; i++)
            {
                if (await side.HearAsync(garbage.Mutate(messages[garbage.Next(messages.Length)])) == Receipt.Malformed)
                    break;
                await side.SpeakAsync();
            }
            Assert.True(side.Peer.Served.Core.Length is 0 or >= 3 and <= 7);
        }
    }

    private static byte[] Message(ulong type, Encoding encode)
    {
        using var buffer = new PooledBuffer();
        encode(buffer.Writer);
        return [1, (byte)type, .. buffer.Written];
    }

    private static byte[] Sync(ulong fork, ulong length, ulong acknowledged = 0) => Message(
        SyncMessage.Type,
        new SyncMessage((SyncFlags)0xf, fork, length, acknowledged).Encode);

    private static byte[] Request(RequestMessage request) => Message(RequestMessage.Type, request.Encode);

    private static byte[] OpenOf(Core core, bool fromInitiator)
    {
        using var buffer = new PooledBuffer();
        var capability = Caps.Capability(Recorded.Session.Get("handshakeHash").Hex, fromInitiator, core.Key);
        new ChannelHandshake(true, capability).Encode(buffer.Writer);
        byte[] name = [.. "hypercore/alpha"u8];
        return [0, 1, 1, (byte)name.Length, .. name, 32, .. core.DiscoveryKey.Bytes.ToArray(), .. buffer.Written];
    }

    private static List<RequestMessage> Requests(IEnumerable<MuxMessage> said) =>
        [.. said.Where(message => message.Channel != 0 && message.Type == RequestMessage.Type).Select(message =>
        {
            Assert.True(RequestMessage.TryDecode(message.Body.Span, out var request));
            return request;
        })];

    private static List<DataMessage> Data(IEnumerable<MuxMessage> said) =>
        [.. said.Where(message => message.Channel != 0 && message.Type == DataMessage.Type).Select(message =>
        {
            Assert.True(DataMessage.TryDecode(message.Body, out var data));
            return data;
        })];

    private static NoDataMessage NoData(MuxMessage message)
    {
        Assert.True(NoDataMessage.TryDecode(message.Body.Span, out var noData));
        return noData;
    }

    private static async Task<LoneSide> WriterSideAsync(params IEnumerable<string> blocks)
    {
        var side = new LoneSide(await WriterAsync(blocks), Recorded.SessionOf(false));
        await side.HearAsync(OpenOf(side.Peer.Served.Core, true));
        await side.HearAsync(Sync(0, side.Peer.Served.Core.Length));
        await side.SpeakAsync();
        return side;
    }

    /// <summary>A reader of the writer's core, at its length if one is given.</summary>
    private static async Task<LoneSide> ReaderSideAsync(
        Core? writer = null, bool blocks = true, TimeProvider? time = null, bool tells = true)
    {
        var core = await Core.OpenAsync(new MemoryCoreStore(), writer?.Key ?? (await WriterAsync("a")).Key);
        if (writer is not null)
            await core.UpgradeAsync(writer);
        for (var i = 0UL; blocks && i < writer?.Length; i++)
            await core.FetchAsync(writer, i);
        var side = new LoneSide(core, Recorded.SessionOf(false), time);
        await side.HearAsync(OpenOf(core, true));
        if (writer is not null && tells)
            await side.HearAsync(Sync(0, writer.Length, writer.Length));
        await side.SpeakAsync();
        return side;
    }
}
