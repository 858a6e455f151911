using System.IO.Compression;
using System.Net;
using System.Reflection;
using Gatehouse.Pages;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Pages;

/// <summary>What browsers load is served as it was built: to any site, unchanged, and not twice.</summary>
public sealed class WebFilesTests(SharedOnSqlite shared) : IClassFixture<SharedOnSqlite>, IDisposable
{
    private const string Prefix = "web/";

    private readonly HttpClient client = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None })
    {
        BaseAddress = shared.App.Address,
    };

    public static TheoryData<string> Paths => [.. Built];

    private static Assembly Product => typeof(WebFiles).Assembly;

    private static IEnumerable<string> Built => Product.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => "/" + name[Prefix.Length..]);

    public void Dispose() => client.Dispose();

    [Theory]
    [InlineData("/auth/index.mjs")]
    [InlineData("/auth/index.js")]
    [InlineData("/auth/index.d.ts")]
    public void What_page_authors_name_is_there(string path) => Assert.Contains(path, Built, StringComparer.Ordinal);

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_file_is_what_was_built_for_any_site(string path)
    {
        using var answer = await SendAsync(HttpMethod.Get, path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(await BuiltAsync(path), await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(TypeOf(path), answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("*", Header(answer, "Access-Control-Allow-Origin"));
        Assert.Equal("cross-origin", Header(answer, "Cross-Origin-Resource-Policy"));
        Assert.Equal("nosniff", Header(answer, "X-Content-Type-Options"));
        Assert.Equal("no-cache", Header(answer, "Cache-Control"));
        Assert.Equal("Accept-Encoding", Header(answer, "Vary"));
        Assert.Null(Header(answer, "Set-Cookie"));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_file_comes_small_to_who_can_read_that(string path)
    {
        using var answer = await SendAsync(HttpMethod.Get, path, ("Accept-Encoding", "br, gzip"));
        await using var unpacked = new GZipStream(await answer.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var content = new MemoryStream();
        await unpacked.CopyToAsync(content);

        Assert.Equal("gzip", answer.Content.Headers.ContentEncoding.Single());
        Assert.Equal(await BuiltAsync(path), content.ToArray());
    }

    [Fact]
    public async Task Who_refuses_gzip_gets_none()
    {
        using var answer = await SendAsync(HttpMethod.Get, "/auth/index.mjs", ("Accept-Encoding", "gzip;q=0, br"));

        Assert.Empty(answer.Content.Headers.ContentEncoding);
        Assert.Equal(await BuiltAsync("/auth/index.mjs"), await answer.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Who_has_the_newest_is_sent_nothing(string path)
    {
        foreach (var coding in (string[])["identity", "gzip"])
        {
            using var first = await SendAsync(HttpMethod.Get, path, ("Accept-Encoding", coding));
            var tag = first.Headers.ETag!.ToString();

            using var again = await SendAsync(HttpMethod.Get, path, ("Accept-Encoding", coding), ("If-None-Match", tag));
            using var other = await SendAsync(HttpMethod.Get, path, ("Accept-Encoding", coding), ("If-None-Match", "\"older\""));

            Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
            Assert.Empty(await again.Content.ReadAsByteArrayAsync());
            Assert.Equal(tag, again.Headers.ETag!.ToString());
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task The_small_and_the_whole_file_are_told_apart(string path)
    {
        using var whole = await SendAsync(HttpMethod.Get, path);
        using var small = await SendAsync(HttpMethod.Get, path, ("Accept-Encoding", "gzip"));

        Assert.NotEqual(whole.Headers.ETag, small.Headers.ETag);
        Assert.False(whole.Headers.ETag!.IsWeak);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task An_address_with_the_digest_never_changes(string path)
    {
        var address = shared.App.Services.GetRequiredService<WebFiles>().UrlOf(path);

        using var named = await SendAsync(HttpMethod.Get, address);
        using var wrong = await SendAsync(HttpMethod.Get, path + "?v=000000000000");

        Assert.Equal("public, max-age=31536000, immutable", Header(named, "Cache-Control"));
        Assert.Equal("no-cache", Header(wrong, "Cache-Control"));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task HEAD_answers_as_GET_without_the_body(string path)
    {
        using var get = await SendAsync(HttpMethod.Get, path);
        using var head = await SendAsync(HttpMethod.Head, path);

        Assert.Equal(get.StatusCode, head.StatusCode);
        Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Equal(get.Headers.ETag, head.Headers.ETag);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/auth/index")]
    [InlineData("/auth/Index.ts")]
    [InlineData("/auth/..%2Fauth%2Findex.mjs")]
    public async Task Nothing_else_is_served(string path)
    {
        using var answer = await SendAsync(HttpMethod.Get, path);

        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"), answer.StatusCode.ToString());
    }

    private static async Task<byte[]> BuiltAsync(string path)
    {
        await using var resource = Product.GetManifestResourceStream(Prefix + path[1..])!;
        using var content = new MemoryStream();
        await resource.CopyToAsync(content);
        return content.ToArray();
    }

    private static string TypeOf(string path) => Path.GetExtension(path) switch
    {
        ".js" or ".mjs" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        ".html" => "text/html; charset=utf-8",
        ".ts" => "text/plain; charset=utf-8",
        var other => throw new InvalidOperationException($"{other} has no type yet."),
    };

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await client.SendAsync(request);
    }
}
