using System.Diagnostics.CodeAnalysis;

namespace Gatehouse.Http;

/// <summary>
/// Where a customer wants to go after logging in: a path of ours, or home. Narrower than what browsers take as one, so
/// that no two readers differ on it (GH-SEC-217, 219): visible ASCII, one slash first and never two, no backslash, and
/// no escape in the path that would be a separator, a dot or a control if somebody decoded it once more.
/// </summary>
internal readonly record struct ReturnPath
{
    private const int MostCharacters = 2048;
    private readonly string? path;

    private ReturnPath(string path) => this.path = path;

    public static ReturnPath Home => default;

    public string Path => path ?? "/";

    /// <summary>The path to return to; home for anything that isn't one.</summary>
    public static ReturnPath Parse(string? text) => IsOurs(text) ? new ReturnPath(text) : Home;

    /// <summary>A page of ours that passes on where to return to.</summary>
    public string After(string page) => path is null ? page : $"{page}?return={Uri.EscapeDataString(path)}";

    private static bool IsOurs([NotNullWhen(true)] string? text)
    {
        if (text is not ['/', ..] || text.Length > MostCharacters || text.AsSpan().ContainsAnyExceptInRange('!', '~'))
            return false;
        if (text.Contains('\\', StringComparison.Ordinal))
            return false;
        var end = text.AsSpan().IndexOfAny('?', '#');
        var segments = end < 0 ? text : text[..end];
        return !segments.Contains("//", StringComparison.Ordinal) && !HasDotSegment(segments) && !HasHostileEscape(segments);
    }

    /// <summary>"/.//evil.example" stays with us in a browser; once shortened by somebody it would not.</summary>
    private static bool HasDotSegment(string segments) => segments.Split('/').Any(segment => segment is "." or "..");

    private static bool HasHostileEscape(string segments)
    {
        for (var at = segments.IndexOf('%', StringComparison.Ordinal); at >= 0; at = segments.IndexOf('%', at + 1))
        {
            if (at + 2 >= segments.Length || !char.IsAsciiHexDigit(segments[at + 1]) || !char.IsAsciiHexDigit(segments[at + 2]))
                return true;
            var value = Convert.FromHexString(segments.AsSpan(at + 1, 2))[0];
            if (value is <= 0x20 or 0x7F or (byte)'/' or (byte)'\\' or (byte)'.' or (byte)'%')
                return true;
        }
        return false;
    }
}
