using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Gatehouse.Security;

/// <summary>
/// 256 random bits and their one spelling: 43 characters of unpadded base64url (RFC 4648 section 5). Another spelling
/// of the same bits (white space, padding, stray trailing bits) is refused, so a secret has exactly one text.
/// </summary>
internal static class SecretBytes
{
    public const int Length = 32; // 256 bits: not guessable, online or offline
    public const int TextLength = 43;

    public static byte[] New() => RandomNumberGenerator.GetBytes(Length);

    public static string ToText(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    public static bool TryParse(ReadOnlySpan<char> text, Span<byte> bytes)
    {
        if (text.Length != TextLength)
            return false;
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_'))
                return false;
        }
        // The last character carries 4 bits of the secret and 2 that must be zero. The decoder's Try method throws over
        // these two, so its status is asked.
        return Base64Url.DecodeFromChars(text, bytes, out _, out var written) == OperationStatus.Done && written == Length
            && Base64Url.EncodeToString(bytes[..Length])[^1] == text[^1];
    }
}
