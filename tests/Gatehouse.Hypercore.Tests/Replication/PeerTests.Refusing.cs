using Gatehouse.Hypercore.Manifests;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Tests.Support;
using static Gatehouse.Hypercore.Tests.Support.Cores;

namespace Gatehouse.Hypercore.Tests.Replication;

// What is not taken, and whom that is blamed on.
public sealed partial class PeerTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task A_core_whose_rules_are_not_kept_here_is_left_and_nobody_has_lied(ulong length)
    {
        Assert.True(Manifest.TryDecode(Vectors.Load("07-multisig").Get("patch").Get("manifest").Hex, out var patched));
        var core = await Core.OpenAsync(new MemoryCoreStore(), patched.Key);
        using var side = new LoneSide(core, Recorded.SessionOf(false));
        await side.HearAsync(OpenOf(core, true));
        await side.HearAsync(Sync(0, length));
        var request = Assert.Single(Requests(await side.SpeakAsync()));
        Assert.True(request.Manifest);
        var writer = await WriterAsync("a", "b", "c");
        var proof = await writer.ProofAsync(request);

        await side.HearAsync([1, 3, .. proof[..^writer.Manifest!.Encoded.Length], .. patched.Encoded]);

        Assert.Equal(PeerFault.Unsupported, Assert.Single(side.Reports).Fault);
        Assert.Equal(PeerLeave.Distrust, side.Leave);
        Assert.Null(core.Manifest);
        Assert.Null(await core.Store.ReadHeadAsync(core.Key, Never));
    }

    [Fact]
    public async Task A_length_that_is_not_wanted_is_asked_for_again_after_news_only()
    {
        var writer = await WriterAsync("a", "b", "c");
        using var side = await ReaderSideAsync();
        side.Peer.Served.Core.MaxLength = 3;
        await side.HearAsync(Sync(0, 3));
        var request = Assert.Single(Requests(await side.SpeakAsync()));
        await writer.AppendAsync(Block("d"));

        await side.HearAsync([1, 3, .. await writer.ProofAsync(request)]);

        Assert.Empty(Requests(await side.SpeakAsync()));
        Assert.Empty(side.Reports);
        Assert.Equal(0UL, side.Peer.Served.Core.Length);
        side.Peer.Served.Core.MaxLength = 4;
        await side.HearAsync(Sync(0, 4));
        Assert.Single(Requests(await side.SpeakAsync()));
    }

    [Fact]
    public async Task A_forged_length_that_is_not_wanted_is_a_false_proof()
    {
        var writer = await WriterAsync("a", "b", "c");
        using var side = await ReaderSideAsync();
        side.Peer.Served.Core.MaxLength = 3;
        await side.HearAsync(Sync(0, 3));
        var request = Assert.Single(Requests(await side.SpeakAsync()));
        await writer.AppendAsync(Block("d"));
        var forged = new Forgery(await writer.ProofAsync(request));
        forged.Additional[0] = forged.Additional[0] with { Size = 1000 };

        await side.HearAsync([1, 3, .. forged.Encode()]);

        Assert.Empty(Requests(await side.SpeakAsync()));
        Assert.Equal(PeerFault.FalseProof, Assert.Single(side.Reports).Fault);
        Assert.Equal(PeerLeave.Distrust, side.Leave);
    }
}
