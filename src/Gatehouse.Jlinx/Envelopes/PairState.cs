using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Events;

namespace Gatehouse.Jlinx.Envelopes;

/// <summary>Names the party that one is in a pair of documents.</summary>
public enum Party
{
    /// <summary>Writes the AppUser.</summary>
    App,

    /// <summary>Writes the AppAccount.</summary>
    Customer,
}

/// <summary>
/// What one party holds of the keys of a pair of documents. A state never changes: each step gives the next one, to be
/// stored with what the step did, after which the older one is disposed. That keeps keys and blocks at the same point,
/// whatever fails.
/// </summary>
/// <remarks>
/// Keys are replaced epoch by epoch: a party appends a <see cref="Rekey"/> with the key of the next epoch; once it has
/// appended its own and read the other's it seals in the new epoch. When the other has sealed in it too, the older
/// secret is in no further state. Nobody may be using a state while it is disposed.
/// </remarks>
public sealed partial class PairState : IDisposable
{
    private readonly Party party;
    private readonly CoreKey appUser, appAccount;
    private readonly SortedDictionary<ulong, byte[]> own; // seeds by epoch
    private readonly SortedDictionary<ulong, Bytes32> theirs;
    private readonly ulong seen; // the newest epoch that the other has sealed in
    private bool disposed;

    private PairState(
        Party party, CoreKey appUser, CoreKey appAccount, IEnumerable<KeyValuePair<ulong, byte[]>> own,
        IEnumerable<KeyValuePair<ulong, Bytes32>> theirs, ulong seen)
    {
        this.party = party;
        this.appUser = appUser;
        this.appAccount = appAccount;
        this.seen = seen;
        this.theirs = new SortedDictionary<ulong, Bytes32>(theirs.ToDictionary());
        var newest = own.Select(pair => pair.Key).Where(this.theirs.ContainsKey).DefaultIfEmpty().Max();
        var oldest = Math.Min(newest, seen); // nothing is read or written any more in what lies before
        this.own = [];
        foreach (var (epoch, seed) in own)
        {
            if (epoch >= oldest)
                this.own.Add(epoch, Pinned(seed));
        }
        foreach (var epoch in this.theirs.Keys.Where(epoch => epoch < oldest).ToArray())
            this.theirs.Remove(epoch);
        Epoch = newest;
    }

    /// <summary>The epoch that is sealed in.</summary>
    public ulong Epoch { get; }

    /// <summary>Whether the other has offered new keys, which are to be answered by <see cref="Renew"/>.</summary>
    public bool OwesRekey => theirs.ContainsKey(Epoch + 1) && !own.ContainsKey(Epoch + 1);

    /// <summary>Whether own keys of the next epoch were offered and the other has not answered yet.</summary>
    public bool AwaitsRekey => own.ContainsKey(Epoch + 1);

