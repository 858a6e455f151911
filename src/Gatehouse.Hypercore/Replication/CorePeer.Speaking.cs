using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Multiplexing;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Streams;

namespace Gatehouse.Hypercore.Replication;

// What is said: where we stand, then answers, then questions. Only the one who writes the connection comes here.
internal sealed partial class CorePeer
{
    private const int TurnLength = 16; // messages of a kind, until another core is heard
    private const ulong RangeStep = 256; // blocks: telling of each would cost as much as fetching small ones

    private SyncMessage? saidSync;
    private ulong saidContiguous;

    public override async ValueTask<bool> SpeakAsync(FrameWriter writer, CancellationToken cancellationToken)
    {
        try
        {
            return await SayAsync(writer, cancellationToken);
        }
        catch (Exception exception) when (IsFailure(exception, cancellationToken))
        {
            writer.Abandon();
            Fail(exception);
            return false;
        }
    }

    private async ValueTask<bool> SayAsync(FrameWriter writer, CancellationToken cancellationToken)
    {
        if (core.IsFrozen)
        {
            await SayFrozenAsync(writer, cancellationToken);
            return false;
        }
        SayWhereWeStand(writer);
        if (IsInDoubt(writer))
            return false;
        var hasMore = await AnswerAsync(writer, cancellationToken);
        return await AskAsync(writer, cancellationToken) || hasMore;
    }

    private void SayWhereWeStand(FrameWriter writer)
    {
        SyncMessage? sync = null;
        var contiguous = core.ContiguousLength;
        bool isFirst, tellsRange;
        lock (gate)
        {
            isFirst = saidSync is null;
            var now = WhereWeStand(contiguous);
            if (now != saidSync || mustRepeatSync)
                sync = saidSync = now;
            tellsRange = contiguous > 0 && (mustTellRange || IsWorthTelling(contiguous));
            mustRepeatSync = mustTellRange = false;
            if (tellsRange)
                saidContiguous = contiguous;
        }
        // Blocks before the length that has them: whoever hears of the length asks for its last block at once.
        if (isFirst)
            SaySync(writer, sync);
        if (tellsRange)
        {
            new RangeMessage(false, 0, contiguous).Encode(Begin(writer, RangeMessage.Type).Writer);
            writer.End();
        }
        if (!isFirst)
            SaySync(writer, sync);
    }

    private bool IsWorthTelling(ulong contiguous) =>
        contiguous > saidContiguous
        && (contiguous == core.Length || (contiguous - saidContiguous >= RangeStep && remote.Contiguous < contiguous));

    private SyncMessage WhereWeStand(ulong contiguous)
    {
        var length = core.Length;
        var flags = SyncFlags.Uploading | SyncFlags.Downloading;
        if (contiguous >= length)
            flags |= SyncFlags.CanUpgrade; // who has holes may miss a node of the proof
        if (core.Manifest is not null)
            flags |= SyncFlags.HasManifest;
        return new SyncMessage(flags, 0, length, remote.Sync is { Fork: 0 } sync ? sync.Length : 0);
    }

    private void SaySync(FrameWriter writer, SyncMessage? sync)
    {
        if (sync is not { } message)
            return;
        message.Encode(Begin(writer, SyncMessage.Type).Writer);
        writer.End();
    }

    /// <summary>
    /// Shows what convicts the signers, to everybody who would believe them, and ends. Both histories: whoever holds
    /// one of them is convinced by the other.
    /// </summary>
    private async ValueTask SayFrozenAsync(FrameWriter writer, CancellationToken cancellationToken)
    {
        if (await core.ReadEvidenceAsync(cancellationToken) is { } evidence)
        {
            foreach (var history in new[] { evidence.Ours, evidence.Theirs })
            {
                Begin(writer, DataMessage.Type).Writer.WriteFixed(history.Span);
                writer.End();
            }
        }
        Close();
    }

    private bool IsInDoubt(FrameWriter writer)
    {
        ulong length;
        lock (gate)
        {
            if (doubt != Doubt.MustAsk)
                return doubt != Doubt.None;
            doubt = Doubt.Asked;
            doubtsSince = time.GetTimestamp();
            length = Math.Min(core.Length, remote.Length);
        }
        var request = new RequestMessage { Upgrade = new UpgradeRequest(0, length) };
        request.Encode(Begin(writer, RequestMessage.Type).Writer);
        writer.End();
        return true;
    }

    private async ValueTask<bool> AnswerAsync(FrameWriter writer, CancellationToken cancellationToken)
    {
        for (var i = 0; i < TurnLength; i++)
        {
            if (writer.PendingBytes >= Mux.EnoughBytes)
                return true; // an answer may be large: the next is made when this one is written
            RequestMessage request;
            lock (gate)
            {
                if (isOver || !askedOfUs.TryTake(out request))
                    return false;
            }
            var output = Begin(writer, DataMessage.Type);
            var answer = await core.ProveAsync(request, output, cancellationToken);
            if (answer != Answer.Proof)
            {
                writer.Abandon();
                var reason = answer == Answer.Invalid ? NoDataMessage.Invalid : NoDataMessage.NotAvailable;
                new NoDataMessage(request.Id, reason).Encode(Begin(writer, NoDataMessage.Type).Writer);
            }
            writer.End();
        }
        return true;
    }

