using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Headers;

namespace Gatehouse.Jlinx.Documents;

/// <summary>Reads cores as documents.</summary>
public static class CoreReading
{
    /// <summary>
    /// The key that alone signs the core. Null while it isn't known, and where it is a core of another kind.
    /// </summary>
    public static PublicKey? SoleSigner(this Core core)
    {
        ArgumentNullException.ThrowIfNull(core);
        return core.Manifest is { IsSupported: true, Version: 1, Quorum: 1, Signers: [var only] }
            ? only.PublicKey
            : null;
    }

    /// <summary>
    /// The header as it is held. Null when it isn't there yet, is malformed, or the core isn't one that a document may
    /// have: with one signer.
    /// </summary>
    public static async ValueTask<SignedHeader?> ReadHeaderAsync(
        this Core core, DocType type, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(core);
        if (!core.Has(0) || core.SoleSigner() is null)
            return null;
        var block = await core.GetAsync(0, cancellationToken);
        return HeaderCodec.TryRead(block.Span, core.Key, out var header) && header.Header.DocType == type
            ? header
            : null;
    }

    /// <summary>How far the document has come, to be told to others. Null before it has a block.</summary>
    public static async ValueTask<Head?> ReadHeadAsync(this Core core, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(core);
        var length = core.Length;
        return length > 0 && await core.TreeHashAsync(length, cancellationToken) is { } hash
            ? new Head(length, hash)
            : null;
    }

    /// <summary>
    /// Whether the document once was as somebody saw it. False means that there are two histories, or that they have
    /// seen what never came here.
    /// </summary>
    public static async ValueTask<bool> HasBeenAsync(
        this Core core, Head head, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(core);
        return head.Length <= core.Length && await core.TreeHashAsync(head.Length, cancellationToken) == head.TreeHash;
    }
}
