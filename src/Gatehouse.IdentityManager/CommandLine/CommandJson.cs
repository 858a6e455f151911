using System.Text.Json.Serialization;

namespace Gatehouse.IdentityManager.CommandLine;

internal sealed record NewVault(string Home, string RecoveryKey);

internal sealed record Told(string Text);

internal sealed record Link(string Url);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NewVault))]
[JsonSerializable(typeof(Told))]
[JsonSerializable(typeof(Link))]
internal sealed partial class CommandJson : JsonSerializerContext;
