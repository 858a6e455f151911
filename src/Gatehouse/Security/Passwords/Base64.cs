using System.Diagnostics.CodeAnalysis;

namespace Gatehouse.Security.Passwords;

/// <summary>The base64 of PHC strings: the ordinary alphabet, no padding, one spelling for each value.</summary>
internal static class Base64
{
    public static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    /// <summary>Refuses padding, white space and left-over bits that are not zero.</summary>
    public static bool TryDecode(string text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        var padded = text.PadRight((text.Length + 3) / 4 * 4, '=');
        var buffer = new byte[padded.Length / 4 * 3];
        if (!Convert.TryFromBase64String(padded, buffer, out var length))
            return false;
        var decoded = buffer[..length];
        if (!string.Equals(Encode(decoded), text, StringComparison.Ordinal))
            return false;
        bytes = decoded;
        return true;
    }
}
