using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Gatehouse.Hypercore.Keys;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Vault;
using Gatehouse.Jlinx.Envelopes;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.IdentityManager.Accounts;

/// <summary>What the vault has of accounts, by name. Nothing is changed here: changes are put in batches.</summary>
internal sealed class AccountShelf(OpenVault vault)
{
    private const string AccountPrefix = "account/", RequestPrefix = "request/", LogPrefix = "log/";
    private const string RecoveryName = "recovery";

    public OpenVault Vault => vault;

    public IReadOnlyList<AccountRecord> Accounts() => ReadAll(AccountPrefix, AccountsJson.Default.AccountRecord);

    public AccountRecord? Account(int number) => Read(AccountName(number), AccountsJson.Default.AccountRecord);

    public IReadOnlyList<RequestRecord> Requests() => ReadAll(RequestPrefix, AccountsJson.Default.RequestRecord);

    public IReadOnlyList<RequestRecord> Requests(int account) =>
        ReadAll($"{RequestPrefix}{account:d4}/", AccountsJson.Default.RequestRecord);

    public IReadOnlyList<LogRecord> Log(int account) =>
        ReadAll($"{LogPrefix}{account:d4}/", AccountsJson.Default.LogRecord);

    public int LogLength(int account) => vault.Names($"{LogPrefix}{account:d4}/").Count;

    public static VaultBatch Put(VaultBatch batch, AccountRecord account) =>
        batch.Set(
            AccountName(account.Number),
            JsonSerializer.SerializeToUtf8Bytes(account, AccountsJson.Default.AccountRecord));

    public static VaultBatch Put(VaultBatch batch, RequestRecord request) =>
        batch.Set(request.Place, JsonSerializer.SerializeToUtf8Bytes(request, AccountsJson.Default.RequestRecord));

    public static VaultBatch Put(VaultBatch batch, LogRecord entry) =>
        batch.Set(entry.Place, JsonSerializer.SerializeToUtf8Bytes(entry, AccountsJson.Default.LogRecord));

    public static VaultBatch Remove(VaultBatch batch, IEnumerable<RequestRecord> requests)
    {
        foreach (var request in requests)
            batch.Remove(request.Place);
        return batch;
    }

    public static string SecretName(int account, AccountSecret secret) =>
        $"{OpenVault.Secrets}{account:d4}/{secret}";

    public static VaultBatch Put(VaultBatch batch, int account, PairState pair) =>
        batch.Set(SecretName(account, AccountSecret.Pair), pair.Export());

    public KeyPair KeyPairOf(int account, AccountSecret secret) =>
        Use(account, secret, static seed => KeyPair.FromSeed(seed));

    public PairState PairOf(int account) => Use(
        account, AccountSecret.Pair, static bytes => PairState.TryImport(bytes, out var pair) ? pair : throw Lost());

    /// <summary>A copy, which the caller zeroes; null when there is none.</summary>
    public byte[]? Secret(int account, AccountSecret secret) => vault.Read(SecretName(account, secret));

    /// <summary>
    /// Everything of an account but the line that says that it was there. Its Did stays as long as another account has
    /// it. So it does, with the key that it commits to, as long as the account may be recovered that this one was to
    /// take the place of: who tries that again has the same Did, and must not sign its header twice.
    /// </summary>
    public VaultBatch RemoveAllOf(AccountRecord account)
    {
        var batch = new VaultBatch();
        var others = Accounts().Where(other => other.Number != account.Number).ToList();
        var living = others.Where(other => other.State != AccountState.Destroyed).ToList();
        Remove(batch, account, living);
        foreach (var tried in others.Where(other => other.Replaces == account.Number).Except(living))
            Remove(batch, tried, living);
        return batch;
    }

    /// <summary>The public half of the recovery key.</summary>
    public byte[]? RecoveryKey() => vault.Read(RecoveryName);

    public static VaultBatch PutRecoveryKey(VaultBatch batch, byte[] publicKey) => batch.Set(RecoveryName, publicKey);

    private void Remove(VaultBatch batch, AccountRecord account, List<AccountRecord> living)
    {
        var mayBeTriedAgain = living.Exists(other => other.Number == account.Replaces);
        var kept = mayBeTriedAgain ? SecretName(account.Number, AccountSecret.Successor) : "";
        foreach (var prefix in (string[])[OpenVault.Secrets, RequestPrefix, LogPrefix])
        {
            foreach (var name in vault.Names($"{prefix}{account.Number:d4}/").Where(name => name != kept))
                batch.Remove(name);
        }
        List<DocumentId> documents = [AccountRecord.IdOf(account.AppUser), AccountRecord.IdOf(account.AppAccount)];
        if (!mayBeTriedAgain && !living.Exists(other => other.Did == account.Did))
            documents.Add(AccountRecord.DidOf(account.Did));
        var store = new VaultCoreStore(vault);
        foreach (var id in documents)
            batch.Add(store.Remove(id.Key));
    }

    private static string AccountName(int number) => $"{AccountPrefix}{number:d4}";

    private T? Read<T>(string name, JsonTypeInfo<T> type)
        where T : class =>
        vault.Read(name) is { } value ? JsonSerializer.Deserialize(value, type) : null;

    private List<T> ReadAll<T>(string prefix, JsonTypeInfo<T> type) =>
        [.. vault.ReadAll(prefix).Select(pair => JsonSerializer.Deserialize(pair.Value, type)!)];

    private T Use<T>(int account, AccountSecret secret, Func<byte[], T> use)
    {
        var copy = Secret(account, secret) ?? throw Lost();
        try
        {
            return use(copy);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }

    private static InvalidDataException Lost() => new("The vault has an account without its keys.");
}

/// <summary>What an account has that nobody else may know; its name in the vault.</summary>
internal enum AccountSecret
{
    /// <summary>The seed of the Did's signer.</summary>
    Did,

    /// <summary>The seed of the AppAccount's signer.</summary>
    Account,

    /// <summary>The seed of the key that the app's service knows us by.</summary>
    Noise,

    /// <summary>The keys of the pair of documents.</summary>
    Pair,

    /// <summary>The secret of the sign-up link, until it is told.</summary>
    SignUp,

    /// <summary>The seed of the Did's successor, sealed to the recovery key.</summary>
    Successor,
}
