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
    /// Told when a peer did what it should not have, on the thread that noticed. It neither waits nor throws.
    /// </summary>
    public Action<PeerReport>? Reported { get; init; }

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
