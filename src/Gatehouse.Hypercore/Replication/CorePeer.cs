using System.Security.Cryptography;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Multiplexing;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Streams;

namespace Gatehouse.Hypercore.Replication;

/// <summary>How a peer is left.</summary>
internal enum PeerLeave
{
    /// <summary>It may be asked again after a pause.</summary>
    Pause,

    /// <summary>It is not talked to about this core again on this connection.</summary>
    Distrust,

    /// <summary>There is nothing more to say.</summary>
    Done,
}

/// <summary>What a peer tells its connection: that the other side has proven itself, and that it is over.</summary>
internal sealed record PeerHooks(Action Proven, Action<CorePeer, PeerLeave> Left);

/// <summary>
/// One core at one peer: writer and reader in one. What arrives changes what is known and wakes the voice
/// (<see cref="SpeakAsync"/>), which says what follows from it. Promises: nothing is said before the other side has
/// proven that it knows the core's key; what arrives is taken only as an answer to what was asked; what one peer holds
/// up is asked of another.
/// </summary>
internal sealed partial class CorePeer(ServedCore served, Session session, Mux mux, TimeProvider time, PeerHooks hooks)
    : MuxChannel(served.Name)
{
    private readonly Lock gate = new();
    private readonly Core core = served.Core;
    private readonly RemoteCore remote = new();
    private readonly AskedOfUs askedOfUs = new();
    private readonly AskedOfThem askedOfThem = new();
    private bool isOver;
    private bool mustRepeatSync, mustTellRange;
    private bool isUpgradeRefused; // until it says something new
    private Doubt doubt;
    private long doubtsSince;

    private enum Doubt
    {
        None,

        /// <summary>It sent a false proof: its whole history must be seen, for it may convict the signers.</summary>
        MustAsk,

        Asked,
    }

    public PublicKey Remote => session.Remote;

    public ServedCore Served => served;

    public void Wake() => mux.Wake(this);

    public override void WriteHandshake(CompactWriter writer) =>
        new ChannelHandshake(false, Caps.Capability(session.HandshakeHash.Span, session.IsInitiator, core.Key))
            .Encode(writer);

    public override Receipt Open(ReadOnlySpan<byte> handshake)
    {
        if (!ChannelHandshake.TryDecode(handshake, out var told))
            return Receipt.Malformed;
        Span<byte> expected = stackalloc byte[Bytes32.Size], actual = stackalloc byte[Bytes32.Size];
        Caps.Capability(session.HandshakeHash.Span, !session.IsInitiator, core.Key).CopyTo(expected);
        told.Capability.CopyTo(actual);
        if (!CryptographicOperations.FixedTimeEquals(expected, actual))
            return Receipt.NoCapability;
        hooks.Proven();
        bool isServed;
        lock (gate)
            isServed = !isOver && served.TryJoin(this);
        if (isServed)
            Wake();
        else
            Close();
        return Receipt.Taken;
    }

    public override void End(ChannelEnd end)
    {
        if (TryLeave())
            hooks.Left(this, end == ChannelEnd.Closed ? PeerLeave.Pause : PeerLeave.Done);
    }

    /// <summary>Ends the conversation from this side.</summary>
    public void Close(PeerLeave leave = PeerLeave.Done)
    {
        if (!TryLeave())
            return;
        mux.Close(this);
        hooks.Left(this, leave);
    }

    /// <summary>Gives up on a peer that owes an answer for that long.</summary>
    public void CloseIfSilent(TimeSpan silence)
    {
        lock (gate)
        {
            var since = askedOfThem.Oldest;
            if (doubt != Doubt.None)
                since = since < doubtsSince ? since : doubtsSince;
            if (isOver || since is not { } begin || time.GetElapsedTime(begin) < silence)
                return;
        }
        served.Report(this, PeerFault.NoAnswer);
        Close(PeerLeave.Pause);
    }

    private bool TryLeave()
    {
        lock (gate)
        {
            if (isOver)
                return false;
            isOver = true;
        }
        core.Claims.ReleaseAll(this);
        served.Leave(this);
        return true;
    }
}
