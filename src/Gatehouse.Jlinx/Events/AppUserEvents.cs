using System.Text.Json;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Json;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.Jlinx.Events;

/// <summary>Says that the account exists.</summary>
/// <param name="Account">The AppAccount that it is bound to, as the app saw it.</param>
public sealed record AccountOpened(DocumentRef Account) : EventBody
{
    internal override void Write(Utf8JsonWriter json) => HeaderMembers.Write(json, "ref", Account);
}

/// <summary>Asks whether somebody may log in. The request's id is the event's.</summary>
/// <param name="Nonce">32 random bytes.</param>
/// <param name="Code">Three digits that the browser shows.</param>
/// <param name="Browser">As <c>Firefox on Linux</c>; may be empty.</param>
/// <param name="IsNewPlace">Whether the account was never entered from there before.</param>
/// <param name="Head">The AppAccount as the app saw it.</param>
public sealed record SessionRequested(
    Bytes32 Nonce, WebOrigin Origin, DateTimeOffset Expires, string Code, string Browser, bool IsNewPlace, Head Head)
    : EventBody
{
    private const string New = "new", Known = "known";

    internal static SessionRequested Read(Members data) => new(
        data.Bytes32("nonce"), data.Origin("origin"), data.Time("expires"), Code3(data),
        data.AnyText("browser", DocumentLimits.WordCharacters), Place(data), EventBodies.ReadHead(data));

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("nonce", Multibase.Format(Nonce));
        json.WriteString("origin", Origin.ToString());
        json.WriteString("expires", Members.FormatTime(Expires));
        json.WriteString("code", Code);
        json.WriteString("browser", Browser);
        json.WriteString("place", IsNewPlace ? New : Known);
        EventBodies.Write(json, Head);
    }

    internal static string Code3(Members data)
    {
        var code = data.Text("code", 3);
        data.Check(code.Length == 3 && code.All(char.IsAsciiDigit));
        return code;
    }

    private static bool Place(Members data)
    {
        var place = data.Text("place", DocumentLimits.WordCharacters);
        data.Check(place is New or Known);
        return place == New;
    }
}

/// <summary>The customer's copy of something that happened to the account.</summary>
/// <param name="Event">The name of the event, as <c>password_changed</c>.</param>
/// <param name="HappenedAt">By the app's clock.</param>
/// <param name="Detail">A word or two; may be empty.</param>
/// <param name="Browser">As <c>Firefox on Linux</c>; may be empty.</param>
public sealed record SecurityEvent(string Event, DateTimeOffset HappenedAt, string Detail, string Browser) : EventBody
{
    internal static SecurityEvent Read(Members data) => new(
        data.Text("event", DocumentLimits.WordCharacters), data.Time("at"),
        data.AnyText("detail", DocumentLimits.ValueCharacters), data.AnyText("browser", DocumentLimits.WordCharacters));

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("event", Event);
        json.WriteString("at", Members.FormatTime(HappenedAt));
        json.WriteString("detail", Detail);
        json.WriteString("browser", Browser);
    }
}

/// <summary>Says that a login link was used.</summary>
public sealed record RedeemedOnetimeLoginLink(Bytes32 TokenHash) : EventBody
{
    internal override void Write(Utf8JsonWriter json) => json.WriteString("tokenHash", Multibase.Format(TokenHash));
}
