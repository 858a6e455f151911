using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.Jlinx.Headers;

/// <summary>Says what a document is of.</summary>
public enum DocType
{
    /// <summary>Who answers for documents: its keys, and where it is reached.</summary>
    Did,

    /// <summary>A user of an app; the app writes it.</summary>
    AppUser,

    /// <summary>An account at an app; its owner writes it.</summary>
    AppAccount,

    /// <summary>What a person tells of themselves, by key and value.</summary>
    UserProfile,
}

/// <summary>
/// Is block 0 of a document. Members that a type doesn't have are null or empty; one that was read has exactly those
/// that its type has.
/// </summary>
public sealed record Header
{
    /// <summary>The size of <see cref="Nonce"/>.</summary>
    public const int NonceBytes = 16;

    /// <summary>What it is of.</summary>
    public required DocType DocType { get; init; }

    /// <summary>When it was made, by its author's clock: to be shown, not to decide by.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>16 random bytes: no two headers are the same.</summary>
    public required ReadOnlyMemory<byte> Nonce { get; init; }

    /// <summary>The Did that answers for the document; a Did's own.</summary>
    public required DocumentId Author { get; init; }

    /// <summary>The public X25519 key of epoch 0, of AppUser and AppAccount.</summary>
    public Bytes32? Encryption { get; init; }

    /// <summary>Who the app is, in its Did and each AppUser.</summary>
    public AppName? App { get; init; }

    /// <summary>Where the app is reached.</summary>
    public IReadOnlyList<Service> Services { get; init; } = [];

    /// <summary>Where an AppAccount's id is posted. Optional.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>What an AppUser waits for.</summary>
    public Offer? SignUp { get; init; }

    /// <summary>The AppUser that an AppAccount is for, as seen by its author.</summary>
    public DocumentRef? Ref { get; init; }

    /// <summary>The commitment of a Did to the signer of the one that may succeed it. Optional.</summary>
    public Bytes32? NextKeyHash { get; init; }

    /// <summary>What a Did or an AppAccount succeeds. Optional.</summary>
    public DocumentId? Previous { get; init; }
}

/// <summary>Is an app as it calls itself, and the origin by which it can be told from others.</summary>
public sealed record AppName(WebOrigin Origin, string Name);

/// <summary>Is a place where an app replicates its documents.</summary>
/// <param name="Endpoint"><c>wss://…</c>, or <c>tcp://host:port</c>.</param>
/// <param name="Noise">The static key that it proves to hold.</param>
public sealed record Service(ServiceType Type, Uri Endpoint, PublicKey Noise);

/// <summary>Says how bytes are carried to a service.</summary>
public enum ServiceType
{
    /// <summary><c>hypercore-ws</c></summary>
    WebSocket,

    /// <summary><c>hypercore-tcp</c></summary>
    Tcp,
}

/// <summary>Is what an AppUser says before anybody has taken it.</summary>
/// <param name="SecretHash">The <see cref="Labels.SignUpSecret"/> hash of the link's secret.</param>
public sealed record Offer(Bytes32 SecretHash, DateTimeOffset Expires);

/// <summary>Is how far a document had come, as somebody saw it.</summary>
/// <param name="TreeHash">
/// Of the Merkle tree at that length: the same length with another hash is another history.
/// </param>
public readonly record struct Head(ulong Length, Bytes32 TreeHash);

/// <summary>Is a document as somebody saw it.</summary>
public sealed record DocumentRef(DocumentId Id, Head Head);
