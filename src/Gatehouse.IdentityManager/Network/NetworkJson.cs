using System.Text.Json.Serialization;

namespace Gatehouse.IdentityManager.Network;

internal sealed record SignUpPost([property: JsonPropertyName("app_account")] string AppAccount);

[JsonSerializable(typeof(SignUpPost))]
internal sealed partial class NetworkJson : JsonSerializerContext;
