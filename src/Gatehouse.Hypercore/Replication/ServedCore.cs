using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Multiplexing;

namespace Gatehouse.Hypercore.Replication;

/// <summary>
/// A core that a replicator serves, and those who are being talked to about it. What changes in the core only wakes
/// them: each says what is to be said when its own connection can be written. Safe for use by several threads.
/// </summary>
internal sealed class ServedCore : IDisposable
{
    public const string Protocol = MuxOpen.CoreProtocol;

    private readonly Lock gate = new();
    private readonly Action<PeerReport> report;
    private readonly Action<CoreKey, Exception>? failed;
    private bool isRemoved;
    private volatile CorePeer[] peers = []; // replaced as a whole: waking needs no lock

    public ServedCore(Core core, Action<PeerReport> report, Action<CoreKey, Exception>? failed)
    {
        Core = core;
        this.report = report;
        this.failed = failed;
        Name = new ChannelName(Protocol, core.DiscoveryKey.Bytes);
        core.Subscribe(OnChange);
    }

    public Core Core { get; }

    public ChannelName Name { get; }

    /// <summary>Whether every block is fetched here, or only those that somebody waits for.</summary>
    public bool WantsAll { get; set; } = true;

    public int Peers => peers.Length;

    /// <summary>False when the core was removed meanwhile.</summary>
    public bool TryJoin(CorePeer peer)
    {
        lock (gate)
        {
            if (isRemoved)
                return false;
            peers = [.. peers, peer];
            return true;
        }
    }

    public void Leave(CorePeer peer)
    {
        lock (gate)
            peers = Array.FindAll(peers, other => other != peer);
        WakeAll(); // what it was asked for may be asked of another
    }

    public void WakeAll(CorePeer? but = null)
    {
        foreach (var peer in peers)
        {
            if (peer != but)
                peer.Wake();
        }
    }

    public void Report(CorePeer peer, PeerFault fault) => report(new PeerReport(Core.Key, peer.Remote, fault));

    public void Fail(Exception exception) => failed?.Invoke(Core.Key, exception);

    public void Dispose()
    {
        lock (gate)
            isRemoved = true;
        Core.Unsubscribe(OnChange);
    }

    private void OnChange(CoreChange change) => WakeAll();
}
