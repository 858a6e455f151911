using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Manifests;
using Gatehouse.Hypercore.Stores;

namespace Gatehouse.Hypercore;

public sealed partial class Core
{
    /// <summary>Appends one block and returns its index.</summary>
    /// <inheritdoc cref="AppendAsync(IReadOnlyList{ReadOnlyMemory{byte}}, CancellationToken)"/>
    public ValueTask<ulong> AppendAsync(ReadOnlyMemory<byte> block, CancellationToken cancellationToken = default) =>
        AppendAsync([block], cancellationToken);

    /// <summary>
    /// Appends blocks under one signature, all or none, and returns the index of the first. They are on the disk when
    /// it returns, and only then announced to peers. The memory is read, not kept.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// There is none, or one is empty or too large, or they are more than <see cref="MaxBatchBlocks"/> or
    /// <see cref="MaxBatchBytes"/>.
    /// </exception>
    /// <exception cref="CoreRefusedException">Its reason says what must be done first.</exception>
    public async ValueTask<ulong> AppendAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> blocks, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        return await AppendAsync(blocks, at: null, cancellationToken);
    }

    /// <summary>
    /// Appends a block that was made for its place. <see cref="CoreRefusal.AnotherWriter"/> when another took it.
    /// </summary>
    /// <inheritdoc cref="AppendAsync(IReadOnlyList{ReadOnlyMemory{byte}}, CancellationToken)"/>
    public async ValueTask AppendAtAsync(
        ulong index, ReadOnlyMemory<byte> block, CancellationToken cancellationToken = default) =>
        await AppendAsync([block], index, cancellationToken);

    private async ValueTask<ulong> AppendAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> blocks, ulong? at, CancellationToken cancellationToken)
    {
        RefuseUnfit(blocks);
        await gate.WaitAsync(cancellationToken);
        ulong start;
        try
        {
            start = await AppendLockedAsync(blocks, at, cancellationToken);
        }
        finally
        {
            gate.Release();
        }
        Tell(new CoreChange(CoreChangeKind.Length, start, (ulong)blocks.Count));
        return start;
    }

    private static void RefuseUnfit(IReadOnlyList<ReadOnlyMemory<byte>> blocks)
    {
        if (blocks.Count is 0 or > MaxBatchBlocks)
            throw new ArgumentException($"One append takes 1 to {MaxBatchBlocks} blocks.", nameof(blocks));
        var bytes = 0L;
        foreach (var block in blocks)
        {
            if (block.Length is 0 or > MaxBlockBytes) // an empty block is nothing to older readers
                throw new ArgumentException("A block is empty or too large.", nameof(blocks));
            bytes += block.Length;
        }
        if (bytes > MaxBatchBytes)
            throw new ArgumentException($"One append takes at most {MaxBatchBytes} bytes.", nameof(blocks));
    }

    private async ValueTask<ulong> AppendLockedAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> blocks, ulong? at, CancellationToken cancellationToken)
    {
        var known = head.Length;
        await RefreshAsync(cancellationToken);
        if (IsBehind) // of what another process has written, perhaps: a peer may have told of it first
            await LoadAsync(cancellationToken);
        if (head.Length != known || (at is { } place && head.Length != place))
            throw new CoreRefusedException(CoreRefusal.AnotherWriter); // perhaps by our own append, that failed late
        var signer = WhoMayAppend();
        var start = head.Length;
        batch.Reset(tree);
        var stored = new StoredBlock[blocks.Count];
        for (var i = 0; i < stored.Length; i++)
        {
            stored[i] = new StoredBlock(batch.Length, blocks[i]);
            batch.AppendBlock(blocks[i].Span);
        }
        var signature = TreeSignature.Sign(signer, Key, batch.Hash(), batch.Length);
        var next = head with { Length = batch.Length, Signature = signature };
        var commit = new CoreCommit
        {
            ExpectedLength = start,
            ExpectedSignature = head.Signature,
            Head = next,
            Nodes = batch.Added,
            Blocks = stored,
        };
        if (!await TryCommitAsync(commit, cancellationToken))
            throw new CoreRefusedException(CoreRefusal.AnotherWriter);
        tree.Reset(batch);
        lock (heldGate)
            held.Add(new BlockRange(start, (ulong)stored.Length));
        head = next;
        return start;
    }

    private bool IsBehind => Sightings.Longest > head.Length || ContiguousLength < head.Length;

    private Keys.KeyPair WhoMayAppend()
    {
        if (keyPair is null)
            throw new CoreRefusedException(CoreRefusal.NotWritable);
        if (head.IsFrozen)
            throw new CoreRefusedException(CoreRefusal.Frozen);
        if (IsBehind)
            throw new CoreRefusedException(CoreRefusal.Behind);
        return keyPair;
    }
}
