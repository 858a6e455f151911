using System.Text.Json;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Streams;

namespace Gatehouse.Hypercore.Tests.Support;

/// <summary>A session between two npm peers, as it was recorded.</summary>
internal sealed class Transcript(string file)
{
    private readonly JsonElement root = Vectors.Load(file);

    public JsonElement Session => root.Get("session");

    public JsonElement Core => root.Get("core");

    public IEnumerable<JsonElement> Log => root.Get("log").EnumerateArray();

    public IReadOnlyList<byte[]> Blocks => [.. Core.Get("blocks").EnumerateArray().Select(block => block.Hex)];

    public CoreKey Key => new(Core.Get("key").Hex);

    public bool IsInitiator(string role) => Session.Get("initiatorRole").Text == role;

    public byte[] RawOf(bool initiator) => root.Get("rawStream").Get(Side(initiator)).Hex;

    public KeyPair Identity(bool initiator) => KeyPair.FromSeed(Session.Get(Side(initiator) + "StaticSeed").Hex);

    public KeyPair Ephemeral(bool initiator) => KeyPair.FromSeed(Session.Get(Side(initiator) + "EphemeralSeed").Hex);

    public byte[] StreamHeader(bool initiator) => Session.Get(Side(initiator) + "SecretstreamHeader").Hex;

    public byte[] SendingKey(bool initiator) => Session.Get(initiator ? "initiatorTxKey" : "initiatorRxKey").Hex;

    /// <summary>A cipher as it was at the beginning: the same for who seals and who unseals.</summary>
    public byte[] CipherOf(bool initiator)
    {
        var state = new byte[Sodium.StreamStateBytes];
        Sodium.StreamInitPull(state, StreamHeader(initiator), SendingKey(initiator));
        return state;
    }

    public Session SessionOf(bool initiator)
    {
        using var other = Identity(!initiator);
        return new Session(initiator, other.PublicKey, Session.Get("handshakeHash").Hex);
    }

    public IEnumerable<byte[]> MessagesOf(bool initiator) =>
        from entry in Log
        where entry.Find("plaintext") is not null && entry.Get("from").Text == Side(initiator)
        select entry.Get("plaintext").Hex;

    private static string Side(bool initiator) => initiator ? "initiator" : "responder";
}
