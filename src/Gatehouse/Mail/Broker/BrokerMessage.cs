using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gatehouse.Security;

namespace Gatehouse.Mail.Broker;

/// <summary>
/// What travels through the broker: "look at the row of this id". Promises: it holds no address, no text and no secret,
/// and is authentic, so that another user of the broker can't have a mail sent (GH-SEC-284, 285).
/// </summary>
internal sealed class BrokerMessage(MasterKeys secrets)
{
    public const int MostBytes = 1024; // ours have about 150
    private const int Version = 1;
    private const int LongestWord = 64;

    private readonly IReadOnlyList<DerivedKey> keys = secrets.DeriveAll("mail message");

    public byte[] Write(NamedMail mail) => JsonSerializer.SerializeToUtf8Bytes(
        new Wire(Version, mail.Id, mail.Kind, SecretBytes.ToText(Sign(keys[0], mail))), WireJson.Default.Wire);

    /// <returns>The row it names; null with the reason when it isn't one of ours.</returns>
    public NamedMail? Read(ReadOnlySpan<byte> body, out Refusal refusal)
    {
        refusal = Refusal.Malformed;
        if (body.Length > MostBytes)
        {
            refusal = Refusal.Oversized;
            return null;
        }
        if (Parse(body) is not { } wire)
            return null;
        if (wire.V != Version)
        {
            refusal = Refusal.UnknownVersion;
            return null;
        }
        if (!IsWord(wire.Id) || !IsWord(wire.Kind))
            return null;
        var mail = new NamedMail { Id = wire.Id, Kind = wire.Kind };
        var mac = new byte[SecretBytes.Length];
        refusal = Refusal.Forged;
        return SecretBytes.TryParse(wire.Mac, mac) && keys.Any(key => CryptographicOperations.FixedTimeEquals(mac, Sign(key, mail)))
            ? mail
            : null;
    }

    private static Wire? Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, WireJson.Default.Wire);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // No word holds a line break, so no two messages have one text.
    private static byte[] Sign(DerivedKey key, NamedMail mail) => HMACSHA256.HashData(
        key.Reveal(), Encoding.ASCII.GetBytes($"gatehouse mail\n{Version}\n{mail.Id}\n{mail.Kind}"));

    private static bool IsWord(string text) => text.Length is > 0 and <= LongestWord
        && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');

    internal sealed record Wire(int V, string Id, string Kind, string Mac);

    /// <summary>Why a message is not taken: words of a fixed set, for logs.</summary>
    internal enum Refusal
    {
        Malformed,
        Oversized,
        UnknownVersion,
        Forged,
    }
}

/// <summary>To the letter: no unknown member, none twice, none missing.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(BrokerMessage.Wire))]
internal sealed partial class WireJson : JsonSerializerContext;
