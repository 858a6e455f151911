using System.Globalization;

namespace Gatehouse.Pages;

/// <summary>
/// What tells a user from the others at a glance: the first letter of the name, on a colour that goes with the user and
/// so stays when the name changes. It says nothing that the name beside it doesn't, so readers aloud pass it over.
/// </summary>
internal static class Avatar
{
    private const int Colours = 8; // as many as the style sheet has

    public static Html ToHtml(string userId, string name) =>
        $"""<span class="avatar c{ColourOf(userId)}" aria-hidden="true">{LetterOf(name)}</span>""";

    /// <summary>The first character as people count them: one letter with its marks, one emoji with its parts.</summary>
    public static string LetterOf(string name)
    {
        var first = StringInfo.GetNextTextElement(name.TrimStart());
        return first.Length <= 16 ? first.ToUpperInvariant() : "•"; // a pile of marks is nobody's initial
    }

    private static int ColourOf(string userId)
    {
        var sum = 0;
        foreach (var character in userId)
            sum = ((sum * 31) + character) & 0xFFFF;
        return sum % Colours;
    }
}
