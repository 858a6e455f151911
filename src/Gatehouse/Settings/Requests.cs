using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gatehouse.Settings;

/// <summary>Credentials again: the password, or the name of another way in for an account without one.</summary>
internal sealed record OpenRequest
{
    public string? Password { get; init; }

    public string? Via { get; init; }

    /// <summary>A path of ours to come back to; null: the settings page.</summary>
    public string? Return { get; init; }
}

/// <summary>The name of another way in, to be added.</summary>
internal sealed record AddIdentityRequest
{
    public required string Via { get; init; }

    /// <summary>A path of ours to come back to; null: the settings page.</summary>
    public string? Return { get; init; }
}

internal sealed record ChangeAccountRequest
{
    public string? Username { get; init; }

    /// <summary>The tag of a language of ours.</summary>
    public string? Language { get; init; }

    public JsonElement? Config { get; init; }
}

internal sealed record ChangePasswordRequest
{
    public required string Password { get; init; }
}

internal sealed record ChangeEmailRequest
{
    public required string Email { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = 16)]
[JsonSerializable(typeof(OpenRequest))]
[JsonSerializable(typeof(AddIdentityRequest))]
[JsonSerializable(typeof(ChangeAccountRequest))]
[JsonSerializable(typeof(ChangePasswordRequest))]
[JsonSerializable(typeof(ChangeEmailRequest))]
internal sealed partial class SettingsJson : JsonSerializerContext;
