using System.Text.Json;
using Gatehouse.Http;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Docs;

public sealed class EndpointsPageTests
{
    [Fact]
    public async Task Every_endpoint_but_pages_says_in_a_sentence_what_it_does()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        Assert.All(Endpoint.AllOf(app).Where(endpoint => !endpoint.Rules.Page), endpoint =>
            Assert.True(endpoint.Summary?.EndsWith('.'), $"{endpoint.Method} {endpoint.Path} has no summary."));
    }

    [Fact]
    public async Task The_page_of_endpoints_is_current()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        var page = new GeneratedPage("endpoints.md", "Endpoints")
            .Says("Every path with who may call it. *Anyone* includes guests; *Session* needs a live session, by cookie "
                + "or bearer. *Budgets* are the rate limits a call draws on, by what it does or finds "
                + "([settings.md](settings.md)). Each unsafe call without a bearer must come from our own origin or an "
                + "allowed one, unless its sentence says otherwise. Pages and the dev mailbox are not in the OpenAPI "
                + "document.");
        foreach (var group in Endpoint.AllOf(app).GroupBy(endpoint => endpoint.Group, StringComparer.Ordinal))
            page.Heading(group.Key).Table(["Method", "Path", "Who", "Budgets", "What"], group.Select(Row));
        page.IsCurrent();
    }

    [Fact]
    public async Task The_OpenAPI_document_names_every_endpoint_but_pages()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        var answer = await app.GetAsync("/openapi/v1.json");
        answer.IsOk();

        var named = answer.Json.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()
            .Select(call => $"{call.Name.ToUpperInvariant()} {path.Name}"))
            .Order(StringComparer.Ordinal);
        var ours = Endpoint.AllOf(app).Where(endpoint => endpoint.Described)
            .Select(endpoint => $"{endpoint.Method} {endpoint.Path}").Order(StringComparer.Ordinal);
        Assert.Equal(ours, named);
    }

    [Fact]
    public async Task The_OpenAPI_document_tells_the_product_its_version_and_its_problems()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        var document = (await app.GetAsync("/openapi/v1.json")).Json;

        var info = document.GetProperty("info");
        Assert.Equal("Gatehouse", info.GetProperty("title").GetString());
        Assert.Equal(ProductVersion.Text, info.GetProperty("version").GetString());
        Assert.NotEmpty(info.GetProperty("description").GetString()!);
        var create = ResponsesOf(document, "/api/auth/users", "post");
        var answers = create.EnumerateObject().Select(response => response.Name);
        Assert.Equal("201 401 429 default", string.Join(' ', answers.Order(StringComparer.Ordinal)));
        var problem = create.GetProperty("default").GetProperty("content").GetProperty("application/problem+json");
        Assert.Equal("#/components/schemas/Problem", problem.GetProperty("schema").GetProperty("$ref").GetString());
        var schemas = document.GetProperty("components").GetProperty("schemas");
        Assert.Equal("object", schemas.GetProperty("Problem").GetProperty("type").GetString());
        Assert.True(ResponsesOf(document, "/api/auth/signup", "post").TryGetProperty("202", out _));
    }

    private static JsonElement ResponsesOf(JsonElement document, string path, string method) =>
        document.GetProperty("paths").GetProperty(path).GetProperty(method).GetProperty("responses");

    private static string[] Row(Endpoint endpoint) =>
    [
        endpoint.Method,
        $"`{endpoint.Path}`",
        endpoint.Rules.Access.ToString(),
        string.Join(", ", endpoint.Rules.Limits),
        endpoint.Summary ?? "",
    ];
}
