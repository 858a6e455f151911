using System.Security.Cryptography;
using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Keys;
using Gatehouse.IdentityManager.Vault;
using Gatehouse.Jlinx.Envelopes;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.IdentityManager.Accounts;

/// <summary>
/// Opens the two documents that we write for an account. Their keys are in the vault before they are begun, so whatever
/// stops the program between two steps, the next start goes on with the same documents.
/// </summary>
internal sealed class OwnDocuments(AccountShelf shelf, VaultCoreStore store, TimeProvider clock)
{
    public async Task<Core> OpenDidAsync(AccountRecord account, KeyPair pair, CancellationToken cancellationToken)
    {
        var core = await Core.CreateAsync(store, pair, clock, cancellationToken);
        if (core.Length > 0)
            return core;
        var header = New(DocType.Did, new DocumentId(core.Key)) with
        {
            NextKeyHash = AccountRecord.Bytes(account.NextKeyHash),
            Previous = Predecessor(account) is { } replaced ? AccountRecord.DidOf(replaced.Did) : null,
        };
        await core.AppendAsync(HeaderCodec.Write(header, core.Key, pair), cancellationToken);
        return core;
    }

    /// <summary>Opens the AppAccount. A new one is its header, the acceptance, and the name if there is one.</summary>
    public async Task<(Core Core, AccountRecord Account)> OpenAccountAsync(
        AccountRecord account, KeyPair pair, KeyPair did, PairState keys, CancellationToken cancellationToken)
    {
        var core = await Core.CreateAsync(store, pair, clock, cancellationToken);
        if (account.Written > 0)
            return (core, account);
        var header = New(DocType.AppAccount, new DocumentId(Manifest(did))) with
        {
            Encryption = AccountRecord.Bytes(account.X25519),
            Ref = new DocumentRef(AccountRecord.IdOf(account.AppUser), account.Ref()),
            Previous = Predecessor(account) is { } replaced ? AccountRecord.IdOf(replaced.AppAccount) : null,
        };
        var secret = shelf.Secret(account.Number, AccountSecret.SignUp);
        List<EventBody> bodies = [new AccountAccepted(account.AtOrigin(), secret)];
        if (account.FirstName is { } name)
            bodies.Add(new SetProfile(name));
        List<ReadOnlyMemory<byte>> blocks = [HeaderCodec.Write(header, core.Key, did)];
        foreach (var body in bodies)
        {
            var json = DocumentEvent.New(clock, body).Encode();
            blocks.Add(keys.Seal((ulong)blocks.Count, json));
            CryptographicOperations.ZeroMemory(json);
        }
        CryptographicOperations.ZeroMemory(secret);
        var next = account with { Written = (ulong)blocks.Count };
        var batch = AccountShelf.Put(new VaultBatch(), next)
            .Remove(AccountShelf.SecretName(account.Number, AccountSecret.SignUp));
        for (var index = 1; index < blocks.Count; index++)
        {
            var detail = bodies[index - 1] is SetProfile told ? told.Name : "";
            AccountShelf.Put(batch, LogRecord.OfOwn(
                account.Number, (ulong)index, blocks[index].Span, clock.GetUtcNow(), bodies[index - 1].Type, detail));
        }
        await store.WithAsync(batch, () => core.AppendAsync(blocks, cancellationToken));
        return (core, next);
    }

    private static CoreKey Manifest(KeyPair pair) => Hypercore.Manifests.Manifest.SignedBy(pair.PublicKey).Key;

    private Header New(DocType type, DocumentId author) => new()
    {
        DocType = type,
        Created = clock.GetUtcNow(),
        Nonce = RandomNumberGenerator.GetBytes(Header.NonceBytes),
        Author = author,
    };

    private AccountRecord? Predecessor(AccountRecord account) =>
        account.Replaces is { } number ? shelf.Account(number) : null;
}
