using System.Security.Cryptography;
using System.Text;

namespace Gatehouse.Security;

/// <summary>
/// The keys of <c>Secrets:Key</c>: they lie outside the database and everything secret inside it is sealed under them.
/// The first writes, all read. Each use derives a key of its own (HKDF-SHA256, RFC 5869), so that no two uses share one.
/// </summary>
internal sealed class MasterKeys
{
    private readonly byte[][] keys;

    private MasterKeys(byte[][] keys) => this.keys = keys;

    /// <summary>One derived key per master key, newest first.</summary>
    public IReadOnlyList<DerivedKey> DeriveAll(string purpose) => [.. keys.Select(key => Derive(key, purpose))];

    /// <summary>The key to write with.</summary>
    public DerivedKey Derive(string purpose) => Derive(keys[0], purpose);

    /// <returns>False when the list is empty or a key isn't 32 bytes in canonical base64url.</returns>
    public static bool TryParse(IReadOnlyList<string> texts, out MasterKeys keys)
    {
        var parsed = new List<byte[]>();
        foreach (var text in texts)
        {
            var bytes = new byte[SecretBytes.Length];
            if (SecretBytes.TryParse(text.Trim().TrimEnd('='), bytes) && bytes.AsSpan().ContainsAnyExcept((byte)0))
                parsed.Add(bytes);
        }
        keys = new MasterKeys([.. parsed]);
        return parsed.Count > 0 && parsed.Count == texts.Count;
    }

    public override string ToString() => "MasterKeys (redacted)";

    private static DerivedKey Derive(byte[] key, string purpose)
    {
        var bytes = Expand(key, SecretBytes.Length, purpose);
        var id = Expand(key, DerivedKey.IdLength, "key id");
        return new DerivedKey(id, bytes);
    }

    private static byte[] Expand(byte[] key, int length, string purpose) => HKDF.DeriveKey(
        HashAlgorithmName.SHA256, key, length, info: Encoding.UTF8.GetBytes("gatehouse/1/" + purpose));
}

/// <summary>A key for one purpose, with the id of the master key it came from.</summary>
internal sealed class DerivedKey(byte[] id, byte[] bytes)
{
    public const int IdLength = 6; // tells a handful of keys apart; not a secret

    public ReadOnlySpan<byte> Id => id;

    public string IdText => Convert.ToBase64String(id); // 8 characters, no padding

    public byte[] Reveal() => bytes;

    public override string ToString() => $"DerivedKey {IdText} (redacted)";
}
