using System.Diagnostics.CodeAnalysis;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;

namespace Gatehouse.Jlinx.Names;

/// <summary>
/// Names a document: it is the key of its core. Who knows it may read the ciphertext, so it stays out of logs, public
/// addresses and referrers.
/// </summary>
public readonly record struct DocumentId(CoreKey Key)
{
    private const string Scheme = "jlinx:", DidScheme = "did:jlinx:";

    /// <summary>The DID of the document, where it is one of type <c>Did</c>: <c>did:jlinx:u…</c>.</summary>
    public string Did => DidScheme + Multibase.Format(Key.Bytes);

    /// <summary>
    /// Parses every form that is in use: <c>jlinx:u…</c>, and 44 characters of multibase, 52 of z-base-32 or 64 of
    /// hexadecimal in lower case, with the scheme or without. Space around it is what pasting brings along.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out DocumentId id)
    {
        var bare = text.AsSpan().Trim();
        if (bare.StartsWith(Scheme, StringComparison.Ordinal))
            bare = bare[Scheme.Length..];
        id = default;
        if (Multibase.TryParse(bare, out var bytes) || TryParseHex(bare, out bytes))
            id = new DocumentId(new CoreKey(bytes));
        else if (CoreKey.TryParse(bare, out var key))
            id = new DocumentId(key);
        else
            return false;
        return true;
    }

    /// <summary>Parses the canonical text alone, as documents write it.</summary>
    public static bool TryParseExact(ReadOnlySpan<char> text, out DocumentId id) => TryParseAfter(Scheme, text, out id);

    /// <summary>Parses a <c>did:jlinx:u…</c>.</summary>
    public static bool TryParseDid(ReadOnlySpan<char> text, out DocumentId id) =>
        TryParseAfter(DidScheme, text, out id);

    /// <summary>Returns the canonical text: <c>jlinx:u…</c>.</summary>
    public override string ToString() => Scheme + Multibase.Format(Key.Bytes);

    private static bool TryParseAfter(string scheme, ReadOnlySpan<char> text, out DocumentId id)
    {
        id = default;
        if (!text.StartsWith(scheme, StringComparison.Ordinal)
            || !Multibase.TryParse(text[scheme.Length..], out var bytes))
        {
            return false;
        }
        id = new DocumentId(new CoreKey(bytes));
        return true;
    }

    private static bool TryParseHex(ReadOnlySpan<char> text, out Bytes32 value)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        var parsed = text.Length == 2 * Bytes32.Size && !text.ContainsAnyInRange('A', 'F')
            && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        value = parsed ? new Bytes32(bytes) : default;
        return parsed;
    }
}
