using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Hypercore.Keys;

/// <summary>
/// The text of a key: z-base-32, 52 characters for 32 bytes, most significant bits first, the last character's four
/// spare bits zero. Each key has one text: anything else is refused.
/// </summary>
internal static class ZBase32
{
    public const int TextLength = 52;

    private const string Alphabet = "ybndrfg8ejkmcpqxot1uwisza345h769";
    private const int BitsPerCharacter = 5;

    public static string Format(Bytes32 value) => string.Create(TextLength, value, static (text, value) =>
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        value.CopyTo(bytes);
        int bits = 0, pending = 0, next = 0;
        foreach (ref var character in text)
        {
            if (bits < BitsPerCharacter)
            {
                pending = (pending << 8) | (next < bytes.Length ? bytes[next] : 0);
                next++;
                bits += 8;
            }
            bits -= BitsPerCharacter;
            character = Alphabet[(pending >> bits) & 31];
            pending &= (1 << bits) - 1;
        }
    });

    public static bool TryParse(ReadOnlySpan<char> text, out Bytes32 value)
    {
        value = default;
        if (text.Length != TextLength)
            return false;
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        int bits = 0, pending = 0, next = 0;
        foreach (var character in text)
        {
            var digit = Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (digit < 0)
                return false;
            pending = (pending << BitsPerCharacter) | digit;
            bits += BitsPerCharacter;
            if (bits < 8)
                continue;
            bits -= 8;
            bytes[next++] = (byte)(pending >> bits);
            pending &= (1 << bits) - 1;
        }
        if (pending != 0)
            return false;
        value = new Bytes32(bytes);
        return true;
    }
}
