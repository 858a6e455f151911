using System.Diagnostics.CodeAnalysis;
using System.Text;
using Gatehouse.Security;

namespace Gatehouse.Accounts;

/// <summary>
/// What holds for a password whether it is being set or checked: the same text in NFC, so that it is the same on every
/// keyboard (RFC 8265, 4.2), and nothing else: no trimming, no case, no cutting, and a NUL is a character.
/// </summary>
internal static class PasswordText
{
    public const int MaxCodePoints = 256; // A passphrase of forty words, and never more than 1,024 bytes of UTF-8.

    // Before normalising, in UTF-16 units: nothing that NFC joins to one code point is spelled with more than eight.
    private const int MaxTypedLength = 8 * MaxCodePoints;

    public static bool IsTooLongToRead(string text) => text.Length > MaxTypedLength;

    public static bool IsTooLong(string normalized) => TextRules.CountCodePoints(normalized) > MaxCodePoints;

    public static bool TryNormalize(string text, [NotNullWhen(true)] out string? normalized) =>
        TextRules.TryNormalize(text, NormalizationForm.FormC, out normalized);
}
