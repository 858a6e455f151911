namespace Gatehouse.Configuration;

/// <summary>The operator's picture.</summary>
/// <param name="Address">Where pages find it: a path of our own origin.</param>
/// <param name="File">What is served there; null when the application serves it itself.</param>
internal sealed record Logo(string Address, string? File)
{
    /// <summary>Followed by the file's extension.</summary>
    public const string ServedAt = "/auth/logo";

    /// <summary>The media type by the extension; null for what isn't a picture that pages show.</summary>
    public static string? TypeOf(string file) => Path.GetExtension(file).ToUpperInvariant() switch
    {
        ".SVG" => "image/svg+xml",
        ".PNG" => "image/png",
        ".WEBP" => "image/webp",
        ".JPG" or ".JPEG" => "image/jpeg",
        _ => null,
    };
}
