using System.Security.Cryptography;
using System.Text;
using Gatehouse.Configuration;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>
/// The pages' style and script. The content policy forbids both inside a page, so the operator's colour is put into the
/// style here, once. Their addresses carry a digest: browsers keep them, and take new ones at once.
/// </summary>
internal sealed class PageAssets
{
    public const string StylePath = "/auth/gatehouse.css";
    public const string ScriptPath = "/auth/gatehouse.js";
    private const int DigestCharacters = 12; // tells versions apart; it protects nothing
    private static readonly Accent LightPaper = Accent.Parse("#ffffff"); // as in gatehouse.css
    private static readonly Accent DarkPaper = Accent.Parse("#1d2124");
    private readonly byte[] style;
    private readonly byte[] script;

    public PageAssets(GatehouseSettings settings)
    {
        style = [.. Read("gatehouse.css"), .. Encoding.ASCII.GetBytes(Colours(Accent.Parse(settings.Pages.Accent)))];
        script = Read("gatehouse.js");
        StyleUrl = $"{StylePath}?v={DigestOf(style)}";
        ScriptUrl = $"{ScriptPath}?v={DigestOf(script)}";
    }

    public string StyleUrl { get; }

    public string ScriptUrl { get; }

    public static IResult Style(HttpContext http, PageAssets assets) => Answer(http, assets.style, "text/css; charset=utf-8");

    public static IResult Script(HttpContext http, PageAssets assets) =>
        Answer(http, assets.script, "text/javascript; charset=utf-8");

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
