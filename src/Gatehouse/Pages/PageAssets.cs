using System.Security.Cryptography;
using System.Text;
using Gatehouse.Configuration;
using Gatehouse.Http;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>
/// The pages' style. The content policy forbids it inside a page, so the operator's colour is put into it here, once. Its
/// address carries a digest: browsers keep it, and take a new one at once.
/// </summary>
internal sealed class PageAssets
{
    public const string StylePath = "/auth/gatehouse.css";
    private const int DigestCharacters = 12; // tells versions apart; it protects nothing
    private static readonly Accent LightPaper = Accent.Parse("#ffffff"); // as in gatehouse.css
    private static readonly Accent DarkPaper = Accent.Parse("#1d2124");
    private readonly byte[] style;

    public PageAssets(GatehouseSettings settings)
    {
        style = [.. Read("gatehouse.css"), .. Encoding.ASCII.GetBytes(Colours(Accent.Parse(settings.Pages.Accent)))];
        StyleUrl = $"{StylePath}?v={DigestOf(style)}";
    }

    public string StyleUrl { get; }

    public static IResult Style(HttpContext http, PageAssets assets) => Answer(http, assets.style, "text/css; charset=utf-8");

    /// <summary>The operator's picture. A drawing may hold a script; the policy of every answer keeps it from running.</summary>
    public static IResult Logo(HttpContext http, GatehouseSettings settings)
    {
        if (settings.Pages.Logo is not { File: { } file })
            return Problems.NotFound();
        http.Response.Headers["Cross-Origin-Resource-Policy"] = "cross-origin"; // a mail is read on another site's page
        return Results.File(file, Configuration.Logo.TypeOf(file));
    }

    private static IResult Answer(HttpContext http, byte[] bytes, string type)
    {
        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Results.Bytes(bytes, type);
    }

    private static string Colours(Accent accent) => $$"""
        :root { --accent: {{accent}}; --on-accent: {{accent.Inverse}}; --accent-text: {{accent.ReadableOn(LightPaper)}}; }
        @media (prefers-color-scheme: dark) { :root { --accent-text: {{accent.ReadableOn(DarkPaper)}}; } }

        """;

    private static string DigestOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..DigestCharacters];

    private static byte[] Read(string file)
    {
        using var stream = typeof(PageAssets).Assembly.GetManifestResourceStream(typeof(PageAssets), file)
            ?? throw new InvalidOperationException($"The resource {file} is missing.");
        using var buffer = new MemoryStream();
        stream.CopyTo(buffer);
        return buffer.ToArray();
    }
}
