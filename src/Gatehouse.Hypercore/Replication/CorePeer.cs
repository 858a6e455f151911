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
    /// <summary>It is not talked to about this core until a pause is over.</summary>
    Pause,

    /// <summary>It has left: it may come back when it likes, and is asked to after a pause.</summary>
    Closed,

    /// <summary>It is not talked to about this core again on this connection.</summary>
    Distrust,

    /// <summary>There is nothing more to say.</summary>
    Done,
}

/// <summary>
/// What a peer tells its connection: that the other side has proven itself, and that it is over. And what it asks:
/// whether one more history may be shown.
/// </summary>
internal sealed record PeerHooks(Action Proven, Action<CorePeer, PeerLeave> Left, Func<CorePeer, bool> MayShow);

/// <summary>
/// One core at one peer: writer and reader in one. What arrives changes what is known and wakes the voice
/// (<see cref="SpeakAsync"/>), which says what follows from it. Promises: nothing is said before the other side has
/// proven that it knows the core's key; what arrives is taken only as an answer to what was asked; what one peer holds
/// up is asked of another.
/// </summary>
internal sealed partial class CorePeer(ServedCore served, Session session, Mux mux, TimeProvider time, PeerHooks hooks)
    : MuxChannel(served.Name)
{
    private const int Promptness = 10; // so much sooner than it is given up a peer counts as late

    private readonly Lock gate = new();
    private readonly Core core = served.Core;
    private readonly RemoteCore remote = new();
    private readonly AskedOfUs askedOfUs = new();
    private readonly AskedOfThem askedOfThem = new();
    private bool isOver;
    private bool mustRepeatSync, mustTellRange;
    private bool isUpgradeRefused; // until it says something new
    private bool hasForked; // told once: it may say so in turn with the opposite, a million times a second
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
            hooks.Left(this, end == ChannelEnd.Closed ? PeerLeave.Closed : PeerLeave.Done);
    }

    /// <summary>Ends the conversation from this side.</summary>
    public void Close(PeerLeave leave = PeerLeave.Done)
    {
        if (!TryLeave())
            return;
        mux.Close(this);
        hooks.Left(this, leave);
    }

    /// <summary>
    /// A store failed, or a bug was met: this conversation ends and is begun again later. The connection is not at
    /// fault, nor are the other cores on it.
    /// </summary>
    private void Fail(Exception exception)
    {
        served.Fail(exception);
        Close(PeerLeave.Pause);
    }

    private static bool IsFailure(Exception exception, CancellationToken cancellationToken) =>
        exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested;

    /// <summary>
    /// Gives up on a peer that owes an answer for too long. One that is late already holds up nobody: what it was asked
    /// for may be asked of another as well.
    /// </summary>
    /// <param name="partAt">When a part of a large frame arrived last: the answer may be in it, or behind it.</param>
    public void CloseIfSilent(StreamLimits limits, long partAt)
    {
        var waited = Waited();
        if (waited < limits.Silence / Promptness)
        {
            core.Claims.Keep(this);
            return;
        }
        if (waited < limits.Silence || (time.GetElapsedTime(partAt) < limits.Silence && waited < limits.LongestAnswer))
        {
            if (core.Claims.Share(this))
                served.WakeAll(but: this);
            return;
        }
        served.Report(this, PeerFault.NoAnswer);
        Close(PeerLeave.Pause);
    }

    private TimeSpan Waited()
    {
        lock (gate)
        {
            var since = askedOfThem.Oldest;
            if (doubt != Doubt.None)
                since = since < doubtsSince ? since : doubtsSince;
            return isOver || since is not { } begin ? TimeSpan.Zero : time.GetElapsedTime(begin);
        }
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
