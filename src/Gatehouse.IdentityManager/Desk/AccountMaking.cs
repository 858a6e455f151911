using System.Security.Cryptography;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Manifests;
using Gatehouse.IdentityManager.Accounts;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Network;
using Gatehouse.IdentityManager.Vault;
using Gatehouse.Jlinx;
using Gatehouse.Jlinx.Envelopes;
using Gatehouse.Jlinx.Names;
using Gatehouse.Jlinx.Secrets;

namespace Gatehouse.IdentityManager.Desk;

/// <summary>
/// Makes the keys of a new account, all of them, in one record of the vault. The documents follow from them, whenever
/// the account's agent is started.
/// </summary>
internal static class AccountMaking
{
    /// <param name="successor">The signer of the Did: where an account is recovered, the one that was kept for
    /// that.</param>
    public static AccountRecord Make(
        AccountShelf shelf, ReviewedOffer offer, bool allowsPrivate, string? firstName, TimeProvider clock,
        int? replaces = null, byte[]? successor = null)
    {
        using var did = successor is null ? KeyPair.Generate() : KeyPair.FromSeed(successor);
        using var signer = KeyPair.Generate();
        using var noise = KeyPair.Generate();
        using var key = DocumentKey.Generate();
        var (didKey, accountKey) = (KeyOf(did), KeyOf(signer));
        using var pair = PairState.Begin(
            Party.Customer, offer.Link.AppUser.Key, accountKey, key, offer.AppUser.Encryption!.Value)
            ?? throw new AppException("The offer has a key that makes no secret.");
        var (nextKeyHash, sealedNext) = Commitment(shelf, new DocumentId(didKey).Did);
        var number = shelf.Accounts().Select(account => account.Number).DefaultIfEmpty().Max() + 1;
        var account = new AccountRecord
        {
            Number = number,
            Origin = offer.Origin.ToString(),
            Name = offer.AppUser.App!.Name,
            State = AccountState.Opening,
            Created = clock.GetUtcNow(),
            AppDid = offer.Did.Id.Did,
            AppUser = offer.Link.AppUser.ToString(),
            Did = new DocumentId(didKey).Did,
            AppAccount = new DocumentId(accountKey).ToString(),
            X25519 = Multibase.Format(key.PublicKey),
            NextKeyHash = nextKeyHash,
            RefLength = offer.Ref.Length,
            RefHash = Multibase.Format(offer.Ref.TreeHash),
            Services = [.. offer.Services.Select(ServiceRecord.Of)],
            Endpoint = offer.AppUser.Endpoint,
            OfferExpires = offer.Expires,
            AllowsPrivate = allowsPrivate,
            FirstName = firstName,
            Replaces = replaces,
            IsUnseen = true,
            Renewed = clock.GetUtcNow(),
        };
        var batch = AccountShelf.Put(new VaultBatch(), account);
        AccountShelf.Put(batch, number, pair);
        Put(batch, number, AccountSecret.Did, did);
        Put(batch, number, AccountSecret.Account, signer);
        Put(batch, number, AccountSecret.Noise, noise);
        if (offer.Link.Secret is { } secret)
            batch.Set(AccountShelf.SecretName(number, AccountSecret.SignUp), secret.ToArray());
        if (sealedNext is not null)
            batch.Set(AccountShelf.SecretName(number, AccountSecret.Successor), sealedNext);
        shelf.Vault.Commit(batch);
        return account;
    }

    /// <summary>
    /// The key that the Did is to commit to, and its seed as it is kept. Whoever tries again to recover an account has
    /// the same Did as before, whose header is signed once: it goes on with the key that the header names.
    /// </summary>
    private static (string Hash, byte[]? SealedSeed) Commitment(AccountShelf shelf, string did)
    {
        foreach (var tried in shelf.Accounts().Where(account => account.Did == did))
        {
            if (shelf.Secret(tried.Number, AccountSecret.Successor) is { } kept)
                return (tried.NextKeyHash, kept);
        }
        using var next = KeyPair.Generate();
        return (
            Multibase.Format(Labels.NextKey(next.PublicKey)),
            shelf.RecoveryKey() is { } recovery ? SealSeed(next, recovery) : null);
    }

    private static CoreKey KeyOf(KeyPair pair) => Manifest.SignedBy(pair.PublicKey).Key;

    private static void Put(VaultBatch batch, int number, AccountSecret secret, KeyPair pair)
    {
        var seed = new byte[KeyPair.SeedBytes];
        pair.ExportSeed(seed);
        batch.Set(AccountShelf.SecretName(number, secret), seed);
    }

    private static byte[] SealSeed(KeyPair pair, byte[] recovery)
    {
        var seed = new byte[KeyPair.SeedBytes];
        pair.ExportSeed(seed);
        var sealedSeed = RecoveryKey.SealTo(new Bytes32(recovery), seed);
        CryptographicOperations.ZeroMemory(seed);
        return sealedSeed;
    }
}
