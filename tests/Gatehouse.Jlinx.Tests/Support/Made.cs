using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Manifests;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.Jlinx.Tests.Support;

/// <summary>Documents as the two parties make them; all keys come of small numbers.</summary>
internal static class Made
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    public static readonly WebOrigin Origin = OriginOf("https://app.example");
    public static readonly byte[] Secret = Repeated(7);

    public static byte[] Repeated(byte value) => Enumerable.Repeat(value, 32).ToArray();

    public static Bytes32 Same(byte value) => new(Repeated(value));

    public static KeyPair Pair(byte seed) => KeyPair.FromSeed(Repeated(seed));

    public static CoreKey KeyOf(KeyPair signer) => Manifest.SignedBy(signer.PublicKey).Key;

    public static DocumentId IdOf(KeyPair signer) => new(KeyOf(signer));

    public static WebOrigin OriginOf(string text) =>
        WebOrigin.TryParse(text, out var origin) ? origin : throw new InvalidDataException(text);

    public static Service Service(string address = "wss://app.example/jlinx") => new(
        address.StartsWith("tcp", StringComparison.Ordinal) ? ServiceType.Tcp : ServiceType.WebSocket,
        new Uri(address), new PublicKey(Same(9)));

    public static Header Did(KeyPair signer, Bytes32? next = null, DocumentId? previous = null, bool isApp = false) =>
        new()
    {
        DocType = DocType.Did,
        Created = Noon,
        Nonce = new byte[16],
        Author = IdOf(signer),
        App = isApp ? new AppName(Origin, "The App") : null,
        Services = isApp ? [Service(), Service("tcp://app.example:4977")] : [],
        NextKeyHash = next,
        Previous = previous,
    };

    public static Header AppUser(KeyPair author) => new()
    {
        DocType = DocType.AppUser,
        Created = Noon,
        Nonce = new byte[16],
        Author = IdOf(author),
        Encryption = Same(3),
        App = new AppName(Origin, "The App"),
        Services = [Service()],
        Endpoint = new Uri("https://app.example/auth/jlinx/account"),
        SignUp = new Offer(Labels.SignUpSecret(Secret), Noon.AddMinutes(10)),
    };

    public static Header AppAccount(KeyPair author, DocumentRef reference, DocumentId? previous = null) => new()
    {
        DocType = DocType.AppAccount,
        Created = Noon,
        Nonce = new byte[16],
        Author = IdOf(author),
        Encryption = Same(4),
        Ref = reference,
        Previous = previous,
    };

    public static Header Profile(KeyPair author) => new()
    {
        DocType = DocType.UserProfile,
        Created = Noon,
        Nonce = new byte[16],
        Author = IdOf(author),
    };

    /// <summary>Headers with everything that each type may have.</summary>
    public static IEnumerable<Header> Headers()
    {
        var reference = new DocumentRef(IdOf(Pair(2)), new Head(1, Same(5)));
        yield return Did(Pair(1));
        yield return Did(Pair(1), Same(6), IdOf(Pair(8)), isApp: true);
        yield return AppUser(Pair(1));
        yield return AppAccount(Pair(1), reference, IdOf(Pair(8)));
        yield return Profile(Pair(1));
    }

    public static async Task<Core> CoreAsync(KeyPair signer, params ReadOnlyMemory<byte>[] blocks)
    {
        var core = await Core.CreateAsync(new MemoryCoreStore(), signer);
        if (blocks.Length > 0)
            await core.AppendAsync(blocks);
        return core;
    }

    public static async Task<Core> CoreAsync(KeyPair signer, Header header, params EventBody[] events) =>
        await CoreAsync(
        signer, [HeaderCodec.Write(header, KeyOf(signer), signer), .. events.Select(Plain)]);

    public static async Task<Did> ReadDidAsync(KeyPair signer, Header header, params EventBody[] events) =>
        await Jlinx.Documents.Did.ReadAsync(await CoreAsync(signer, header, events))
            ?? throw new InvalidDataException();

    public static ReadOnlyMemory<byte> Plain(EventBody body, int number = 0) =>
        new DocumentEvent($"event-{number}", Noon, body).Encode();

    public static SignedHeader Sign(Header header, KeyPair document, KeyPair author)
    {
        var block = HeaderCodec.Write(header, KeyOf(document), author);
        return HeaderCodec.TryRead(block, KeyOf(document), out var signed) ? signed : throw new InvalidDataException();
    }

    /// <summary>Proves any text as if it were a header: what comes before the proof, without the last brace.</summary>
    public static byte[] Prove(string covered, KeyPair document, KeyPair author)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(covered);
        var message = Labels.Hash("jlinx/header/1"u8, [.. KeyOf(document).Bytes.ToArray(), .. bytes]).ToArray();
        var signature = new byte[KeyPair.SignatureBytes];
        author.Sign(message, signature);
        return [.. bytes, .. System.Text.Encoding.UTF8.GetBytes($",\"proof\":\"{Multibase.Format(signature)}\"}}")];
    }
}
