using System.Diagnostics.CodeAnalysis;

namespace Gatehouse.Jlinx.Names;

/// <summary>
/// What an app's sign-up page shows, as text and as a QR code: <c>jlinx:u…?s=u…&amp;h=https%3A%2F%2Fapp.example</c>.
/// </summary>
/// <param name="AppUser">The document that waits for an account.</param>
/// <param name="Secret">Proves that the link was seen: 32 bytes. Null in a bare id.</param>
/// <param name="Origin">Where the app is. Null in a bare id.</param>
public sealed record SignUpLink(DocumentId AppUser, ReadOnlyMemory<byte>? Secret, WebOrigin? Origin)
{
    /// <summary>The size of the secret.</summary>
    public const int SecretBytes = 32;

    private const int MaxLength = 512;

    /// <summary>Never empty: no array becomes no secret, which the conversion of arrays would not do.</summary>
    public ReadOnlyMemory<byte>? Secret { get; init; } = Secret is { IsEmpty: false } ? Secret : null;

    /// <summary>Parses a link, or an id alone. Members that aren't known are ignored.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out SignUpLink? link)
    {
        link = null;
        text = text?.Trim();
        if (text is null || text.Length > MaxLength)
            return false;
        var question = text.IndexOf('?', StringComparison.Ordinal);
        if (!DocumentId.TryParse(question < 0 ? text : text[..question], out var id))
            return false;
        byte[]? secret = null;
        WebOrigin? origin = null;
        foreach (var pair in question < 0 ? [] : text[(question + 1)..].Split('&'))
        {
            if (pair.StartsWith("s=", StringComparison.Ordinal))
            {
                if (secret is not null || !Multibase.TryParse(pair.AsSpan(2), secret = new byte[SecretBytes]))
                    return false;
            }
            else if (pair.StartsWith("h=", StringComparison.Ordinal)
                && (origin is not null || !WebOrigin.TryParse(Uri.UnescapeDataString(pair[2..]), out origin)))
            {
                return false;
            }
        }
        link = new SignUpLink(id, secret, origin);
        return true;
    }

    /// <summary>Returns the link; with its secret.</summary>
    public override string ToString()
    {
        var text = AppUser.ToString();
        if (Secret is { } secret)
            text += "?s=" + Multibase.Format(secret.Span);
        if (Origin is not null)
            text += (Secret is null ? "?h=" : "&h=") + Uri.EscapeDataString(Origin.ToString());
        return text;
    }
}
