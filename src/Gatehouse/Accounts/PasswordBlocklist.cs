using System.Collections.Frozen;
using Gatehouse.Security;

namespace Gatehouse.Accounts;

/// <summary>
/// Common passwords that are long enough to be chosen here, without any network: the list inside zxcvbn-core
/// (docs/adr/0003-password-blocklist.md), and <see cref="TrivialSequence"/> for what lists cannot hold.
/// </summary>
internal static class PasswordBlocklist
{
    private const string Resource = "zxcvbn-core.Dictionaries.passwords.lst";

    // Read when the first password is set, not at the start: about a megabyte.
    private static readonly Lazy<FrozenSet<string>> Listed = new(Load);

    public static int Count => Listed.Value.Count;

    /// <summary>Whether the password, given folded, is among the first to be guessed.</summary>
    public static bool Contains(string folded)
    {
        var trimmed = folded.Trim();
        return TrivialSequence.Is(trimmed) || Listed.Value.Contains(trimmed);
    }

    private static FrozenSet<string> Load()
    {
        using var stream = typeof(Zxcvbn.Zxcvbn).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"zxcvbn-core has no resource {Resource}.");
        using var reader = new StreamReader(stream);
        return ReadLines(reader).ToFrozenSet(StringComparer.Ordinal);
    }

    private static IEnumerable<string> ReadLines(StreamReader reader)
    {
        while (reader.ReadLine() is { } line)
        {
            if (line.Length >= PasswordPolicy.LowestMinLength && TextRules.TryFold(line.Trim(), out var folded))
                yield return folded;
        }
    }
}
