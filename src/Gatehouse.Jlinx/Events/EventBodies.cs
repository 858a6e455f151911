using System.Text.Json;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Json;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.Jlinx.Events;

/// <summary>Which events each document has, and the older names that are still read.</summary>
internal static class EventBodies
{
    public static EventBody Read(DocType type, string name, Members data) => (type, name) switch
    {
        (DocType.AppUser, nameof(AccountOpened)) => new AccountOpened(HeaderMembers.ReadRef(data, "ref")),
        (DocType.AppUser, nameof(SessionRequested)) => SessionRequested.Read(data),
        (DocType.AppUser, nameof(SecurityEvent)) => SecurityEvent.Read(data),
        (DocType.AppUser, nameof(RedeemedOnetimeLoginLink)) => new RedeemedOnetimeLoginLink(data.Bytes32("tokenHash")),
        (DocType.AppUser, "AccountClosed") => Skip(data, new DestroyedAccount()),

        (DocType.AppAccount, nameof(AccountAccepted)) => AccountAccepted.Read(data),
        (DocType.AppAccount, nameof(SessionApproved)) => SessionApproved.Read(data),
        (DocType.AppAccount, nameof(SessionRejected) or "SessionDenied") => SessionRejected.Read(data),
        (DocType.AppAccount, "SessionRequestResolved") when data.Flag("accepted") => SessionApproved.Read(data),
        (DocType.AppAccount, "SessionRequestResolved") => SessionRejected.Read(data),
        (DocType.AppAccount, nameof(SessionEnded)) => new SessionEnded(ReadRequest(data)),
        (DocType.AppAccount, nameof(SetProfile)) => new SetProfile(data.Text("name", DocumentLimits.NameCharacters)),
        (DocType.AppAccount, nameof(GeneratedOnetimeLoginLink)) =>
            new GeneratedOnetimeLoginLink(data.Bytes32("tokenHash"), data.Origin("origin")),

        (DocType.AppUser or DocType.AppAccount, nameof(Rekey)) =>
            new Rekey(data.Bytes32("x25519"), data.Number("epoch")),
        (DocType.AppUser or DocType.AppAccount, nameof(DestroyedAccount)) => new DestroyedAccount(),

        (DocType.Did, nameof(KeyAdded)) => new KeyAdded(new PublicKey(data.Bytes32("key"))),
        (DocType.Did, nameof(KeyRevoked)) => new KeyRevoked(new PublicKey(data.Bytes32("key"))),
        (DocType.Did, nameof(ServiceSet)) => new ServiceSet(HeaderMembers.ReadServices(data)),
        (DocType.Did, nameof(Rotated)) => new Rotated(data.Did("next")),
        (DocType.Did, nameof(Deactivated)) => new Deactivated(),

        (DocType.UserProfile, ValueSet.Name) => new ValueSet(
            data.Text("key", DocumentLimits.WordCharacters), data.AnyText("value", DocumentLimits.ValueCharacters)),
        (DocType.UserProfile, ValueDeleted.Name) =>
            new ValueDeleted(data.Text("key", DocumentLimits.WordCharacters)),

        _ => Skip(data, new UnknownEvent(name)),
    };

    public static string ReadRequest(Members data) => data.Text("request", DocumentLimits.WordCharacters);

    public static Head ReadHead(Members data) => data.Object("head", HeaderMembers.ReadHead);

    public static void Write(Utf8JsonWriter json, Head head)
    {
        json.WriteStartObject("head");
        json.WriteNumber("length", head.Length);
        json.WriteString("treeHash", Multibase.Format(head.TreeHash));
        json.WriteEndObject();
    }

    private static EventBody Skip(Members data, EventBody body)
    {
        data.Skip();
        return body;
    }
}
