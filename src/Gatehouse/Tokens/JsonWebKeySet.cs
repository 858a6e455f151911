using System.Buffers;
using System.Text.Json;

namespace Gatehouse.Tokens;

/// <summary>
/// Decides the bytes of the key set (RFC 7517 5). Written member by member from public values: nothing else of a key,
/// and nothing private (d, p, q), can slip in.
/// </summary>
internal static class JsonWebKeySet
{
    /// <summary>How long anybody may keep the key set; a new key is published for longer before it signs.</summary>
    public const int CacheSeconds = 300;

    public static byte[] Write(IEnumerable<VerificationKey> keys)
    {
        var json = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(json);
        writer.WriteStartObject();
        writer.WriteStartArray("keys"u8);
        foreach (var key in keys)
        {
            writer.WriteStartObject();
            writer.WriteString("kty"u8, "RSA"u8);
            writer.WriteString("use"u8, "sig"u8);
            writer.WriteString("alg"u8, "RS256"u8);
            writer.WriteString("kid"u8, key.Kid);
            writer.WriteString("n"u8, key.Modulus);
            writer.WriteString("e"u8, key.Exponent);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return json.WrittenSpan.ToArray();
    }
}
