using System.Diagnostics.CodeAnalysis;
using System.Text;
using Gatehouse.Security;

namespace Gatehouse.Users;

/// <summary>
/// The name of a profile: any script, any emoji, not unique. Kept as it is (NFC, without white space around it);
/// whoever prints it encodes it. Never a control, never a sign that turns the direction of the text around it.
/// </summary>
internal sealed record UserName
{
    private const int MaxCodePoints = 64;

    private UserName(string text) => Text = text;

    public string Text { get; }

    public static bool TryParse(string? text, [NotNullWhen(true)] out UserName? name)
    {
        name = null;
        if (text is null || TextRules.HasControl(text) || TextRules.HasLayoutControl(text))
            return false;
        if (!TextRules.TryNormalize(text, NormalizationForm.FormC, out var normalized))
            return false;
        var trimmed = normalized.Trim();
        if (!TextRules.HasVisible(trimmed) || TextRules.CountCodePoints(trimmed) > MaxCodePoints)
            return false;
        name = new UserName(trimmed);
        return true;
    }

    /// <summary>The first of these that makes a name; "Me" when none does.</summary>
    public static UserName FirstOf(params ReadOnlySpan<string?> candidates)
    {
        foreach (var candidate in candidates)
        {
            if (TryParse(candidate, out var name))
                return name;
        }
        return new UserName("Me");
    }

    public override string ToString() => Text;
}
