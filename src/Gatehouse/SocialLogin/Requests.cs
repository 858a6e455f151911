using System.Text.Json.Serialization;

namespace Gatehouse.SocialLogin;

/// <summary>The password of the account that has the same address.</summary>
internal sealed record MatchRequest
{
    public required string Password { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = 16)]
[JsonSerializable(typeof(MatchRequest))]
internal sealed partial class SocialJson : JsonSerializerContext;
