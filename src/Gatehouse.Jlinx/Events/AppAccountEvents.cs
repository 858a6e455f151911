using System.Text.Json;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Json;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.Jlinx.Events;

/// <summary>Takes an app's offer: block 1.</summary>
/// <param name="Secret">The sign-up link's secret; null where only the id was had.</param>
public sealed record AccountAccepted(WebOrigin Origin, ReadOnlyMemory<byte>? Secret) : EventBody
{
    private const string SecretName = "signupSecret";

    /// <summary>Never empty: no array becomes no secret, which the conversion of arrays would not do.</summary>
    public ReadOnlyMemory<byte>? Secret { get; init; } = Secret is { IsEmpty: false } ? Secret : null;

    internal static AccountAccepted Read(Members data) => new(
        data.Origin("origin"), data.Has(SecretName) ? data.Bytes(SecretName, SignUpLink.SecretBytes) : null);

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("origin", Origin.ToString());
        if (Secret is { } secret)
            json.WriteString(SecretName, Multibase.Format(secret.Span));
    }
}

/// <summary>
/// Says yes to a <see cref="SessionRequested"/>, of which it repeats everything that makes it this one.
/// </summary>
/// <param name="Request">The request's id.</param>
/// <param name="RequestHash">The <see cref="Labels.Block"/> hash of its block.</param>
/// <param name="Head">The AppUser as the customer's side saw it.</param>
public sealed record SessionApproved(
    string Request, Bytes32 RequestHash, Bytes32 Nonce, WebOrigin Origin, DateTimeOffset Expires, string Code,
    Head Head) : EventBody
{
    internal static SessionApproved Read(Members data) => new(
        EventBodies.ReadRequest(data), data.Bytes32("requestHash"), data.Bytes32("nonce"), data.Origin("origin"),
        data.Time("expires"), SessionRequested.Code3(data), EventBodies.ReadHead(data));

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("request", Request);
        json.WriteString("requestHash", Multibase.Format(RequestHash));
        json.WriteString("nonce", Multibase.Format(Nonce));
        json.WriteString("origin", Origin.ToString());
        json.WriteString("expires", Members.FormatWhole(Expires));
        json.WriteString("code", Code);
        EventBodies.Write(json, Head);
    }
}

/// <summary>Says no to a <see cref="SessionRequested"/>.</summary>
/// <param name="Block">Whether nobody may ask for a while: it wasn't the customer who asked.</param>
public sealed record SessionRejected(string Request, Bytes32 RequestHash, bool Block) : EventBody
{
    internal static SessionRejected Read(Members data) => new(
        EventBodies.ReadRequest(data), data.Bytes32("requestHash"), data.Has("block") && data.Flag("block"));

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("request", Request);
        json.WriteString("requestHash", Multibase.Format(RequestHash));
        json.WriteBoolean("block", Block);
    }
}

/// <summary>Ends the session that came of a request, or of a login link by the id of its event.</summary>
public sealed record SessionEnded(string Request) : EventBody
{
    internal override void Write(Utf8JsonWriter json) => json.WriteString("request", Request);
}

/// <summary>Tells what the customer wants to be called.</summary>
public sealed record SetProfile(string Name) : EventBody
{
    internal override void Write(Utf8JsonWriter json) => json.WriteString("name", Name);
}

/// <summary>Announces a link that logs in whoever opens it first, soon.</summary>
/// <param name="TokenHash">The <see cref="Labels.LoginToken"/> hash of what the link carries.</param>
public sealed record GeneratedOnetimeLoginLink(Bytes32 TokenHash, WebOrigin Origin) : EventBody
{
    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("tokenHash", Multibase.Format(TokenHash));
        json.WriteString("origin", Origin.ToString());
    }
}
