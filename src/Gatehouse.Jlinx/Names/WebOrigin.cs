using System.Diagnostics.CodeAnalysis;

namespace Gatehouse.Jlinx.Names;

/// <summary>
/// The origin of a web site as browsers write it: scheme, host and the port where it isn't the usual one. It is
/// <c>https</c>, or <c>http</c> on the machine itself, for development.
/// </summary>
public sealed record WebOrigin
{
    private const int MaxLength = 300;

    private WebOrigin(Uri uri) => Uri = uri;

    /// <summary>The root of the site.</summary>
    public Uri Uri { get; }

    /// <summary>Whether it is the machine itself, by a name that needs no lookup.</summary>
    public bool IsLoopback => Uri.Host is "localhost" or "127.0.0.1" or "[::1]";

    /// <summary>Parses exactly what <see cref="ToString"/> writes.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out WebOrigin? origin)
    {
        origin = null;
        if (text is null || text.Length > MaxLength || text.AsSpan().ContainsAnyExceptInRange('!', '~')
            || text.Contains('%', StringComparison.Ordinal) // a zone of this machine, or a letter in disguise
            || !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http"))
        {
            return false;
        }
        var parsed = new WebOrigin(uri);
        if (parsed.ToString() != text || (uri.Scheme == "http" && !parsed.IsLoopback))
            return false;
        origin = parsed;
        return true;
    }

    /// <summary>Whether an absolute address is of this origin.</summary>
    public bool Owns(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.IsAbsoluteUri && address.UserInfo.Length == 0
            && address.GetLeftPart(UriPartial.Authority) == Uri.GetLeftPart(UriPartial.Authority);
    }

    /// <inheritdoc/>
    public bool Equals(WebOrigin? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>Returns the origin, as <c>https://app.example</c>.</summary>
    public override string ToString() => $"{Uri.Scheme}://{Uri.Host}{(Uri.IsDefaultPort ? "" : $":{Uri.Port}")}";
}
