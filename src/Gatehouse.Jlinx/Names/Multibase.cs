using System.Buffers;
using System.Buffers.Text;
using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Jlinx.Names;

/// <summary>
/// The text of bytes in documents: multibase <c>u</c>, which is base64url without padding. Each value has one text:
/// spare bits that aren't zero, padding and spaces are refused.
/// </summary>
public static class Multibase
{
    /// <summary>The first character.</summary>
    public const char Prefix = 'u';

    /// <summary>Returns the text.</summary>
    public static string Format(ReadOnlySpan<byte> bytes) => Prefix + Base64Url.EncodeToString(bytes);

    /// <summary>Returns the text.</summary>
    public static string Format(Bytes32 value)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        value.CopyTo(bytes);
        return Format(bytes);
    }

    /// <summary>Fills <paramref name="destination"/>. False unless the text is exactly that of so many bytes.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, Span<byte> destination)
    {
        if (text is not [Prefix, .. var digits] || digits.Length != (destination.Length * 4 + 2) / 3)
            return false;
        Span<char> again = stackalloc char[digits.Length];
        // Not TryDecodeFromChars, which throws for all but a destination that is too small.
        return Base64Url.DecodeFromChars(digits, destination, out _, out var written) == OperationStatus.Done
            && written == destination.Length
            && Base64Url.TryEncodeToChars(destination, again, out _)
            && again.SequenceEqual(digits);
    }

    /// <summary>The same for 32 bytes.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Bytes32 value)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        var parsed = TryParse(text, bytes);
        value = parsed ? new Bytes32(bytes) : default;
        return parsed;
    }
}
