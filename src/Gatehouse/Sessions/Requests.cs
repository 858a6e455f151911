using System.Text.Json.Serialization;

namespace Gatehouse.Sessions;

/// <summary>The body of a login. Empty with a live session: that session is answered.</summary>
internal sealed record LogInRequest
{
    public string? Email { get; init; }

    public string? Username { get; init; }

    public string? Password { get; init; }

    public string? UserId { get; init; }
}

/// <summary>Null leaves the user and keeps the account's session.</summary>
internal sealed record SelectUserRequest
{
    public required string? UserId { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = 16)]
[JsonSerializable(typeof(LogInRequest))]
[JsonSerializable(typeof(SelectUserRequest))]
internal sealed partial class SessionJson : JsonSerializerContext;
