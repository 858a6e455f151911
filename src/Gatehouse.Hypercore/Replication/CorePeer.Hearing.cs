using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Multiplexing;
using Gatehouse.Hypercore.Replication.Messages;

namespace Gatehouse.Hypercore.Replication;

// What arrives. Malformed bytes end the connection; false proofs end the conversation about this core.
internal sealed partial class CorePeer
{
    public override async ValueTask<Receipt> ReceiveAsync(
        ulong type, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        try
        {
            return await HearAsync(type, body, cancellationToken);
        }
        catch (Exception exception) when (IsFailure(exception, cancellationToken))
        {
            Fail(exception);
            return Receipt.Taken;
        }
    }

    private ValueTask<Receipt> HearAsync(
        ulong type, ReadOnlyMemory<byte> body, CancellationToken cancellationToken) => type switch
    {
        SyncMessage.Type => new(OnSync(body.Span)),
        RequestMessage.Type => new(OnRequest(body.Span)),
        CancelMessage.Type => new(OnCancel(body.Span)),
        DataMessage.Type => OnDataAsync(body, cancellationToken),
        NoDataMessage.Type => new(OnNoData(body.Span)),
        WantMessage.Type => new(OnWant(body.Span)),
        BitfieldMessage.Type => new(OnBitfield(body.Span)),
        RangeMessage.Type => new(OnRange(body.Span)),
        _ => new(Receipt.Taken), // unwant, extensions, and what newer peers say
    };

    private Receipt OnSync(ReadOnlySpan<byte> body)
    {
        if (!SyncMessage.TryDecode(body, out var sync))
            return Receipt.Malformed;
        bool isNewFork;
        var length = core.Length;
        lock (gate)
        {
            isNewFork = sync.Fork != 0 && !hasForked;
            hasForked |= isNewFork;
            remote.Apply(sync);
            isUpgradeRefused = false;
            // Who is behind asks for nothing until it has heard its own length from us.
            mustRepeatSync |= sync.Fork == 0 && length > sync.Length;
        }
        if (isNewFork)
            served.Report(this, PeerFault.Fork);
        if (core.IsWritable && sync.Fork == 0 && sync.Length > length)
            core.Sightings.Add(session.Remote, sync.Length);
        if (sync.Fork == 0)
            core.OnClaim(sync.Length); // after the sighting: who sees the one sees the other
        Wake();
        return Receipt.Taken;
    }

    private Receipt OnRequest(ReadOnlySpan<byte> body)
    {
        if (!RequestMessage.TryDecode(body, out var request))
            return Receipt.Malformed;
        lock (gate)
        {
            if (!askedOfUs.TryAdd(request))
                return Receipt.Malformed;
        }
        Wake();
        return Receipt.Taken;
    }

    private Receipt OnCancel(ReadOnlySpan<byte> body)
    {
        if (!CancelMessage.TryDecode(body, out var cancel))
            return Receipt.Malformed;
        lock (gate)
            askedOfUs.Cancel(cancel.Request);
        return Receipt.Taken;
    }

    private Receipt OnWant(ReadOnlySpan<byte> body)
    {
        if (!WantMessage.TryDecode(body, out _))
            return Receipt.Malformed;
        lock (gate)
            mustTellRange = true;
        Wake();
        return Receipt.Taken;
    }

    private Receipt OnRange(ReadOnlySpan<byte> body)
    {
        if (!RangeMessage.TryDecode(body, out var range))
            return Receipt.Malformed;
        lock (gate)
            remote.Apply(range);
        Wake();
        return Receipt.Taken;
    }

    private Receipt OnBitfield(ReadOnlySpan<byte> body)
    {
        if (!BitfieldMessage.TryDecode(body, out var bitfield))
            return Receipt.Malformed;
        lock (gate)
            remote.Apply(bitfield);
        Wake();
        return Receipt.Taken;
    }

    private Receipt OnNoData(ReadOnlySpan<byte> body)
    {
        if (!NoDataMessage.TryDecode(body, out var noData))
            return Receipt.Malformed;
        if (noData.Request == 0)
        {
            EndDoubt();
            return Receipt.Taken;
        }
        if (TryTake(noData.Request, out var request))
            OnRefusal(request);
        return Receipt.Taken;
    }

