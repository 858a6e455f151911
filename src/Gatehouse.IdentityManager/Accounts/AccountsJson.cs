using System.Text.Json.Serialization;

namespace Gatehouse.IdentityManager.Accounts;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(AccountRecord))]
[JsonSerializable(typeof(LogRecord))]
[JsonSerializable(typeof(RequestRecord))]
internal sealed partial class AccountsJson : JsonSerializerContext;
