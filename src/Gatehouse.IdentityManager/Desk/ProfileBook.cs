using System.Security.Cryptography;
using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Keys;
using Gatehouse.IdentityManager.Vault;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.IdentityManager.Desk;

/// <summary>
/// The person's UserProfile: a document that nobody else is given, proven by a Did that no account has. Apps are told
/// of it what the person sends them.
/// </summary>
internal sealed class ProfileBook(OpenVault vault, TimeProvider clock) : IDisposable
{
    public const string NameKey = "name";

    private const string DidSeed = OpenVault.Secrets + "profile/did";
    private const string DocumentSeed = OpenVault.Secrets + "profile/document";

    private readonly SemaphoreSlim gate = new(1);
    private readonly VaultCoreStore store = new(vault);
    private Core? opened;
    private KeyPair? pair;

    public async Task<SortedDictionary<string, string>> ReadAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
            if (vault.Read(DocumentSeed) is null)
                return values;
            var profile = await Profile.ReadAsync(await OpenAsync(cancellationToken), cancellationToken);
            foreach (var (key, value) in profile.Values)
                values.Add(key, value);
            return values;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>The name that apps are told; null when there is none.</summary>
    public async Task<string?> NameAsync(CancellationToken cancellationToken) =>
        (await ReadAsync(cancellationToken)).GetValueOrDefault(NameKey);

    /// <summary>Sets a value, or deletes it. Says what is wrong with it, if anything.</summary>
    public async Task<string?> SetAsync(string key, string? value, CancellationToken cancellationToken)
    {
        // What is written must be readable by the written format, and a name by apps too.
        if (!IsReadable(new ValueDeleted(key), DocType.UserProfile))
            return "A key is a word of at most 64 characters.";
        if (value is not null && !IsReadable(new ValueSet(key, value), DocType.UserProfile))
            return "A value is a line of at most 1024 characters.";
        if (key == NameKey && value is not null && !IsReadable(new SetProfile(value), DocType.AppAccount))
            return "A name is a line of at most 64 characters.";
        await gate.WaitAsync(cancellationToken);
        try
        {
            var core = await OpenAsync(cancellationToken);
            EventBody body = value is null ? new ValueDeleted(key) : new ValueSet(key, value);
            await core.AppendAsync(DocumentEvent.New(clock, body).Encode(), CancellationToken.None);
            return null;
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose()
    {
        pair?.Dispose();
        gate.Dispose();
    }

    private async Task<Core> OpenAsync(CancellationToken cancellationToken)
    {
        if (opened is not null)
            return opened;
        if (vault.Read(DocumentSeed) is null)
            vault.Commit(new VaultBatch().Set(DidSeed, NewSeed()).Set(DocumentSeed, NewSeed()));
        using var did = PairOf(DidSeed);
        pair ??= PairOf(DocumentSeed);
        var author = await Core.CreateAsync(store, did, clock, cancellationToken);
        await BeginAsync(author, DocType.Did, author.Key, did, cancellationToken);
        var core = await Core.CreateAsync(store, pair, clock, cancellationToken);
        await BeginAsync(core, DocType.UserProfile, author.Key, did, cancellationToken);
        return opened = core;
    }

    private async Task BeginAsync(
        Core core, DocType type, CoreKey author, KeyPair did, CancellationToken cancellationToken)
    {
        if (core.Length > 0)
            return;
        var header = new Header
        {
            DocType = type,
            Created = clock.GetUtcNow(),
            Nonce = RandomNumberGenerator.GetBytes(Header.NonceBytes),
            Author = new DocumentId(author),
        };
        await core.AppendAsync(HeaderCodec.Write(header, core.Key, did), cancellationToken);
    }

    private KeyPair PairOf(string name)
    {
        var seed = vault.Read(name) ?? throw new InvalidDataException("The vault has a profile without its keys.");
        try
        {
            return KeyPair.FromSeed(seed);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }

    private static byte[] NewSeed() => RandomNumberGenerator.GetBytes(KeyPair.SeedBytes);

    private bool IsReadable(EventBody body, DocType type) =>
        DocumentEvent.TryRead(DocumentEvent.New(clock, body).Encode(), type, out var read) && read.Body == body;
}