    private async ValueTask<Receipt> OnDataAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (!DataMessage.TryDecode(body, out var data))
            return Receipt.Malformed;
        if (data.Request == 0)
            return await OnHistoryAsync(data, cancellationToken);
        if (!TryTake(data.Request, out var request))
            return Receipt.Taken; // too late: it was cancelled, or asked before this conversation
        if (data is { Block: null, Hash: null, Upgrade: null, Manifest: null })
        {
            OnRefusal(request);
            return Receipt.Taken;
        }
        var verdict = Verdict.Refused;
        try
        {
            if (data.Answers(request))
                verdict = await core.AcceptAsync(data, cancellationToken);
        }
        finally
        {
            Release(request);
        }
        if (verdict is Verdict.Refused)
            OnFalseProof();
        if (verdict is Verdict.TooLong)
            RefuseUpgrades();
        if (verdict is Verdict.Unsupported)
            OnUnsupported();
        if (verdict is Verdict.Conflict)
            served.Report(this, PeerFault.TwoHistories);
        if (verdict is Verdict.Late && data.Block is { } late && !core.Has(late.Index))
            Remember(late.Index); // another process came between: it may be asked for again
        // The change has woken the others while the claim was still ours.
        if (request.Upgrade is not null || request.Manifest || verdict != Verdict.Accepted || data.Block is null)
            served.WakeAll(but: this);
        Wake();
        return Receipt.Taken;
    }

    /// <summary>
    /// A proof from nothing, sent to convict: asked for when something was false, or told to everybody.
    /// </summary>
    private async ValueTask<Receipt> OnHistoryAsync(DataMessage data, CancellationToken cancellationToken)
    {
        if (core.Length == 0 || data.Upgrade is not { Start: 0 })
            return Receipt.Taken;
        if (!hooks.MayShow(this))
        {
            Close(PeerLeave.Distrust);
            return Receipt.Taken;
        }
        if (await core.AcceptAsync(data, cancellationToken) == Verdict.Conflict)
            served.Report(this, PeerFault.TwoHistories);
        else
            EndDoubt();
        return Receipt.Taken;
    }

    private void OnFalseProof()
    {
        served.Report(this, PeerFault.FalseProof);
        core.Sightings.Disprove(session.Remote);
        bool hasHistory;
        lock (gate)
        {
            hasHistory = core.Length > 0 && remote.Length > 0;
            if (hasHistory && doubt == Doubt.None)
                (doubt, doubtsSince) = (Doubt.MustAsk, time.GetTimestamp());
        }
        if (!hasHistory)
            Close(PeerLeave.Distrust);
    }

    private void OnUnsupported()
    {
        served.Report(this, PeerFault.Unsupported);
        Close(PeerLeave.Distrust); // which no other peer could do better: none tells another manifest
    }

    private void EndDoubt()
    {
        lock (gate)
        {
            if (doubt == Doubt.None)
                return;
        }
        Close(PeerLeave.Distrust);
    }

    private bool TryTake(ulong id, out RequestMessage request)
    {
        lock (gate)
            return askedOfThem.TryTake(id, time.GetTimestamp(), out request);
    }

    private void OnRefusal(in RequestMessage request)
    {
        if (request.Upgrade is not null || request.Manifest)
        {
            RefuseUpgrades();
        }
        else if (request.Block is { } block)
        {
            lock (gate)
                remote.Apply(new RangeMessage(true, block.Index, 1)); // until it says that it has it
        }
        // No disproof of a length: a reader on demand has it and lacks the nodes that we need.
        Release(request);
        served.WakeAll();
    }

    private void Remember(ulong index)
    {
        lock (gate)
            remote.Apply(new RangeMessage(false, index, 1));
    }

    private void RefuseUpgrades()
    {
        lock (gate)
            isUpgradeRefused = true;
    }

    private void Release(in RequestMessage request)
    {
        if (request.Upgrade is not null || request.Manifest)
            core.Claims.ReleaseUpgrade(this);
        if (request.Block is { } block)
            core.Claims.ReleaseBlock(this, block.Index);
    }
}
