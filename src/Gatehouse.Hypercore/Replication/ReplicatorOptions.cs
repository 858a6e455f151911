using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Streams;

namespace Gatehouse.Hypercore.Replication;

/// <summary>Configures a replicator.</summary>
public sealed record ReplicatorOptions
{
    /// <summary>Limits each connection.</summary>
    public StreamLimits Limits { get; init; } = new();

    /// <summary>
    /// Decides, by the public key it has proven to hold, whether a peer is talked to at all. Default: everybody is; who
    /// doesn't know the key of a core gets nothing from it in any case. It is called on many threads and must not wait.
    /// </summary>
    public Func<PublicKey, bool>? Admits { get; init; }

    /// <summary>
    /// Whether each peer is told of every core. If not, a core is spoken of with those alone who ask for it, who know
    /// its key: a peer doesn't learn what else is here, and a connection costs what it is used for. Default: true.
    /// </summary>
    public bool SpeaksFirst { get; init; } = true;

    /// <summary>
    /// Told when a peer asks for a core that isn't here, on the thread that reads; of the same core once in ten seconds on one
    /// connection. If it is added while the connection lives, they are answered then. It neither waits nor throws.
    /// </summary>
    public Action<DiscoveryKey>? Missed { get; init; }

    /// <summary>
    /// Told when a peer did what it should not have, on the thread that noticed. It neither waits nor throws.
    /// </summary>
    public Action<PeerReport>? Reported { get; init; }

    /// <summary>
    /// Told when a core could not be replicated because its store failed, or by a bug. With this peer it is tried again
    /// after a pause of 1 to 60 seconds; the connection and its other cores go on. It neither waits nor throws.
    /// </summary>
    public Action<CoreKey, Exception>? Failed { get; init; }

    /// <summary>The clock of all time limits.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>Says which blocks of a core are fetched.</summary>
public enum Download
{
    /// <summary>All of them, as they come.</summary>
    Everything,

    /// <summary>Those that somebody waits for.</summary>
    OnDemand,
}
