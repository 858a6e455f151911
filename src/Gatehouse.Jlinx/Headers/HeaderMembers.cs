using System.Text.Json;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Json;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.Jlinx.Headers;

/// <summary>The members of a header: which type has which, and how each is written.</summary>
internal static class HeaderMembers
{
    private const ulong Format = 1;
    private const string EventStream = "EventStream", KeyValueStore = "KeyValueStore";
    private const string WebSocketName = "hypercore-ws", TcpName = "hypercore-tcp";

    public static void Write(Utf8JsonWriter json, Header header)
    {
        json.WriteNumber("jlinx", Format);
        json.WriteString("docType", header.DocType.ToString());
        json.WriteString("kind", KindOf(header.DocType));
        json.WriteString("created", Members.FormatTime(header.Created));
        json.WriteString("nonce", Multibase.Format(header.Nonce.Span));
        json.WriteString("author", header.Author.Did);
        if (header.Encryption is { } key)
        {
            json.WriteStartObject("enc");
            json.WriteString("x25519", Multibase.Format(key));
            json.WriteNumber("epoch", 0);
            json.WriteEndObject();
        }
        if (header.App is { } app)
        {
            json.WriteStartObject("app");
            json.WriteString("origin", app.Origin.ToString());
            json.WriteString("name", app.Name);
            json.WriteEndObject();
            Write(json, header.Services);
        }
        if (header.Endpoint is { } endpoint)
            json.WriteString("endpoint", endpoint.AbsoluteUri);
        if (header.SignUp is { } offer)
        {
            json.WriteStartObject("signup");
            json.WriteString("secretHash", Multibase.Format(offer.SecretHash));
            json.WriteString("expires", Members.FormatTime(offer.Expires));
            json.WriteEndObject();
        }
        if (header.Ref is { } reference)
            Write(json, "ref", reference);
        if (header.NextKeyHash is { } next)
            json.WriteString("nextKeyHash", Multibase.Format(next));
        if (header.Previous is { } previous)
            json.WriteString("prev", header.DocType == DocType.Did ? previous.Did : previous.ToString());
    }

    public static Header Read(Members members)
    {
        members.Check(members.Number("jlinx") == Format);
        var type = ReadType(members);
        members.Is("kind", KindOf(type));
        var isOfApp = type == DocType.AppUser || (type == DocType.Did && members.Has("app"));
        var isPaired = type is DocType.AppUser or DocType.AppAccount;
        return new Header
        {
            DocType = type,
            Created = members.Time("created"),
            Nonce = members.Bytes("nonce", Header.NonceBytes),
            Author = members.Did("author"),
            Encryption = isPaired ? members.Object("enc", ReadKey) : null,
            App = isOfApp ? members.Object("app", ReadApp) : null,
            Services = isOfApp ? ReadServices(members) : [],
            Endpoint = type == DocType.AppUser && members.Has("endpoint") ? ReadAddress(members, "endpoint") : null,
            SignUp = type == DocType.AppUser ? members.Object("signup", ReadOffer) : null,
            Ref = type == DocType.AppAccount ? ReadRef(members, "ref") : null,
            NextKeyHash = type == DocType.Did && members.Has("nextKeyHash") ? members.Bytes32("nextKeyHash") : null,
            Previous = !members.Has("prev") ? null
                : type == DocType.Did ? members.Did("prev")
                : type == DocType.AppAccount ? members.Id("prev")
                : null, // left over: refused
        };
    }

    public static void Write(Utf8JsonWriter json, string name, DocumentRef reference)
    {
        json.WriteStartObject(name);
        json.WriteString("id", reference.Id.ToString());
        json.WriteNumber("length", reference.Head.Length);
        json.WriteString("treeHash", Multibase.Format(reference.Head.TreeHash));
        json.WriteEndObject();
    }

    public static DocumentRef ReadRef(Members members, string name) =>
        members.Object(name, inner => new DocumentRef(inner.Id("id"), ReadHead(inner)));

    /// <summary>Nobody has seen a document before its header, or after its last block.</summary>
    public static Head ReadHead(Members members)
    {
        var head = new Head(members.Number("length"), members.Bytes32("treeHash"));
        members.Check(head.Length is > 0 and <= DocumentLimits.Blocks);
        return head;
    }

    public static void Write(Utf8JsonWriter json, IReadOnlyList<Service> services)
    {
        json.WriteStartArray("service");
        foreach (var service in services)
        {
            json.WriteStartObject();
            json.WriteString("type", service.Type == ServiceType.Tcp ? TcpName : WebSocketName);
            json.WriteString("endpoint", service.Endpoint.OriginalString);
            json.WriteString("noise", Multibase.Format(service.Noise.Bytes));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public static IReadOnlyList<Service> ReadServices(Members members) =>
        members.List("service", DocumentLimits.Services, ReadService);

    /// <summary>By its name alone: an enum's own parser also takes numbers, lists and spaces.</summary>
    private static DocType ReadType(Members members)
    {
        var name = members.Text("docType", DocumentLimits.WordCharacters);
        foreach (var type in Enum.GetValues<DocType>())
        {
            if (type.ToString() == name)
                return type;
        }
        members.Check(false);
        return default;
    }

    private static string KindOf(DocType type) => type == DocType.UserProfile ? KeyValueStore : EventStream;

    private static Gatehouse.Hypercore.Encoding.Bytes32 ReadKey(Members inner)
    {
        inner.Check(inner.Number("epoch") == 0);
        return inner.Bytes32("x25519");
    }

    private static AppName ReadApp(Members inner) =>
        new(inner.Origin("origin"), inner.Text("name", DocumentLimits.NameCharacters));

    private static Offer ReadOffer(Members inner) => new(inner.Bytes32("secretHash"), inner.Time("expires"));

    private static Service ReadService(Members inner)
    {
        var name = inner.Text("type", DocumentLimits.WordCharacters);
        var address = ReadAddress(inner, "endpoint");
        inner.Check(name switch
        {
            WebSocketName => address.Scheme is "wss" or "ws",
            TcpName => address.Scheme == "tcp" && address.Port > 0 && address.PathAndQuery is "" or "/",
            _ => false,
        });
        var type = name == TcpName ? ServiceType.Tcp : ServiceType.WebSocket;
        return new Service(type, address, new PublicKey(inner.Bytes32("noise")));
    }

    /// <summary>In ASCII, as browsers write it: a host beyond it may be one that no client can look up.</summary>
    private static Uri ReadAddress(Members members, string name)
    {
        var text = members.Text(name, DocumentLimits.EndpointCharacters);
        members.Check(
            !text.AsSpan().ContainsAnyExceptInRange('!', '~') & Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address!.UserInfo.Length == 0 && address.Fragment.Length == 0);
        return address ?? new Uri("about:blank");
    }
}