    private async ValueTask<bool> AskAsync(FrameWriter writer, CancellationToken cancellationToken)
    {
        for (var i = 0; i < TurnLength; i++)
        {
            if (i > 0 && writer.PendingBytes >= Mux.EnoughBytes)
                return true;
            if (!TryPlan(out var request))
            {
                SayWants(writer);
                return false;
            }
            if (request is { Upgrade: null, Block: { } block })
            {
                var nodes = await core.CountMissingAsync(block.Index, cancellationToken);
                request = request with { Block = block with { Nodes = nodes } };
            }
            request.Encode(Begin(writer, RequestMessage.Type).Writer);
            writer.End();
        }
        return true;
    }

    private bool TryPlan(out RequestMessage request)
    {
        lock (gate)
        {
            request = default;
            if (isOver || askedOfThem.IsFull || remote.Sync is not { Fork: 0 } sync)
                return false;
            if (!TryPlanUpgrade(sync, out request)
                && !TryPlanManifest(sync, out request)
                && !TryPlanBlock(out request))
            {
                return false;
            }
            request = askedOfThem.Add(request, time.GetTimestamp());
            return true;
        }
    }

    private bool TryPlanUpgrade(SyncMessage sync, out RequestMessage request)
    {
        request = default;
        if (isUpgradeRefused || (sync.Flags & SyncFlags.CanUpgrade) == SyncFlags.None || sync.Length <= core.Length
            || sync.Length > core.MaxLength || !core.Claims.TryClaimUpgrade(this))
        {
            return false;
        }
        var length = core.Length; // stays, unless who had the claim before was late and answers now
        if (sync.Length <= length || sync.RemoteLength != length)
        {
            core.Claims.ReleaseUpgrade(this);
            return false;
        }
        // The last block in the same answer: what was just appended is here after one round trip.
        var last = sync.Length - 1;
        var takesLast = length > 0 && served.WantsAll && remote.Has(last) && core.Claims.TryClaimBlock(this, last);
        request = new RequestMessage
        {
            Upgrade = new UpgradeRequest(length, sync.Length - length),
            Block = takesLast ? new BlockRequest(last, 0) : null,
            Manifest = core.Manifest is null && (sync.Flags & SyncFlags.HasManifest) != SyncFlags.None,
        };
        return true;
    }

    /// <summary>Of a core that is still empty: with it, the first block costs no more than any other.</summary>
    private bool TryPlanManifest(SyncMessage sync, out RequestMessage request)
    {
        request = new RequestMessage { Manifest = true };
        return !isUpgradeRefused && core.Manifest is null && sync.Length == 0
            && (sync.Flags & SyncFlags.HasManifest) != SyncFlags.None && core.Claims.TryClaimUpgrade(this);
    }

    private bool TryPlanBlock(out RequestMessage request)
    {
        request = default;
        if (TryClaim(new BlockRange(0, remote.Contiguous), out var index))
        {
            request = new RequestMessage { Block = new BlockRequest(index, 0) };
            return true;
        }
        foreach (var run in remote.Runs)
        {
            if (!TryClaim(run, out index))
                continue;
            request = new RequestMessage { Block = new BlockRequest(index, 0) };
            return true;
        }
        foreach (var number in remote.Regions.Numbers)
        {
            if (!TryClaimOf(number, out index))
                continue;
            request = new RequestMessage { Block = new BlockRequest(index, 0) };
            return true;
        }
        return false;
    }

    /// <summary>What is asked for or held is passed over from then on: the next is found at once.</summary>
    private bool TryClaimOf(ulong number, out ulong index)
    {
        var region = remote.Regions.Region(number);
        for (var run = region.NextRun(region.Start); run.Length > 0; run = region.NextRun(run.Start + run.Length))
        {
            var isClaimed = TryClaim(run, out index);
            if (isClaimed || core.HasAll(run))
                remote.Regions.Set(isClaimed ? new BlockRange(index, 1) : run, has: false);
            if (isClaimed)
                return true;
        }
        index = 0;
        return false;
    }

    /// <summary>
    /// Asks what the other side has around blocks that nobody is asked for: of what is far from the end it doesn't tell by
    /// itself, unless it has everything.
    /// </summary>
    private void SayWants(FrameWriter writer)
    {
        while (TryPlanWant(out var want))
        {
            want.Encode(Begin(writer, WantMessage.Type).Writer);
            writer.End();
        }
    }

    private bool TryPlanWant(out WantMessage want)
    {
        lock (gate)
        {
            want = default;
            if (isOver || askedOfThem.IsFull || remote.Sync is not { Fork: 0 } sync || remote.Regions.IsFull)
                return false;
            var end = Math.Min(sync.Length, core.Length);
            for (var from = remote.Contiguous; core.TryFindWanted(from, end, served.WantsAll, out var index);)
            {
                var number = index / AskedRegions.RegionBlocks;
                want = new WantMessage(number * AskedRegions.RegionBlocks, AskedRegions.RegionBlocks);
                if (remote.Regions.TryAsk(number))
                    return true;
                from = want.Start + want.Length;
            }
            return false;
        }
    }

    private bool TryClaim(BlockRange range, out ulong index)
    {
        var end = Math.Min(range.Start + range.Length, core.Length);
        index = 0;
        return end > range.Start
            && core.TryClaimNext(this, range with { Length = end - range.Start }, served.WantsAll, out index);
    }

    private PooledBuffer Begin(FrameWriter writer, ulong type)
    {
        var output = writer.Begin();
        output.Writer.WriteUInt(LocalNumber);
        output.Writer.WriteUInt(type);
        return output;
    }
}
