using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.Jlinx.Documents;

/// <summary>
/// Is a Did as far as it was read: whose keys answer for documents, and where its owner is reached. Nothing of it is
/// confidential.
/// </summary>
public sealed class Did
{
    private readonly PublicKey signer;
    private readonly List<PublicKey> keys;
    private readonly HashSet<PublicKey> revoked = [];
    private ulong read = 1;

    private Did(DocumentId id, Header header, PublicKey signer)
    {
        Id = id;
        Header = header;
        this.signer = signer;
        keys = [signer];
        Services = header.Services;
    }

    /// <summary>Its name.</summary>
    public DocumentId Id { get; }

    /// <summary>Its block 0.</summary>
    public Header Header { get; }

    /// <summary>The keys that documents may be proven by.</summary>
    public IReadOnlyList<PublicKey> Keys => keys;

    /// <summary>Where its owner is reached.</summary>
    public IReadOnlyList<Service> Services { get; private set; }

    /// <summary>The one that it says succeeds it.</summary>
    public DocumentId? Next { get; private set; }

    /// <summary>
    /// Whether it is over: nothing new is to be believed. So is one of which two histories were seen.
    /// </summary>
    public bool IsOver { get; private set; }

    /// <summary>
    /// Reads what is held of a Did. Null when its header isn't there, is malformed, or isn't proven by the core's own
    /// and only signer.
    /// </summary>
    public static async ValueTask<Did?> ReadAsync(Core core, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(core);
        if (core.ContiguousLength == 0 || core.SoleSigner() is not { } signer)
            return null;
        var block = await core.GetAsync(0, cancellationToken);
        if (!HeaderCodec.TryRead(block.Span, core.Key, out var signed) || !signed.IsProvenBy([signer])
            || signed.Header.DocType != DocType.Did || signed.Header.Author.Key != core.Key)
        {
            return null;
        }
        var did = new Did(new DocumentId(core.Key), signed.Header, signer);
        await did.ReadOnAsync(core, cancellationToken);
        return did;
    }

    /// <summary>Reads what has come since.</summary>
    public async ValueTask ReadOnAsync(Core core, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(core);
        for (; read < Math.Min(core.ContiguousLength, DocumentLimits.Blocks); read++)
        {
            var block = await core.GetAsync(read, cancellationToken);
            if (!IsOver && DocumentEvent.TryRead(block.Span, DocType.Did, out var found))
                Take(found.Body);
        }
        IsOver |= core.IsFrozen;
    }

    /// <summary>Whether a document's header was proven by a key of this Did, which is its author.</summary>
    public bool AnswersFor(SignedHeader document)
    {
        ArgumentNullException.ThrowIfNull(document);
        return !IsOver && document.Header.Author == Id && document.IsProvenBy(keys);
    }

    /// <summary>
    /// Whether this Did succeeds another: it says so, and its signer is the key that the other committed to, in its
    /// header, before anybody could steal it. A key that was merely added proves nothing: adding it takes no more than
    /// to have seen it.
    /// </summary>
    public bool Succeeds(Did earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return !IsOver && keys.Contains(signer) && Header.Previous == earlier.Id
            && earlier.Header.NextKeyHash is { } committed && committed == Labels.NextKey(signer);
    }

    private void Take(EventBody body)
    {
        switch (body)
        {
            case KeyRevoked { Key: var key }:
                keys.Remove(key);
                revoked.Add(key);
                break;
            case Deactivated:
                IsOver = true;
                break;
            case var _ when revoked.Contains(signer):
                break; // whoever has stolen the signer can still append, but gives nothing to itself
            case KeyAdded { Key: var key } when CanAdd(key):
                keys.Add(key);
                break;
            case ServiceSet set:
                Services = set.Services;
                break;
            case Rotated rotated:
                Next = rotated.Next;
                IsOver = true;
                break;
        }
    }
    private bool CanAdd(PublicKey key) =>
        keys.Count < DocumentLimits.Keys && !keys.Contains(key) && !revoked.Contains(key);
}
