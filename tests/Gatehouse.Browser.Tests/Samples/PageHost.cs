using Gatehouse.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Browser.Tests.Samples;

/// <summary>
/// A sample's folder at an origin of its own, as any server of static files serves it. Only the server's address is put
/// into its pages, as a reader puts theirs.
/// </summary>
internal sealed class PageHost : IAsyncDisposable
{
    private const string Written = "http://localhost:8080"; // how the samples and their READMEs call the server
    private static readonly FileExtensionContentTypeProvider Types = new();
    private readonly WebApplication host;
    private readonly string folder;

    private PageHost(WebApplication host, string folder)
    {
        (this.host, this.folder) = (host, folder);
        host.Run(AnswerAsync);
    }

    public Uri Address => new(host.Urls.First());

    public string Server { get; set; } = Written;

    public static string FolderOf(string sample) => Path.Combine(Node.RepositoryRoot, "samples", sample);

    public static async Task<PageHost> StartAsync(string sample)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var page = new PageHost(builder.Build(), FolderOf(sample));
        await page.host.StartAsync();
        return page;
    }

    public async ValueTask DisposeAsync() => await host.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var name = http.Request.Path == "/" ? "index.html" : http.Request.Path.Value!.TrimStart('/');
        var file = Path.Combine(folder, name);
        if (!File.Exists(file) || !Types.TryGetContentType(file, out var type))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        var text = await File.ReadAllTextAsync(file, http.RequestAborted);
        http.Response.ContentType = type;
        await http.Response.WriteAsync(text.Replace(Written, Server, StringComparison.Ordinal), http.RequestAborted);
    }
}
