using System.Text;

namespace Gatehouse.Accounts;

/// <summary>
/// Passwords one finger makes, of which no list can hold every length: "aaaaaaaa", "12345678", "hgfedcba",
/// "qwertyuiop", "12121212", and two such runs behind one another ("abcd1234").
/// </summary>
internal static class TrivialSequence
{
    // Any password of 64 code points is accepted unless it is listed (NIST SP 800-63B-4, 3.1.1.2): nobody guesses how
    // often a key was struck.
    private const int MaxLength = 63;

    // One place where the run breaks off. A password of chance breaks off nearly everywhere.
    private const int MaxBreaks = 1;

    private static readonly string[] KeyboardRows =
    [
        "1234567890-=", "!@#$%^&*()_+", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", // English
        "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn", // German, French
    ];

    public static bool Is(string folded)
    {
        Rune[] runes = [.. folded.EnumerateRunes()];
        if (runes.Length > MaxLength)
            return false;
        var breaks = 0;
        for (var i = 1; i < runes.Length; i++)
        {
            if (!AreNeighbours(runes[i - 1], runes[i]))
                breaks++;
        }

        return breaks <= MaxBreaks;
    }

    private static bool AreNeighbours(Rune left, Rune right) =>
        Math.Abs(left.Value - right.Value) <= 1 || IsKeyStep($"{left}{right}") || IsKeyStep($"{right}{left}");

    private static bool IsKeyStep(string pair) =>
        KeyboardRows.Any(row => row.Contains(pair, StringComparison.Ordinal));
}
