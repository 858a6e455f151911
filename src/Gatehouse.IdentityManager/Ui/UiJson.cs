using System.Text.Json.Serialization;

namespace Gatehouse.IdentityManager.Ui;

/// <summary>What the script is told whenever something changes.</summary>
/// <param name="Count">Of open requests.</param>
/// <param name="States">How each thing is that a page may follow.</param>
internal sealed record LiveState(int Count, IReadOnlyDictionary<string, string> States);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LiveState))]
internal sealed partial class UiJson : JsonSerializerContext;
