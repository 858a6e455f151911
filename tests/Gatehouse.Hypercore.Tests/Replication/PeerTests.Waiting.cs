using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Tests.Support;
using static Gatehouse.Hypercore.Tests.Support.Cores;

namespace Gatehouse.Hypercore.Tests.Replication;

// What is waited for, and for how long.
public sealed partial class PeerTests
{
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
            side.Peer.CloseIfSilent(TimeSpan.FromSeconds(30));
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
            side.Peer.CloseIfSilent(TimeSpan.FromSeconds(30));
            await side.HearAsync([1, 3, .. await writer.ProofAsync(request)]);
        }
        Assert.Null(side.Leave);
    }

    [Fact]
    public async Task A_block_that_is_not_to_be_had_hides_no_other()
    {
        var writer = await WriterAsync("a", "b", "c");
        using var side = await ReaderSideAsync(writer, blocks: false);
        var core = side.Peer.Served.Core;
        core.Claims.WantsAll = false;
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
