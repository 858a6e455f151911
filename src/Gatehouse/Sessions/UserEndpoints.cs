using System.Text.Json;
using System.Text.Json.Serialization;
using Gatehouse.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gatehouse.Sessions;

/// <summary>The routes of users.</summary>
internal static class UserEndpoints
{
    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        var users = routes.MapGroup("/api/auth/users").WithTags("Users");
        users.MapGet("", UserFlows.List).For(Access.Session)
            .WithSummary("Lists the users of the account.");
        users.MapPost("", UserFlows.Create).Takes<CreateUserRequest>().For(Access.Session, LimitName.Login)
            .Produces(StatusCodes.Status201Created).WithSummary("Makes a user; the account's password is needed.");
        users.MapPatch("/{id}", UserFlows.Change).Takes<ChangeUserRequest>().For(Access.Session)
            .WithSummary("Changes a user's name or preferences.");
        users.MapDelete("/{id}", UserFlows.Delete).Takes<DeleteUserRequest>().For(Access.Session, LimitName.Login)
            .WithSummary("Deletes a user; the account's password is needed, and the last one stays.");
    }
}

internal sealed record CreateUserRequest
{
    public required string Name { get; init; }

    /// <summary>Not needed beside a grant.</summary>
    public string? Password { get; init; }

    public JsonElement? Preferences { get; init; }
}

internal sealed record ChangeUserRequest
{
    public string? Name { get; init; }

    public JsonElement? Preferences { get; init; }
}

internal sealed record DeleteUserRequest
{
    /// <summary>Not needed beside a grant.</summary>
    public string? Password { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = 16)]
[JsonSerializable(typeof(CreateUserRequest))]
[JsonSerializable(typeof(ChangeUserRequest))]
[JsonSerializable(typeof(DeleteUserRequest))]
internal sealed partial class UserRequestJson : JsonSerializerContext;
