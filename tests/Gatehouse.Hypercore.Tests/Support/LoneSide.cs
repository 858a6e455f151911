using Gatehouse.Hypercore.Multiplexing;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Streams;

namespace Gatehouse.Hypercore.Tests.Support;

/// <summary>
/// One side of a conversation about one core, without a connection: what it is told and what it says.
/// </summary>
internal sealed class LoneSide : IDisposable
{
    private readonly byte[] key = new byte[Sodium.StreamKeyBytes];
    private readonly byte[] unsealing = new byte[Sodium.StreamStateBytes];
    private readonly FrameWriter writer;
    private readonly ServedCore served;

    public LoneSide(Core core, Session session, TimeProvider? time = null)
    {
        var sealing = new byte[Sodium.StreamStateBytes];
        var header = new byte[Sodium.StreamHeaderBytes];
        Sodium.StreamInitPush(sealing, header, key);
        Sodium.StreamInitPull(unsealing, header, key);
        writer = new FrameWriter(sealing);
        served = new ServedCore(core, report => Reports.Add(report), null);
        var reopening = new Reopening(time ?? TimeProvider.System);
        var hooks = new PeerHooks(
            () => IsProven = true, (_, leave) => Leave = leave, peer => reopening.TryShow(peer.Name));
        Mux = new Mux(_ => NewPeer());
        Peer = NewPeer();
        Assert.True(Mux.TryOpen(Peer));

        CorePeer NewPeer() => new(served, session, Mux!, time ?? TimeProvider.System, hooks);
    }

    public Mux Mux { get; }

    public CorePeer Peer { get; }

    public List<PeerReport> Reports { get; } = [];

    /// <summary>The most bytes that were sealed before any was written.</summary>
    public int MostPending { get; private set; }

    public bool IsProven { get; private set; }

    public PeerLeave? Leave { get; private set; }

    public ValueTask<Receipt> HearAsync(byte[] message) => Mux.ReceiveAsync(message, CancellationToken.None);

    /// <summary>All that is to be said now.</summary>
    public async Task<IReadOnlyList<MuxMessage>> SpeakAsync()
    {
        List<MuxMessage> said = [];
        bool hasMore;
        do
        {
            hasMore = await Mux.SpeakAsync(writer, CancellationToken.None);
            MostPending = Math.Max(MostPending, writer.PendingBytes);
            for (var rest = writer.Pending; !rest.IsEmpty;)
            {
                var length = FrameFormat.ReadLength(rest.Span);
                var text = new byte[length - Sodium.StreamOverheadBytes];
                Assert.True(Sodium.TryStreamPull(unsealing, text, rest.Span.Slice(3, length), out _));
                Assert.True(MuxMessage.TryDecode(text, out var message));
                said.Add(message);
                rest = rest[(3 + length)..];
            }
            writer.Clear();
        }
        while (hasMore);
        return said;
    }

    public void Dispose()
    {
        served.Dispose();
        writer.Dispose();
    }
}
