using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Stores;

namespace Gatehouse.Hypercore;

// What peers ask of a core. Security-critical: nothing is answered above the length that is on the disk, and nothing of a
// core that is frozen.
public sealed partial class Core
{
    /// <summary>
    /// Writes the body of a data message behind what is in <paramref name="output"/>, or nothing when there is no
    /// proof.
    /// </summary>
    internal async ValueTask<Answer> ProveAsync(
        RequestMessage request, PooledBuffer output, CancellationToken cancellationToken)
    {
        var known = head; // append-only: what is below this length stays as it is
        var plan = ProofPlan.Borrow();
        try
        {
            var answer = await ProveAsync(request, plan, known, output, cancellationToken);
            if (answer == Answer.Proof || !request.Manifest || known.Manifest.IsEmpty || known.IsFrozen)
                return answer;
            ProofWriter.WriteManifest(output.Writer, request, known);
            return Answer.Proof;
        }
        finally
        {
            plan.Return();
        }
    }

    private async ValueTask<Answer> ProveAsync(
        RequestMessage request, ProofPlan plan, CoreHead known, PooledBuffer output,
        CancellationToken cancellationToken)
    {
        if (request.Fork != 0 || known.IsFrozen)
            return Answer.NotAvailable;
        if (request is { Seek: not null, Block: null, Hash: null, Upgrade: null, Manifest: false })
            return Answer.NotAvailable; // seeking is not offered; beside something else it is left out
        if (plan.Make(request, known.Length) is var answer && answer != Answer.Proof)
            return answer;
        ReadOnlyMemory<byte>? block = null;
        if (request.Block is { } asked && known.Length > 0)
        {
            block = await store.ReadBlockAsync(Key, asked.Index, cancellationToken);
            if (block is null)
                return Answer.NotAvailable;
        }
        if (plan.Indexes.Length > 0)
        {
            await store.ReadNodesAsync(Key, plan.Indexes, plan.Nodes, cancellationToken);
            foreach (var node in plan.Nodes.Span)
            {
                if (node is null)
                    return Answer.NotAvailable; // a reader that skipped it
            }
        }
        ProofWriter.Write(output.Writer, request, plan, block, known);
        return Answer.Proof;
    }
}
