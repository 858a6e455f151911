using System.Buffers;
using System.Buffers.Text;

namespace Gatehouse.Tokens;

/// <summary>
/// base64url as RFC 7515 2 has it, and nothing else. The platform's decoder also takes white space and padding: then
/// one signature has many spellings, and whatever remembers a token by its text is deceived.
/// </summary>
internal static class CanonicalBase64Url
{
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>False, too, when the destination is too small.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination, out int written)
    {
        written = 0;
        return !text.ContainsAnyExcept(Alphabet)
            && HasNoSpareBits(text)
            && Base64Url.TryDecodeFromChars(text, destination, out written);
    }

    // The last character carries 4 or 2 bits that belong to no byte; RFC 4648 3.5 wants them zero.
    // One lone character is no byte at all.
    private static bool HasNoSpareBits(ReadOnlySpan<char> text) => (text.Length % 4) switch
    {
        0 => true,
        2 => "AQgw".Contains(text[^1]),
        3 => "AEIMQUYcgkosw048".Contains(text[^1]),
        _ => false,
    };
}
