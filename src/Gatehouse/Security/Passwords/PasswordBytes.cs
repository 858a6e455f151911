using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Gatehouse.Security.Passwords;

/// <summary>
/// What of a password is hashed: all of it, in NFC, as UTF-8. Keyboards differ in how they write "é"; people do not.
/// Nothing is trimmed or cut, and U+0000 is a character like any other.
/// </summary>
internal static class PasswordBytes
{
    /// <summary>False for text with a lone surrogate, which has no UTF-8. The bytes are the caller's to zero.</summary>
    public static bool TryEncode(ReadOnlySpan<char> password, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (!IsUnicode(password))
            return false;

        // Pinned, so that the garbage collector leaves no copies behind that nobody can zero.
        var normalized = GC.AllocateArray<char>(password.GetNormalizedLength(NormalizationForm.FormC), pinned: true);
        try
        {
            if (!password.TryNormalize(normalized, out var length, NormalizationForm.FormC))
                throw new InvalidOperationException("The normalised length was wrong.");
            var text = normalized.AsSpan(0, length);
            bytes = GC.AllocateArray<byte>(Encoding.UTF8.GetByteCount(text), pinned: true);
            Encoding.UTF8.GetBytes(text, bytes);
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(normalized.AsSpan()));
        }
    }

    private static bool IsUnicode(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out _, out var length) != OperationStatus.Done)
                return false;
            text = text[length..];
        }

        return true;
    }
}
