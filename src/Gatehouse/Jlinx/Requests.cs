using System.Text.Json.Serialization;

namespace Gatehouse.Jlinx;

internal sealed record JlinxSignUpRequest
{
    public string? Invite { get; init; }

    /// <summary>
    /// Whether it is begun to come back to an account whose keys are lost: makes no new one, and needs no invite.
    /// </summary>
    public bool Recovery { get; init; }
}

/// <summary>The id of the document that the customer's program made.</summary>
internal sealed record NameAccountRequest
{
    public required string AppAccount { get; init; }
}

/// <summary>The id of an AppAccount, or a username or email that the account has here.</summary>
internal sealed record JlinxLogInRequest
{
    public required string Identifier { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = 16)]
[JsonSerializable(typeof(JlinxSignUpRequest))]
[JsonSerializable(typeof(NameAccountRequest))]
[JsonSerializable(typeof(JlinxLogInRequest))]
internal sealed partial class JlinxJson : JsonSerializerContext;
