using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.IdentityManager.Control;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.IdentityManager.Accounts;

/// <summary>What is known of an account, without its secrets. Replaced as a whole with each change.</summary>
internal sealed record AccountRecord
{
    public required int Number { get; init; }

    public required string Origin { get; init; }

    public required string Name { get; init; }

    public required AccountState State { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Ids of the four documents: the app's two, and ours.</summary>
    public required string AppDid { get; init; }

    public required string AppUser { get; init; }

    public required string Did { get; init; }

    public required string AppAccount { get; init; }

    /// <summary>Our key of epoch 0, and the commitment to our Did's successor: they are in the headers.</summary>
    public required string X25519 { get; init; }

    public required string NextKeyHash { get; init; }

    /// <summary>The AppUser as it was when the person said yes.</summary>
    public required ulong RefLength { get; init; }

    public required string RefHash { get; init; }

    public required IReadOnlyList<ServiceRecord> Services { get; init; }

    public Uri? Endpoint { get; init; }

    public DateTimeOffset OfferExpires { get; init; }

    public bool AllowsPrivate { get; init; }

    /// <summary>What the app is to call the person, from the beginning.</summary>
    public string? FirstName { get; init; }

    /// <summary>The account that this one takes the place of, whose keys were lost.</summary>
    public int? Replaces { get; init; }

    /// <summary>Whether the app can't know it yet: it was neither connected to since, nor got the id from here.</summary>
    public bool IsUnseen { get; init; }

    /// <summary>The next block of the AppUser to be handled.</summary>
    public ulong Handled { get; init; }

    /// <summary>How many blocks of the AppAccount we know the meaning of: all that we wrote.</summary>
    public ulong Written { get; init; }

    public DateTimeOffset Renewed { get; init; }

    public string? Alarm { get; init; }

    /// <summary>Whether anything is still to be told to the app, or heard from it.</summary>
    public bool IsLive => State is AccountState.Opening or AccountState.Open or AccountState.Destroying;

    public WebOrigin AtOrigin() => WebOrigin.TryParse(Origin, out var origin)
        ? origin
        : throw new InvalidDataException("The vault has an account at no origin.");

    public Head Ref() => new(RefLength, Bytes(RefHash));

    public static Bytes32 Bytes(string text) => Multibase.TryParse(text, out var bytes)
        ? bytes
        : throw new InvalidDataException("The vault has an account with a malformed key.");

    public static DocumentId DidOf(string did) => DocumentId.TryParseDid(did, out var parsed)
        ? parsed
        : throw new InvalidDataException("The vault has an account with a malformed DID.");

    public static DocumentId IdOf(string id) => DocumentId.TryParseExact(id, out var parsed)
        ? parsed
        : throw new InvalidDataException("The vault has an account with a malformed id.");

    public static CoreKey KeyOf(string id) => IdOf(id).Key;
}

/// <summary>A <see cref="Service"/> in the vault.</summary>
internal sealed record ServiceRecord(ServiceType Type, string Endpoint, string Noise)
{
    public static ServiceRecord Of(Service service) =>
        new(service.Type, service.Endpoint.OriginalString, Multibase.Format(service.Noise.Bytes));

    public Service ToService() => Multibase.TryParse(Noise, out var noise)
        ? new Service(Type, new Uri(Endpoint), new PublicKey(noise))
        : throw new InvalidDataException("The vault has an account with a malformed service.");
}
