using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Manifests;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore;

/// <summary>
/// Is a signed, append-only log. One process writes it, with a key pair; anybody who knows its key may read it from any
/// peer, because each block is proven against the writer's signature. Safe for use by several threads.
/// </summary>
/// <remarks>
/// Open a core once in a process, and write it in one process only. What the store holds is the truth: a change is on
/// the disk before anybody hears of it.
/// </remarks>
[SuppressMessage(
    "Design", "CA1001",
    Justification = "The semaphore's wait handle is never asked for, so there is nothing to dispose.")]
public sealed partial class Core
{
    /// <summary>The largest block that may be appended or received: the limit of the npm package.</summary>
    public const int MaxBlockBytes = 15 * 1024 * 1024;

    /// <summary>
    /// The most blocks that one append takes. Stores write them in one transaction, which others wait for.
    /// </summary>
    public const int MaxBatchBlocks = 1 << 16;

    /// <summary>
    /// The most bytes that one append takes: a few of the largest blocks. A store has them in memory a second time.
    /// </summary>
    public const int MaxBatchBytes = 64 * 1024 * 1024;

    private readonly ICoreStore store;
    private readonly KeyPair? keyPair;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim gate = new(1); // one change at a time
    private readonly MerkleTree tree = new(), batch = new(); // touched by who holds the gate
    private readonly Lock heldGate = new();
    private readonly HeldBlocks held = new();
    private readonly ChangeSignal signal = new();
    private volatile CoreHead head = Empty;

    private Core(ICoreStore store, CoreKey key, KeyPair? keyPair, TimeProvider time)
    {
        this.store = store;
        this.keyPair = keyPair;
        this.time = time;
        Key = key;
        DiscoveryKey = key.DiscoveryKey;
    }

    /// <summary>Names the core; who knows it may read.</summary>
    public CoreKey Key { get; }

    /// <summary>Names the core to those who may not read.</summary>
    public DiscoveryKey DiscoveryKey { get; }

    /// <summary>
    /// Who signs. Null until a peer has told a reader, and for ever of an old core, whose key is its signer's.
    /// </summary>
    public Manifest? Manifest { get; private set; }

    /// <summary>How many blocks are signed, as far as is known here; a reader may not hold all of them yet.</summary>
    public ulong Length => head.Length;

    /// <summary>All blocks below this are held.</summary>
    public ulong ContiguousLength
    {
        get
        {
            lock (heldGate)
                return held.Contiguous;
        }
    }

    /// <summary>
    /// Whether two signed histories were found. Held blocks can still be read; nothing is added any more.
    /// </summary>
    public bool IsFrozen => head.IsFrozen;

    /// <summary>Whether it was opened with the key pair of its only signer.</summary>
    public bool IsWritable => keyPair is not null;

    /// <summary>
    /// Opens the core that this pair writes; one that is new is made, and is on the disk when this returns. The pair is
    /// the caller's to dispose, after the core was last written.
    /// </summary>
    /// <exception cref="InvalidDataException">The store was damaged, or restored in part.</exception>
    public static async ValueTask<Core> CreateAsync(
        ICoreStore store, KeyPair keyPair, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(keyPair);
        var manifest = Manifest.SignedBy(keyPair.PublicKey);
        var key = manifest.Key;
        var stored = await store.ReadHeadAsync(key, cancellationToken);
        if (stored is null)
        {
            stored = Empty with { Manifest = manifest.Encoded.ToArray() };
            // Refused where another process has made it and appended meanwhile: then it is read as what it is.
            await store.CommitAsync(key, new CoreCommit { ExpectedLength = 0, Head = stored }, cancellationToken);
        }
        var core = new Core(store, key, keyPair, time ?? TimeProvider.System);
        await core.LoadAsync(cancellationToken);
        return core;
    }

    /// <summary>Opens a core to read it. One that the store doesn't know is empty until a peer is found.</summary>
    /// <exception cref="InvalidDataException">The store was damaged, or restored in part.</exception>
    public static async ValueTask<Core> OpenAsync(
        ICoreStore store, CoreKey key, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        var core = new Core(store, key, null, time ?? TimeProvider.System);
        await core.LoadAsync(cancellationToken);
        return core;
    }

    /// <summary>Whether the block is held here.</summary>
    public bool Has(ulong index)
    {
        lock (heldGate)
            return held.Contains(index);
    }

    /// <summary>Returns a block, as soon as it is held: a reader waits until a peer has sent it.</summary>
    /// <exception cref="CoreRefusedException">The core is frozen and the block isn't held.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> GetAsync(ulong index, CancellationToken cancellationToken = default)
    {
        if (!Has(index))
            await WaitForAsync(index, cancellationToken);
        return await store.ReadBlockAsync(Key, index, cancellationToken)
            ?? throw new InvalidDataException("The store lost a block that it held.");
    }

    /// <summary>
    /// Yields block after block from an index on, for ever: at the end it waits for the next to come.
    /// </summary>
    /// <exception cref="CoreRefusedException">The core is frozen and the next block isn't held.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> FollowAsync(
        ulong from = 0, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var index = from; ; index++)
            yield return await GetAsync(index, cancellationToken);
    }

    /// <summary>Returns what convicts the signers of a frozen core; null when it isn't frozen.</summary>
    public ValueTask<Evidence?> ReadEvidenceAsync(CancellationToken cancellationToken = default) =>
        store.ReadEvidenceAsync(Key, cancellationToken);

    private async Task WaitForAsync(ulong index, CancellationToken cancellationToken)
    {
        var isFirst = Claims.Want(index);
        try
        {
            if (isFirst)
                handlers?.Invoke(new CoreChange(CoreChangeKind.Wanted, index, 1));
            while (true)
            {
                var change = signal.Next;
                if (Has(index))
                    return;
                if (IsFrozen)
                    throw new CoreRefusedException(CoreRefusal.Frozen);
                await change.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            Claims.Unwant(index);
        }
    }
}
