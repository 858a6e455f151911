using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Jlinx.Events;
using Gatehouse.Storage;

namespace Gatehouse.Jlinx;

/// <summary>
/// A pair of documents that this node speaks of with peers. Promises: an event of ours is appended in one transaction
/// with what it stands for, so that neither is there without the other, nor twice, over crashes and other nodes
/// (GH-SEC-340).
/// </summary>
internal sealed partial class OpenPair : IAsyncDisposable
{
    private const int MostTries = 8; // each loser of a race between nodes finds at the next try what the winner wrote

    /// <summary>The copy of the account's record ends here, so that there is room for requests and the end.</summary>
    private const int MostBlocksWithLog = DocumentLimits.Blocks - 1000;

    /// <summary>Of theirs: one that is too long must be seen to be so, but costs no more than this.</summary>
    private const ulong MostBlocksTaken = 2 * DocumentLimits.Blocks;

    private readonly PairServices services;
    private readonly Replicator replicator;
    private readonly SemaphoreSlim gate = new(1);
    private readonly CancellationTokenSource stopping = new();
    private readonly KeyPair? signer;
    private readonly SqlCoreStore userStore;
    private Core? appAccount, author;
    private Task following = Task.CompletedTask;

    private OpenPair(string id, Core appUser, SqlCoreStore userStore, KeyPair? signer, Replicator replicator, PairServices services)
    {
        Id = id;
        AppUser = appUser;
        this.userStore = userStore;
        this.signer = signer;
        this.replicator = replicator;
        this.services = services;
        OpenedAt = services.Machine.Time.GetTimestamp();
    }

    public string Id { get; }

    public Core AppUser { get; }

    public long OpenedAt { get; }

    /// <summary>Since when its end can't be said, because somebody claims that our document is longer than it is.</summary>
    public long? EndHeldSince { get; set; }

    /// <summary>Opens the documents of a pair, and speaks of them with whoever asks for them.</summary>
    public static async Task<OpenPair> OpenAsync(
        PairRow row, Replicator replicator, PairServices services, CancellationToken cancellationToken)
    {
        var store = new SqlCoreStore(services.Database, services.Clock);
        using var secrets = PairSecrets.Open(services.Box, row);
        var own = secrets?.CopySigner();
        var appUser = own is null
            ? await Core.OpenAsync(store, row.AppUserKey, services.Clock, cancellationToken)
            : await Core.CreateAsync(store, own, services.Clock, cancellationToken);
        var pair = new OpenPair(row.Id, appUser, store, own, replicator, services);
        if (row.AppAccountKey is { } account && row.AuthorKey is { } did)
        {
            pair.appAccount = await OpenTheirsAsync(account);
            pair.author = await OpenTheirsAsync(did);
        }
        // Of our own everything is fetched: a database that was set back gets what it has lost from those who hold it.
        try
        {
            replicator.Add(appUser, Download.Everything);
            if (pair.appAccount is not null)
                pair.Serve(pair.appAccount);
            if (pair.author is not null)
                pair.Serve(pair.author);
        }
        catch
        {
            await pair.DisposeAsync(); // with what was added of it
            throw;
        }
        if (row.IsBound)
            pair.Begin();
        return pair;

        async Task<Core> OpenTheirsAsync(CoreKey key)
        {
            var core = await Core.OpenAsync(
                new SqlCoreStore(services.Database, services.Clock), key, services.Clock, cancellationToken);
            core.MaxLength = MostBlocksTaken;
            return core;
        }
    }

    /// <summary>The pair was bound a moment ago, to documents that are spoken of already.</summary>
    public void Bind(Core account, Core did)
    {
        appAccount = account;
        author = did;
        account.MaxLength = did.MaxLength = MostBlocksTaken;
        Begin();
    }

    /// <summary>
    /// Whether it may be written: a peer is here, and has said how much of our document it holds. One that holds more than we do makes
    /// the core wait until all of it is here, so a database that was set back never signs a second history.
    /// </summary>
    public bool IsHeard => AppUser.ClaimedLength is not null && replicator.PeersOf(AppUser) > 0;

    /// <summary>Whether its other half is open here too: another node may have bound it meanwhile.</summary>
    public bool HasAccount => appAccount is not null;

    /// <summary>Whether any peer speaks of it.</summary>
    public bool IsSpoken => replicator.PeersOf(AppUser) > 0 || (appAccount is not null && replicator.PeersOf(appAccount) > 0);

    /// <summary>
    /// Appends an event while the pair is bound, in one transaction with <paramref name="also"/>, which may call it
    /// off. False when the pair is over, or it was called off.
    /// </summary>
    /// <param name="compose">
    /// Makes the event, knowing how far the other document has come; null: nothing is to be said.
    /// </param>
    /// <param name="also">Gets the block that is being appended.</param>
    /// <param name="isEnd">
    /// Whether it tells of the end of a pair whose identity is gone, instead of being part of a live one.
    /// </param>
    public async Task<bool> AppendAsync(
        Func<PairRow, ValueTask<DocumentEvent?>> compose, Func<Db, PairRow, ReadOnlyMemory<byte>, Task<bool>> also,
        CancellationToken cancellationToken, bool isEnd = false)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            for (var tries = 0; tries < MostTries; tries++)
            {
                var row = await FindRowAsync(cancellationToken);
                var most = DocumentLimits.Blocks - (isEnd ? 0UL : 1UL); // the last block is for the end
                if (row is null || !(isEnd ? row.IsOrphan : row.IsBound) || AppUser.Length >= most)
                    return false;
                using var secrets = PairSecrets.Open(services.Box, row);
                if (secrets?.Keys is not { } keys || await compose(row) is not { } said)
                    return false;
                var index = AppUser.Length;
                if (await TryAppendAsync(row, index, keys.Seal(index, said.Encode()), also, cancellationToken) is { } done)
                    return done;
            }
            return false;
        }
        finally
        {
            gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await following;
        foreach (var core in new[] { AppUser, appAccount, author })
        {
            if (core is not null)
                replicator.Remove(core);
        }
        signer?.Dispose();
        stopping.Dispose();
    }

    private Task<PairRow?> FindRowAsync(CancellationToken cancellationToken) =>
        services.Database.ReadAsync(db => Pairs.FindAsync(db, Id), cancellationToken);

    private void Serve(Core core) => replicator.Add(core, Download.OnDemand);

    /// <summary>Null: somebody else has appended meanwhile; what they wrote is known now.</summary>
    private async Task<bool?> TryAppendAsync(
        PairRow row, ulong index, byte[] block, Func<Db, PairRow, ReadOnlyMemory<byte>, Task<bool>> also, CancellationToken cancellationToken)
    {
        userStore.Enlisted = async (db, commit) =>
        {
            // Peers' blocks are committed there too.
            if (commit.Blocks is [{ Value: var committed }] && committed.Equals(block) && !await also(db, row, block))
                throw new CalledOffException();
        };
        try
        {
            await AppUser.AppendAtAsync(index, block, cancellationToken);
            return true;
        }
        catch (CalledOffException)
        {
            return false;
        }
        catch (CoreRefusedException exception) when (exception.Reason == CoreRefusal.AnotherWriter)
        {
            return null;
        }
        catch (CoreRefusedException exception) when (exception.Reason == CoreRefusal.Frozen)
        {
            await ContradictAsync(cancellationToken);
            return false;
        }
        finally
        {
            userStore.Enlisted = null;
        }
    }

    /// <summary>Undoes the transaction: what the event stands for is no longer so.</summary>
    private sealed class CalledOffException : Exception;
}
