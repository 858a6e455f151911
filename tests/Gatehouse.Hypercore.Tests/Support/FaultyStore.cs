using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore.Tests.Support;

/// <summary>A store that fails at its n-th call: before it does anything, or after it has committed.</summary>
internal sealed class FaultyStore(ICoreStore store) : ICoreStore
{
    /// <summary>Where it keeps everything; exchanged for an older one, it was set back.</summary>
    public ICoreStore Store { get; set; } = store;

    public int CallsUntilFailure { get; set; } = int.MaxValue;

    public bool FailsAfterCommit { get; set; }

    /// <summary>Whether the next head that is read is that of before somebody else wrote it.</summary>
    public bool IsLate { get; set; }

    public ValueTask<CoreHead?> ReadHeadAsync(CoreKey key, CancellationToken cancellationToken)
    {
        Count();
        if (IsLate)
        {
            IsLate = false;
            return new(default(CoreHead?));
        }
        return Store.ReadHeadAsync(key, cancellationToken);
    }

    public ValueTask<IReadOnlyList<BlockRange>> ReadHeldAsync(CoreKey key, CancellationToken cancellationToken)
    {
        Count();
        return Store.ReadHeldAsync(key, cancellationToken);
    }

    public ValueTask<ReadOnlyMemory<byte>?> ReadBlockAsync(
        CoreKey key, ulong index, CancellationToken cancellationToken)
    {
        Count();
        return Store.ReadBlockAsync(key, index, cancellationToken);
    }

    public ValueTask ReadNodesAsync(
        CoreKey key, ReadOnlyMemory<ulong> indexes, Memory<TreeNode?> nodes, CancellationToken cancellationToken)
    {
        Count();
        return Store.ReadNodesAsync(key, indexes, nodes, cancellationToken);
    }

    public async ValueTask<bool> CommitAsync(CoreKey key, CoreCommit commit, CancellationToken cancellationToken)
    {
        if (!FailsAfterCommit)
            Count();
        var committed = await Store.CommitAsync(key, commit, cancellationToken);
        if (FailsAfterCommit)
            Count();
        return committed;
    }

    public ValueTask<Evidence?> ReadEvidenceAsync(CoreKey key, CancellationToken cancellationToken) =>
        Store.ReadEvidenceAsync(key, cancellationToken);

    private void Count()
    {
        if (--CallsUntilFailure < 0)
            throw new IOException("The disk is gone.");
    }
}
