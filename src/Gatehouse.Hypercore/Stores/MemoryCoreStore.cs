using System.Collections.Concurrent;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore.Stores;

/// <summary>
/// Keeps cores in memory, for tests and for readers that start from nothing each time. Never for a writer that outlives
/// the process: with the memory its history is gone, and the next append would sign another.
/// </summary>
public sealed class MemoryCoreStore : ICoreStore
{
    private readonly ConcurrentDictionary<CoreKey, Entry> cores = new();

    /// <inheritdoc/>
    public ValueTask<CoreHead?> ReadHeadAsync(CoreKey key, CancellationToken cancellationToken) =>
        new(cores.TryGetValue(key, out var entry) ? entry.Head : null);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<BlockRange>> ReadHeldAsync(CoreKey key, CancellationToken cancellationToken) =>
        new(cores.TryGetValue(key, out var entry) ? entry.Held() : []);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadBlockAsync(
        CoreKey key, ulong index, CancellationToken cancellationToken) =>
        new(cores.TryGetValue(key, out var entry) ? entry.Block(index) : null);

    /// <inheritdoc/>
    public ValueTask ReadNodesAsync(
        CoreKey key, ReadOnlyMemory<ulong> indexes, Memory<TreeNode?> nodes, CancellationToken cancellationToken)
    {
        if (cores.TryGetValue(key, out var entry))
            entry.Nodes(indexes.Span, nodes.Span);
        else
            nodes.Span[..indexes.Length].Clear();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<bool> CommitAsync(CoreKey key, CoreCommit commit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(cores.GetOrAdd(key, static _ => new Entry()).Commit(commit));
    }

    /// <inheritdoc/>
    public ValueTask<Evidence?> ReadEvidenceAsync(CoreKey key, CancellationToken cancellationToken) =>
        new(cores.TryGetValue(key, out var entry) ? entry.Evidence : null);

    private sealed class Entry
    {
        private readonly Lock gate = new();
        private readonly Pages<byte[]?> blocks = new();
        private readonly Pages<TreeNode?> nodes = new();

        public CoreHead? Head { get; private set; }

        public Evidence? Evidence { get; private set; }

        public ReadOnlyMemory<byte>? Block(ulong index)
        {
            lock (gate)
                return blocks[index] is { } value ? value : default(ReadOnlyMemory<byte>?);
        }

        public void Nodes(ReadOnlySpan<ulong> indexes, Span<TreeNode?> found)
        {
            lock (gate)
            {
                for (var i = 0; i < indexes.Length; i++)
                    found[i] = nodes[indexes[i]];
            }
        }

        public IReadOnlyList<BlockRange> Held()
        {
            lock (gate)
            {
                var held = new HeldBlocks();
                foreach (var index in blocks.Indexes())
                {
                    if (blocks[index] is not null)
                        held.Add(index);
                }
                return held.Ranges();
            }
        }

        public bool Commit(CoreCommit commit)
        {
            lock (gate)
            {
                if (!commit.Follows(Head))
                    return false;
                RefuseRemains(commit);
                foreach (var block in commit.Blocks)
                {
                    if (blocks[block.Index] is null)
                        blocks.Set(block.Index, block.Value.ToArray());
                }
                foreach (var node in commit.Nodes.Span)
                {
                    if (nodes[node.Index] is null)
                        nodes.Set(node.Index, node);
                }
                Head = commit.Head;
                Evidence ??= commit.Evidence;
                return true;
            }
        }

        private void RefuseRemains(CoreCommit commit)
        {
            var isMet = false;
            foreach (var block in commit.Blocks)
                isMet |= commit.IsNew(block) && blocks[block.Index] is not null;
            foreach (var node in commit.Nodes.Span)
                isMet |= commit.IsNew(node) && nodes[node.Index] is not null;
            if (isMet)
                throw new InvalidDataException(CoreCommit.RestoredInPart);
        }
    }
}
