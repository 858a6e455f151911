using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Storage;

namespace Gatehouse.Jlinx;

/// <summary>
/// An AppAccount that somebody named, and the Did that it says is its author: read as far as is needed to judge it, in
/// memory.
/// </summary>
internal sealed class Candidate : IAsyncDisposable
{
    /// <summary>Header, acceptance and a profile; what comes later is read when the pair is bound.</summary>
    private const ulong BlocksToJudge = 3;

    /// <summary>A customer's Did that is only just made has no more.</summary>
    private const ulong MostBlocksOfDid = 16;

    private static readonly TimeSpan TriesAgainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(100);

    private readonly Replicator replicator;
    private readonly PairServices services;
    private readonly SettlingStore accountStore, didStore;
    private readonly CancellationTokenSource stopping;
    private readonly Task looking;
    private Core? account, author;
    private bool isTaken;

    public Candidate(
        CoreKey key, string? pastedFor, Replicator replicator, PairServices services, Func<Candidate, CancellationToken, Task> judge,
        Func<Candidate, Task> refused)
    {
        Key = key;
        PastedFor = pastedFor;
        this.replicator = replicator;
        this.services = services;
        accountStore = new SettlingStore(services.Database, services.Clock);
        didStore = new SettlingStore(services.Database, services.Clock);
        ExpiresAt = services.Clock.GetUtcNow() + Hints.Lifetime;
        stopping = new CancellationTokenSource(Hints.Lifetime, services.Machine.Time);
        looking = LookAsync(judge, refused);
    }

    public CoreKey Key { get; }

    /// <summary>The pair that it was pasted for; null for one that was posted.</summary>
    public string? PastedFor { get; }

    /// <summary>Whether any peer speaks of it.</summary>
    public bool IsSpoken => account is { } core && replicator.PeersOf(core) > 0;

    public DateTimeOffset ExpiresAt { get; }

    public Core Account => account!;

    public Core Author => author!;

    public SignedHeader Header { get; private set; } = null!;

    public Did Did { get; private set; } = null!;

    /// <summary>The blocks after the header that are there by now: one or two.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Blocks { get; private set; } = [];

    /// <summary>Whether a document of the pair is spoken of here.</summary>
    public bool Holds(PairRow row) => new[] { Key, author?.Key }.Any(key => key is { } held && row.Has(held));

    /// <summary>
    /// Holds both documents still while <paramref name="work"/> writes them to the database with everything else; from
    /// then on they live there.
    /// </summary>
    public Task<bool> SettleAsync(
        Func<Hypercore.Stores.CoreCommit, Hypercore.Stores.CoreCommit, Task<bool>> work, CancellationToken cancellationToken) =>
        accountStore.SettleAsync(
            Account.Key, ours => didStore.SettleAsync(Author.Key, theirs => work(ours, theirs), cancellationToken), cancellationToken);

    /// <summary>A pair speaks of both documents from now on.</summary>
    public void HandOver() => isTaken = true;

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await looking;
        stopping.Dispose();
        if (isTaken)
            return;
        if (account is not null)
            replicator.Remove(account);
        if (author is not null)
            replicator.Remove(author);
    }

    private async Task LookAsync(Func<Candidate, CancellationToken, Task> judge, Func<Candidate, Task> refused)
    {
        await Task.Yield();
        try
        {
            if (await ReadAsync(stopping.Token))
                await UntilStoredAsync(() => judge(this, stopping.Token), stopping.Token);
        }
        catch (OperationCanceledException)
        {
            // Nobody had it, in all that time.
        }
#pragma warning disable CA1031 // a stranger's document must not end more than the look at it (GH-SEC-249)
        catch (Exception exception)
#pragma warning restore CA1031
        {
            services.Log.CandidateFailed(exception);
        }
        if (!isTaken)
            _ = Task.Run(() => refused(this)); // it waits for this very look to end
    }

    /// <summary>A database that is down is not the document's fault: it is judged when that is over.</summary>
    private async Task UntilStoredAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await work();
                return;
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(TriesAgainAfter, services.Machine.Time, cancellationToken);
            }
        }
    }

    /// <summary>False for what can't be anybody's account.</summary>
    private async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        account = await OpenAsync(Key, accountStore, SettlingStore.MaxBlocks);
        if (account is null || !await FetchAsync(account, 0)
            || await account.ReadHeaderAsync(DocType.AppAccount, cancellationToken) is not { } signed)
        {
            return false;
        }
        Header = signed;
        author = await OpenAsync(signed.Header.Author.Key, didStore, MostBlocksOfDid);
        if (author is null || !await FetchAsync(author, 0))
            return false;
        for (var index = 1UL; index < author.Length; index++)
            await author.GetAsync(index, cancellationToken);
        if (await Did.ReadAsync(author, cancellationToken) is not { } did)
            return false;
        Did = did;
        var blocks = new List<ReadOnlyMemory<byte>> { await account.GetAsync(1, cancellationToken) };
        for (var index = 2UL; index < Math.Min(account.Length, BlocksToJudge); index++)
            blocks.Add(await account.GetAsync(index, cancellationToken));
        Blocks = blocks;
        return true;

        // Null where it is a pair's, also one at rest, or is spoken of in another look: who names it as theirs must not hold it.
        async Task<Core?> OpenAsync(CoreKey key, SettlingStore store, ulong mostBlocks)
        {
            PairRow? owner = null;
            await UntilStoredAsync(async () => owner = await services.Database.ReadAsync(
                db => Pairs.FindAskedAsync(db, key.DiscoveryKey), cancellationToken), cancellationToken);
            if (owner is not null)
                return null;
            var core = await Core.OpenAsync(store, key, services.Clock, cancellationToken);
            core.MaxLength = mostBlocks;
            try
            {
                replicator.Add(core, Download.OnDemand);
                return core;
            }
            catch (ArgumentException)
            {
                return null;
            }
        }

        // False where it is longer than any that has just begun: of that nothing comes.
        async Task<bool> FetchAsync(Core core, ulong index)
        {
            var getting = core.GetAsync(index, cancellationToken).AsTask();
            while (!getting.IsCompleted && !(core.ClaimedLength > core.MaxLength))
                await Task.WhenAny(getting, Task.Delay(LooksEvery, services.Machine.Time, cancellationToken));
            if (!getting.IsCompleted)
                return false;
            await getting;
            return true;
        }
    }
}
