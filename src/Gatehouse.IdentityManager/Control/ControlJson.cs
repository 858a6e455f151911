using System.Text.Json.Serialization;

namespace Gatehouse.IdentityManager.Control;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(Call))]
[JsonSerializable(typeof(Reply))]
internal sealed partial class ControlJson : JsonSerializerContext;

/// <summary>What commands print for machines: every member, also those that say no.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(IReadOnlyList<AccountView>))]
[JsonSerializable(typeof(IReadOnlyList<RequestView>))]
[JsonSerializable(typeof(RequestView))]
[JsonSerializable(typeof(OfferView))]
[JsonSerializable(typeof(IReadOnlyList<LogView>))]
[JsonSerializable(typeof(SortedDictionary<string, string>))]
internal sealed partial class PrintedJson : JsonSerializerContext;
