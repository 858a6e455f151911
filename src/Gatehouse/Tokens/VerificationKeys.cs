namespace Gatehouse.Tokens;

/// <summary>
/// The ring: every key whose tokens are good now, and the next one before it signs. Immutable: rotation replaces it.
/// </summary>
internal sealed class VerificationKeys
{
    private readonly VerificationKey[] keys;

    /// <summary>Throws when two keys have the same id.</summary>
    public VerificationKeys(params IEnumerable<VerificationKey> keys)
    {
        this.keys = [.. keys];
        if (this.keys.DistinctBy(key => key.Kid, StringComparer.Ordinal).Count() != this.keys.Length)
            throw new ArgumentException("A key is in the ring twice.", nameof(keys));
        JsonWebKeySet = Tokens.JsonWebKeySet.Write(this.keys);
    }

    public int Count => keys.Length;

    /// <summary>The document of <c>/.well-known/jwks.json</c>, in UTF-8.</summary>
    public ReadOnlyMemory<byte> JsonWebKeySet { get; }

    /// <summary>The key whose tokens begin with this header; null when there is none.</summary>
    public VerificationKey? FindByTokenHeader(ReadOnlySpan<char> header)
    {
        foreach (var key in keys) // two or three of them: faster than a hash
        {
            if (header.SequenceEqual(key.TokenHeader))
                return key;
        }

        return null;
    }
}
