using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Streams;
using Gatehouse.Hypercore.Tests.Support;
using static Gatehouse.Hypercore.Tests.Support.Cores;

namespace Gatehouse.Hypercore.Tests.Replication;

// What is waited for, and for how long.
public sealed partial class PeerTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_a_block_that_nobody_tells_of_a_peer_is_asked_once_whether_it_has_it(bool wantsAll)
    {
        var writer = await WriterAsync(Enumerable.Range(0, 600).Select(i => $"{i}"));
        using var side = await ReaderSideAsync(writer, blocks: false, tells: false);
        var core = side.Peer.Served.Core;
        side.Peer.Served.WantsAll = wantsAll;
        using var impatience = new CancellationTokenSource();
        var waiting = wantsAll ? Task.CompletedTask : core.GetAsync(301, impatience.Token).AsTask();
        await side.HearAsync(Sync(0, 600, 600));

        var said = await side.SpeakAsync();
        await side.HearAsync(Sync(0, 600, 600));
        Assert.DoesNotContain(await side.SpeakAsync(), message => message.Type == WantMessage.Type);
        await side.HearAsync([1, BitfieldMessage.Type, 0, 19, .. Enumerable.Repeat((byte)0xaa, 76)]);

        var want = Assert.Single(said, message => message.Type == WantMessage.Type);
        Assert.Equal("00fd0080", Convert.ToHexStringLower(want.Body.Span));
        var requests = Requests(await side.SpeakAsync());
        var expected = wantsAll ? Enumerable.Range(0, AskedOfThem.Max).Select(i => (2 * (ulong)i) + 1) : [301UL];
        Assert.Equal(expected, requests.Select(request => request.Block!.Value.Index));
        await impatience.CancelAsync();
        if (!wantsAll)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_answers_all_but_one_question_is_left(bool answersTheOthers)
    {
        var time = new ManualTime();
        var writer = await WriterAsync(Enumerable.Range(0, 200).Select(i => $"{i}"));
        using var side = await ReaderSideAsync(writer, blocks: false, time);
        await side.HearAsync(Message(RangeMessage.Type, new RangeMessage(false, 0, 200).Encode));
        Queue<RequestMessage> open = new(Requests(await side.SpeakAsync()));
        open.Dequeue(); // never answered
        for (var second = 0; second < 30; second++)
        {
            Assert.Null(side.Leave);
            var id = answersTheOthers ? open.Dequeue().Id : 65;
            await side.HearAsync(Message(NoDataMessage.Type, new NoDataMessage(id, 1).Encode));
            Requests(await side.SpeakAsync()).ForEach(open.Enqueue);
            time.Advance(TimeSpan.FromSeconds(1));
            side.Peer.CloseIfSilent(new StreamLimits(), 0);
        }

        Assert.Equal(PeerLeave.Pause, side.Leave);
        Assert.Equal(PeerFault.NoAnswer, Assert.Single(side.Reports).Fault);
    }

    [Fact]
    public async Task Who_answers_slowly_but_in_order_is_not_left()
    {
        var time = new ManualTime();
        var writer = await WriterAsync(Enumerable.Range(0, 64).Select(i => $"{i}"));
        using var side = await ReaderSideAsync(writer, blocks: false, time);
        await side.HearAsync(Message(RangeMessage.Type, new RangeMessage(false, 0, 64).Encode));
        foreach (var request in Requests(await side.SpeakAsync()))
        {
            time.Advance(TimeSpan.FromSeconds(20));
            side.Peer.CloseIfSilent(new StreamLimits(), 0);
            await side.HearAsync([1, 3, .. await writer.ProofAsync(request)]);
        }
        Assert.Null(side.Leave);
    }

    [Fact]
    public async Task Whose_answer_is_on_its_way_is_waited_for_but_not_for_ever()
    {
        var time = new ManualTime();
        using var side = await ReaderSideAsync(time: time);
        await side.HearAsync(Sync(0, 3));
        await side.SpeakAsync();
        var limits = new StreamLimits { MaxFrameBytes = 1 << 20 };
        for (var second = 1; second < 17 * 30; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            side.Peer.CloseIfSilent(limits, time.GetTimestamp());
            Assert.Null(side.Leave);
        }

        time.Advance(TimeSpan.FromSeconds(1));
        side.Peer.CloseIfSilent(limits, time.GetTimestamp());

        Assert.Equal(PeerLeave.Pause, side.Leave);
    }

    [Fact]
    public async Task Who_claims_much_and_answers_nothing_holds_up_nobody_else()
    {
        var time = new ManualTime();
        var writer = await WriterAsync("a", "b", "c");
        using var liar = await ReaderSideAsync(writer, time: time);
        var core = liar.Peer.Served.Core;
        using var honest = new LoneSide(core, Recorded.SessionOf(false), time);
        await honest.HearAsync(OpenOf(core, true));
        await honest.HearAsync(Sync(0, 3, 3));
        await honest.SpeakAsync();
        for (var i = 0; i < 3; i++)
        {
            await writer.AppendAsync(Block("more"));
            await liar.HearAsync(Sync(0, 1000, core.Length));
            await liar.SpeakAsync(); // asks, and is first
            await honest.HearAsync(Sync(0, writer.Length, core.Length));
            if (i == 0)
            {
                Assert.Empty(Requests(await honest.SpeakAsync()));
                time.Advance(TimeSpan.FromSeconds(3));
                liar.Peer.CloseIfSilent(new StreamLimits(), 0);
            }

            honest.Peer.Wake();
            foreach (var request in Requests(await honest.SpeakAsync()))
                await honest.HearAsync([1, 3, .. await writer.ProofAsync(request)]);

            Assert.Equal(writer.Length, core.Length);
            Assert.Null(liar.Leave);
            Assert.Empty(Requests(await liar.SpeakAsync()));
        }
    }

    [Fact]
    public async Task Where_a_frame_that_was_arriving_stands_still_it_is_waited_for_no_more()
    {
        var time = new ManualTime();
        using var side = await ReaderSideAsync(time: time);
        await side.HearAsync(Sync(0, 3));
        await side.SpeakAsync();
        time.Advance(TimeSpan.FromSeconds(25));
        var partAt = time.GetTimestamp();
        time.Advance(TimeSpan.FromSeconds(29));
        side.Peer.CloseIfSilent(new StreamLimits(), partAt);
        Assert.Null(side.Leave);

        time.Advance(TimeSpan.FromSeconds(1));
        side.Peer.CloseIfSilent(new StreamLimits(), partAt);

        Assert.Equal(PeerLeave.Pause, side.Leave);
    }

    [Fact]
    public async Task A_block_that_is_not_to_be_had_hides_no_other()
    {
        var writer = await WriterAsync("a", "b", "c");
        using var side = await ReaderSideAsync(writer, blocks: false);
        var core = side.Peer.Served.Core;
        side.Peer.Served.WantsAll = false;
        await side.HearAsync(Message(RangeMessage.Type, new RangeMessage(false, 0, 3).Encode));
        _ = core.GetAsync(2).AsTask();
        var request = Assert.Single(Requests(await side.SpeakAsync()));
        await side.HearAsync(Message(NoDataMessage.Type, new NoDataMessage(request.Id, 1).Encode));
        var waiting = core.GetAsync(1).AsTask();
        side.Peer.Wake();

        request = Assert.Single(Requests(await side.SpeakAsync()));
        await side.HearAsync([1, 3, .. await writer.ProofAsync(request)]);

        Assert.Equal("b"u8.ToArray(), (await waiting).ToArray());
    }

    [Fact]
    public async Task Few_large_answers_wait_to_be_written_at_once()
    {
        using var side = await WriterSideAsync(Enumerable.Repeat(new string('x', 100_000), 16));
        for (var i = 0UL; i < 16; i++)
            await side.HearAsync(Request(new() { Id = i + 1, Block = new(i, 0) }));

        Assert.Equal(16, Data(await side.SpeakAsync()).Count);

        Assert.InRange(side.MostPending, 100_000, 200_000);
    }
}
