using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Gatehouse.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;

namespace Gatehouse.Pages;

/// <summary>
/// What is built of <c>web/</c>: the <c>auth</c> object, the panel, the pages' script; each at the address that is its
/// name. The same for everybody, so any site may load it, and nothing in it is secret. Browsers ask whether they have
/// the newest (<c>ETag</c>), unless the address carries the digest (<c>?v=</c>): such a file never changes.
/// </summary>
internal sealed class WebFiles
{
    private const string Prefix = "web/"; // as the project file names the resources
    private const string Block = "/assets/block/auth/main/index.html";
    private const int DigestCharacters = 12; // tells versions apart; it protects nothing
    private const string Unchanging = "public, max-age=31536000, immutable";

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [".css"] = "text/css; charset=utf-8",
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".mjs"] = "text/javascript; charset=utf-8",
        [".ts"] = "text/plain; charset=utf-8",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly FrozenDictionary<string, WebFile> files = typeof(WebFiles).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(name => "/" + name[Prefix.Length..], name => new WebFile(Read(name)), StringComparer.Ordinal);

    /// <summary>The address of a file, with its digest: for our own pages.</summary>
    public string UrlOf(string path) => $"{path}?v={files[path].Digest}";

    public static void Map(IEndpointRouteBuilder routes)
    {
        var all = routes.ServiceProvider.GetRequiredService<WebFiles>();
        foreach (var (path, file) in all.files)
        {
            routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], http => Answer(http, path, file))
                .For(Access.Anyone).ExcludeFromDescription().WithTags("Pages").WithSummary("What browsers load: a script, its types or a picture.");
        }
        foreach (var path in BlockAddresses())
        {
            routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], http => Answer(http, Block, all.files[Block]))
                .For(Access.Anyone).ExcludeFromDescription().WithTags("Pages").WithSummary("The panel as a block of plotdb pages.");
        }
    }

    /// <summary>Pages of plotdb ask for the panel by either name, in either folder, in any version.</summary>
    private static IEnumerable<string> BlockAddresses() =>
        from folder in (string[])["block", "lib"]
        from name in (string[])["auth", "@servebase/auth"]
        from file in (string[])["index.html", "base.html"]
        select $"/assets/{folder}/{name}/{{version}}/{file}";

    private static Task Answer(HttpContext http, string path, WebFile file)
    {
        var headers = http.Response.Headers;
        headers.AccessControlAllowOrigin = "*";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        headers.CacheControl = http.Request.Query["v"] == file.Digest ? Unchanging : "no-cache";
        headers.Vary = "Accept-Encoding";
        var small = http.Request.GetTypedHeaders().AcceptEncoding.Any(coding => coding.Value == "gzip" && coding.Quality is not 0);
        if (small)
            headers.ContentEncoding = "gzip";
        return Results.Bytes(
            small ? file.Small : file.Bytes,
            Types[Path.GetExtension(path)],
            entityTag: new EntityTagHeaderValue($"\"{file.Digest}{(small ? "-gzip" : "")}\"")).ExecuteAsync(http);
    }

    private static byte[] Read(string resource)
    {
        using var stream = typeof(WebFiles).Assembly.GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private sealed class WebFile(byte[] bytes)
    {
        private readonly Lazy<byte[]> small = new(() =>
        {
            using var buffer = new MemoryStream();
            using (var gzip = new GZipStream(buffer, CompressionLevel.SmallestSize))
                gzip.Write(bytes);
            return buffer.ToArray();
        });

        public byte[] Bytes => bytes;

        public byte[] Small => small.Value;

        public string Digest { get; } = Convert.ToHexStringLower(SHA256.HashData(bytes))[..DigestCharacters];
    }
}
