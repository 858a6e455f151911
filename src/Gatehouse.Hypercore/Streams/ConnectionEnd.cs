namespace Gatehouse.Hypercore.Streams;

/// <summary>Says why a connection is over.</summary>
public enum ConnectionEnd
{
    /// <summary>The other side closed it, between two frames.</summary>
    Closed,

    /// <summary>It broke: in the middle of a frame, or with an error of the network.</summary>
    Cut,

    /// <summary>This side ended it: cancelled, or the replicator was disposed.</summary>
    Stopped,

    /// <summary>An exception on this side: of the carrier, or by a bug.</summary>
    Failed,

    /// <summary>There was none: nobody answered at the address, or not in time.</summary>
    Unreachable,

    /// <summary>The handshake was not done in time.</summary>
    HandshakeTimedOut,

    /// <summary>The handshake was malformed or forged, or is of another protocol.</summary>
    HandshakeRefused,

    /// <summary>The other side is not the one that was dialled.</summary>
    AnotherPeer,

    /// <summary>The other side is not admitted here.</summary>
    NotAdmitted,

    /// <summary>Nothing arrived for too long, not even a sign of life.</summary>
    Silent,

    /// <summary>The other side did not read what was written to it.</summary>
    Stalled,

    /// <summary>A frame was forged, changed on its way or too large, or a message was malformed.</summary>
    Malformed,

    /// <summary>The other side asked for a core without knowing its key.</summary>
    NoCapability,
}
