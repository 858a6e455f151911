using Gatehouse.Hypercore.Keys;

namespace Gatehouse.Hypercore.Replication;

/// <summary>Says what a peer did that it should not have.</summary>
public enum PeerFault
{
    /// <summary>It says that the core was cut back and written anew, which is not followed here.</summary>
    Fork,

    /// <summary>It sent something that is not proven by the core's signers, or that was not asked for.</summary>
    FalseProof,

    /// <summary>It proved that the core's signers signed two histories: the core is frozen now.</summary>
    TwoHistories,

    /// <summary>It did not answer in time.</summary>
    NoAnswer,

    /// <summary>
    /// Nothing: the core's manifest allows patches or has a prologue, which isn't read here. The peer told the truth, and
    /// isn't talked to about this core again on this connection.
    /// </summary>
    Unsupported,
}

/// <summary>Is an alarm about one core at one peer.</summary>
public readonly record struct PeerReport(CoreKey Core, PublicKey Remote, PeerFault Fault);