    /// <summary>
    /// The event of <see cref="AwaitsRekey"/> once more, for who stored a state and can't tell whether the block was
    /// appended: to be found in one's own document, or appended, before anything of the other is read. Null without.
    /// </summary>
    public Rekey? Offered
    {
        get
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (!own.TryGetValue(Epoch + 1, out var seed))
                return null;
            using var key = DocumentKey.FromSeed(seed);
            return new Rekey(key.PublicKey, Epoch + 1);
        }
    }

    /// <summary>Which party this is.</summary>
    public Party Party => party;

    /// <summary>Begins a pair: two documents, the own key of one and the public key in the other's header.</summary>
    /// <returns>Null when the other's key is one that makes no secret.</returns>
    public static PairState? Begin(
        Party party, CoreKey appUser, CoreKey appAccount, DocumentKey ownKey, Bytes32 theirKey)
    {
        ArgumentNullException.ThrowIfNull(ownKey);
        Span<byte> receive = stackalloc byte[Bytes32.Size], send = stackalloc byte[Bytes32.Size];
        var isWell = ownKey.TryAgree(party == Party.App, theirKey, receive, send);
        CryptographicOperations.ZeroMemory(receive);
        CryptographicOperations.ZeroMemory(send);
        if (!isWell)
            return null;
        var seed = ownKey.Seed.ToArray();
        var state = new PairState(party, appUser, appAccount, [new(0, seed)], [new(0, theirKey)], 0);
        CryptographicOperations.ZeroMemory(seed);
        return state;
    }

    /// <summary>Seals an event for the block of that index in one's own document.</summary>
    /// <exception cref="ArgumentException">The event is too long.</exception>
    public byte[] Seal(ulong index, ReadOnlySpan<byte> json)
    {
        Span<byte> nonce = stackalloc byte[Gatehouse.Hypercore.Sodium.XNonceBytes];
        RandomNumberGenerator.Fill(nonce);
        return Seal(index, json, nonce);
    }

    /// <summary>
    /// Opens a block of the other's document, in order. False when it is malformed or sealed by, for or in anything
    /// else.
    /// </summary>
    /// <param name="next">The state from this block on; the same where nothing changes.</param>
    public bool TryOpen(ulong index, ReadOnlySpan<byte> block, [NotNullWhen(true)] out byte[]? json, out PairState next)
    {
        next = this;
        if (!TryOpen(isOwn: false, index, block, out json, out var epoch))
            return false;
        if (epoch > seen)
            next = With(own, theirs, epoch);
        return true;
    }

    /// <summary>Opens a block of one's own document, as long as the keys of its epoch are held.</summary>
    public bool TryOpenOwn(ulong index, ReadOnlySpan<byte> block, [NotNullWhen(true)] out byte[]? json) =>
        TryOpen(isOwn: true, index, block, out json, out _);

    /// <summary>
    /// Whether a block says an epoch that this state doesn't reach. Of a block that the other has signed it means that
    /// keys were lost here, as after a restore: the pair can't go on, and what follows isn't merely malformed.
    /// </summary>
    public bool IsBeyond(ReadOnlySpan<byte> block) =>
        Envelope.TryReadEpoch(block, out var epoch, out _) && epoch > Epoch;

    /// <summary>
    /// Makes the own key of the next epoch. The event is to be sealed in <em>this</em> state, and appended and stored
    /// together with the next one.
    /// </summary>
    /// <exception cref="InvalidOperationException">It was made already.</exception>
    public (Rekey Event, PairState Next) Renew()
    {
        if (own.ContainsKey(Epoch + 1))
            throw new InvalidOperationException("The keys of the next epoch were made already.");
        using var key = DocumentKey.Generate();
        var seed = key.Seed.ToArray();
        var next = With(own.Append(new(Epoch + 1, seed)), theirs, seen);
        CryptographicOperations.ZeroMemory(seed);
        return (new Rekey(key.PublicKey, Epoch + 1), next);
    }

    /// <summary>
    /// Takes a <see cref="Rekey"/> of the other, in the state that opening its block gave. False when it is none that
    /// may come now, or was sealed in an epoch before the current one: that would keep old secrets, more and more.
    /// </summary>
    public bool TryTake(Rekey offered, out PairState next)
    {
        ArgumentNullException.ThrowIfNull(offered);
        next = this;
        if (offered.Epoch != Epoch + 1 || theirs.ContainsKey(offered.Epoch) || seen != Epoch
            || !IsUsable(offered.X25519))
        {
            return false;
        }
        next = With(own, theirs.Append(new(offered.Epoch, offered.X25519)), seen);
        return true;
    }

    /// <summary>Zeroes the secrets; every use throws from then on.</summary>
    public void Dispose()
    {
        disposed = true;
        foreach (var seed in own.Values)
            CryptographicOperations.ZeroMemory(seed);
    }

    internal byte[] Seal(ulong index, ReadOnlySpan<byte> json, ReadOnlySpan<byte> nonce)
    {
        Span<byte> key = stackalloc byte[Bytes32.Size];
        Derive(key, Epoch, isOwn: true);
        var block = Envelope.Seal(key, Document(isOwn: true), index, Epoch, json, nonce);
        CryptographicOperations.ZeroMemory(key);
        return block;
    }

    private bool TryOpen(
        bool isOwn, ulong index, ReadOnlySpan<byte> block, [NotNullWhen(true)] out byte[]? json, out ulong epoch)
    {
        json = null;
        if (!Envelope.TryReadEpoch(block, out epoch, out var headLength) || (!isOwn && epoch < seen)
            || !own.ContainsKey(epoch) || !theirs.ContainsKey(epoch))
        {
            return false;
        }
        Span<byte> key = stackalloc byte[Bytes32.Size];
        Derive(key, epoch, isOwn);
        var isOpen = Envelope.TryOpen(key, Document(isOwn), index, block, headLength, out json);
        CryptographicOperations.ZeroMemory(key);
        return isOpen;
    }

    private CoreKey Document(bool isOwn) => (party == Party.App) == isOwn ? appUser : appAccount;

    /// <summary>
    /// The key of a document in an epoch: both core keys are in it, so it is of no use for another pair.
    /// </summary>
    private void Derive(Span<byte> key, ulong epoch, bool isOwn)
    {
        ObjectDisposedException.ThrowIf(disposed, this); // of zeros everybody knows the pair
        Span<byte> receive = stackalloc byte[Bytes32.Size], send = stackalloc byte[Bytes32.Size];
        using (var pair = DocumentKey.FromSeed(own[epoch]))
        {
            if (!pair.TryAgree(party == Party.App, theirs[epoch], receive, send))
                throw new InvalidOperationException("A key that makes no secret was taken.");
        }
        var context = "jlinx/doc-enc/1"u8;
        Span<byte> data = stackalloc byte[context.Length + 2 * Bytes32.Size + sizeof(ulong)];
        context.CopyTo(data);
        appUser.Bytes.CopyTo(data[context.Length..]);
        appAccount.Bytes.CopyTo(data[(context.Length + Bytes32.Size)..]);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(data[^sizeof(ulong)..], epoch);
        Gatehouse.Hypercore.Sodium.Hash(key, data, isOwn ? send : receive);
        CryptographicOperations.ZeroMemory(receive);
        CryptographicOperations.ZeroMemory(send);
    }

    private bool IsUsable(Bytes32 theirKey)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        Span<byte> receive = stackalloc byte[Bytes32.Size], send = stackalloc byte[Bytes32.Size];
        using var pair = DocumentKey.FromSeed(own[Epoch]);
        var isWell = pair.TryAgree(party == Party.App, theirKey, receive, send);
        CryptographicOperations.ZeroMemory(receive);
        CryptographicOperations.ZeroMemory(send);
        return isWell;
    }

    private PairState With(
        IEnumerable<KeyValuePair<ulong, byte[]>> own, IEnumerable<KeyValuePair<ulong, Bytes32>> theirs, ulong seen)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return new PairState(party, appUser, appAccount, own, theirs, seen);
    }

    private static byte[] Pinned(byte[] seed)
    {
        var copy = GC.AllocateUninitializedArray<byte>(seed.Length, pinned: true);
        seed.CopyTo(copy, 0);
        return copy;
    }
}
