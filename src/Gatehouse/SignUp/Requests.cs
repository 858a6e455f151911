using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gatehouse.SignUp;

/// <summary>The body of a sign-up. <c>username</c> alone is taken as the email.</summary>
internal sealed record SignUpRequest
{
    public string? Email { get; init; }

    public required string Password { get; init; }

    public string? Username { get; init; }

    [JsonPropertyName("displayname")]
    public string? DisplayName { get; init; }

    public string? Invite { get; init; }

    public JsonElement? Config { get; init; }
}

internal sealed record ResendRequest
{
    public required string Email { get; init; }
}

/// <summary>The body of a verification. Which members it needs depends on <c>Verification:AskPassword</c>.</summary>
internal sealed record VerifyRequest
{
    public string? Password { get; init; }

    public string? UserName { get; init; }
}

internal sealed record ConfirmAccountRequest
{
    public required string Token { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = 16)]
[JsonSerializable(typeof(SignUpRequest))]
[JsonSerializable(typeof(ResendRequest))]
[JsonSerializable(typeof(VerifyRequest))]
[JsonSerializable(typeof(ConfirmAccountRequest))]
internal sealed partial class SignUpJson : JsonSerializerContext;
