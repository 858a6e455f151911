using System.Globalization;
using Gatehouse.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Gatehouse.Hosting;

/// <summary>The words around the OpenAPI document, and the problems that an endpoint's rules make possible.</summary>
internal static class ApiDescription
{
    private const string ProblemSchema = "Problem";

    private const string About = """
        Accounts, users, sessions and access tokens. A call carries its session in the session cookie or, from an API
        client, in `Authorization: Bearer`; every successful answer to a bearer carries the token to use next. Errors
        are RFC 9457 problems with a stable `code`. Unknown members of a request are ignored.
        """;

    public static void AddTo(OpenApiOptions options)
    {
        // An application that Gatehouse is part of describes its own endpoints, in a document of its own.
        options.ShouldInclude = call => call.ActionDescriptor.EndpointMetadata.OfType<EndpointRules>().Any();
        options.AddOperationTransformer(AddProblems);
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo { Title = "Gatehouse", Version = ProductVersion.Text, Description = About };
            document.Servers = []; // the address it was asked at
            document.AddComponent(ProblemSchema, DescribeProblem());
            return Task.CompletedTask;
        });
    }

    private static Task AddProblems(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var rules = context.Description.ActionDescriptor.EndpointMetadata.OfType<EndpointRules>().LastOrDefault();
        operation.Responses ??= [];
        if (rules is { Access: not Access.Anyone })
            Add(StatusCodes.Status401Unauthorized, "No live session.");
        if (rules is { Limits.Count: > 0 })
            Add(StatusCodes.Status429TooManyRequests, "Too many tries; Retry-After says how many seconds to wait.");
        operation.Responses["default"] = Describe("Refused, or not possible now; `code` says why.", context.Document);
        return Task.CompletedTask;

        void Add(int status, string description) => operation.Responses.TryAdd(
            status.ToString(CultureInfo.InvariantCulture), Describe(description, context.Document));
    }

    private static OpenApiResponse Describe(string description, OpenApiDocument? document) => new()
    {
        Description = description,
        Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
        {
            ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference(ProblemSchema, document) },
        },
    };

    private static OpenApiSchema DescribeProblem()
    {
        string[] always = ["type", "title", "status", "detail", "code", "name", "id"];
        return new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Required = always.ToHashSet(StringComparer.Ordinal),
            Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
            {
                ["type"] = Text("The page of the code."),
                ["title"] = Text("The problem in a few words."),
                ["status"] = Number("The status of the answer."),
                ["detail"] = Text("A sentence for the customer."),
                ["code"] = Text("What a program decides by."),
                ["name"] = Text("Always lderror."),
                ["id"] = Number("The lderror number."),
                ["trace_id"] = Text("With internal: what the log calls this request."),
                ["errors"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    Description = "Messages by field.",
                    AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = Text(null) },
                },
            },
        };
    }

    private static OpenApiSchema Text(string? about) => new() { Type = JsonSchemaType.String, Description = about };

    private static OpenApiSchema Number(string about) => new() { Type = JsonSchemaType.Integer, Description = about };
}
