using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Manifests;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Stores;

namespace Gatehouse.Hypercore;

// Two signed histories freeze a core for good. Security-critical: only what convicts by itself, to anybody, does so.
public sealed partial class Core
{
    /// <summary>
    /// A proof from nothing: true and of another history than ours, it convicts the signers. That we can't compare (a
    /// part of our tree isn't held) convicts nobody.
    /// </summary>
    private async ValueTask<Verdict> TryConvictAsync(DataMessage data, CancellationToken cancellationToken)
    {
        if (head.IsFrozen || data.Upgrade is not { } upgrade || upgrade.Length > head.Length)
            return Verdict.Refused;
        if (History.Read(data, batch, Manifest ?? Manifest.Compat(Key), Key) is not { } theirs)
            return Verdict.Refused;
        var roots = upgrade.Length == head.Length
            ? tree.Roots.ToArray()
            : await ReadRootsAsync(store, Key, upgrade.Length, cancellationToken);
        if (roots is null)
            return Verdict.Refused;
        return History.IsSame(roots, theirs) ? Verdict.Late : await FreezeAsync(upgrade, cancellationToken);
    }

    private async ValueTask<Verdict> FreezeAsync(UpgradeData upgrade, CancellationToken cancellationToken)
    {
        using PooledBuffer ours = new(), theirs = new();
        var request = new RequestMessage { Upgrade = new UpgradeRequest(0, upgrade.Length), Manifest = true };
        await ProveAsync(request, ours, cancellationToken);
        ProofWriter.WriteHistory(theirs.Writer, upgrade);
        var evidence = new Evidence(ours.Written.ToArray(), theirs.Written.ToArray(), time.GetUtcNow());
        if (!evidence.Convicts(Key))
            return Verdict.Refused; // a part of our proof isn't held, and nobody would believe our word
        var next = head with { IsFrozen = true };
        var commit = new CoreCommit
        {
            ExpectedLength = head.Length,
            ExpectedSignature = head.Signature,
            Head = next,
            Evidence = evidence,
        };
        if (!await TryCommitAsync(commit, cancellationToken))
            return Verdict.Late;
        head = next;
        return Verdict.Conflict;
    }
}
