using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Gatehouse.Security;

/// <summary>
/// A regular expression out of the settings, asked of a customer's input. It cannot be made to run long: it runs
/// without backtracking, or, where it needs look-around or back-references, is cut off and counts as no match.
/// As in a browser's <c>RegExp.test</c> a match anywhere counts; <c>^</c> and <c>$</c> make it whole.
/// </summary>
internal sealed class OperatorPattern
{
    // What a backtracking pattern may cost a request. The others are linear, and a busy machine must not refuse a name.
    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(100);

    private readonly Regex regex;

    private OperatorPattern(Regex regex) => this.regex = regex;

    /// <summary>False when the text is no regular expression.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out OperatorPattern? pattern)
    {
        pattern = null;
        if (string.IsNullOrEmpty(text))
            return false;
        try
        {
            pattern = new OperatorPattern(Compile(text));
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    public bool IsMatch(string input)
    {
        try
        {
            return regex.IsMatch(input);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    /// <summary>The pattern as the operator wrote it: pages show it to the browser.</summary>
    public override string ToString() => regex.ToString();

    private static Regex Compile(string text)
    {
        try
        {
            return new Regex(text, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (NotSupportedException)
        {
            return new Regex(text, RegexOptions.CultureInvariant, Timeout);
        }
    }
}
