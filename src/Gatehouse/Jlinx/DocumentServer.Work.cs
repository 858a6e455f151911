using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Names;
using Gatehouse.Storage;

namespace Gatehouse.Jlinx;

// What we have to say stands in the database first: requests, ends, the account's record. Each round says what isn't said yet; a crash,
// or another node, leaves it to be said or has it said, never twice.
internal sealed partial class DocumentServer
{
    private const int Most = 100; // in a round
    private const int MostAtOnce = 10_000; // rows of a query
    private const int MostUnsent = 10_000; // two minutes' worth of requests
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan EveryAmongNodes = TimeSpan.FromMilliseconds(250);

    /// <summary>Who knows more of our document than we do brings it sooner than this.</summary>
    private static readonly TimeSpan EndWaitsFor = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan AtRestAfter = TimeSpan.FromMinutes(5);

    /// <summary>
    /// An event is copied when nobody can be in the middle of writing an older one any more: among nodes, by a clock that
    /// is behind ours.
    /// </summary>
    private TimeSpan Settled => IsAlone ? TimeSpan.FromSeconds(2) : 2 * Overlap;

    /// <summary>How far nodes' clocks may be apart, and a commit may take.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim wake = new(0, 1);
    private long hintsSince, changedSince, tidiedAt, copiedUntil;
    private string orphansAfter = "";

    private bool IsAlone => services.Database.Kind == "sqlite";

    /// <summary>There is something to be said: it needs not wait for the next round.</summary>
    public void Wake()
    {
        try
        {
            wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is about to look anyway.
        }
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        copiedUntil = services.Clock.NowMicros(); // a pair that comes to be heard is looked at in any case
        hintsSince = services.Clock.NowMicros() - UnixMicros.Of(Hints.Lifetime);
        changedSince = services.Clock.NowMicros();
        while (!cancellationToken.IsCancellationRequested)
        {
            await TryAsync(SayRequestsAsync, cancellationToken);
            await TryAsync(SayEndsAsync, cancellationToken);
            await TryAsync(stop => did!.SayServicesAsync(stop), cancellationToken);
            await TryAsync(CopyRecordsAsync, cancellationToken);
            await TryAsync(HearOtherNodesAsync, cancellationToken);
            await TryAsync(TidyAsync, cancellationToken);
            try
            {
                await wake.WaitAsync(IsAlone ? Every : EveryAmongNodes, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>A request waits for the customer's program to be there, as long as the browser waits for its answer.</summary>
    private async Task SayRequestsAsync(CancellationToken cancellationToken)
    {
        var now = services.Clock.NowMicros();
        // Of all that wait, those whose owner's program is here: it may be away for many, and none waits for another's.
        var heard = OpenPairs().Where(pair => pair.IsHeard).Select(pair => pair.Id).ToHashSet(StringComparer.Ordinal);
        if (heard.Count == 0)
            return;
        var unsent = await services.Database.ReadAsync(db => Tickets.ListUnsentAsync(db, now, MostUnsent), cancellationToken);
        foreach (var ticket in unsent.Where(ticket => heard.Contains(ticket.PairId!)))
            await WithAsync(ticket.PairId!, pair => SayRequestAsync(pair, ticket, cancellationToken), cancellationToken);
    }

    private async Task SayRequestAsync(OpenPair pair, Ticket ticket, CancellationToken cancellationToken)
    {
        var accountLength = 0UL;
        await pair.AppendAsync(async row =>
        {
            var head = await pair.ReadAccountHeadAsync(cancellationToken);
            if (head is not { } seen || !WebOrigin.TryParse(row.Origin, out var origin))
                return null;
            accountLength = seen.Length;
            var request = new SessionRequested(
                new(ticket.Nonce), origin, UnixMicros.ToTime(ticket.ExpiresAt), ticket.Code, ticket.Client, ticket.Place == "new", seen);
            return new DocumentEvent(ticket.RequestId, services.Clock.GetUtcNow(), request);
        }, (db, _, block) => Tickets.TryMarkSentAsync(
            db, ticket.RequestId, Labels.Block(block.Span).ToArray(), accountLength), cancellationToken);
    }

    /// <summary>
    /// An identity that was taken from its account, by whatever way, ends its pair: the customer reads it, and we destroy our keys.
    /// </summary>
    private async Task SayEndsAsync(CancellationToken cancellationToken)
    {
        var forgetAt = services.Clock.NowMicros() + UnixMicros.Of(BlockEffects.KeepEnded);
        var orphans = await services.Database.ReadAsync(db => Pairs.ListOrphansAsync(db, orphansAfter, Most), cancellationToken);
        orphansAfter = orphans.Count == Most ? orphans[^1].Id : ""; // those that can't be told keep no others from it
        foreach (var row in orphans)
        {
            await WithAsync(row.Id, pair => SayEndAsync(pair, row, forgetAt, cancellationToken), cancellationToken);
            services.Waiters.Wake(row.Id);
        }
    }

    private async Task SayEndAsync(OpenPair pair, PairRow row, long forgetAt, CancellationToken cancellationToken)
    {
        try
        {
            if (!pair.AppUser.IsFrozen)
            {
                await pair.AppendAsync(
                    _ => new(DocumentEvent.New(services.Clock, new DestroyedAccount())),
                    (db, _, _) => EndAsync(db), cancellationToken, isEnd: true);
                return;
            }
        }
        catch (CoreRefusedException refused) when (refused.Reason == CoreRefusal.Behind)
        {
            pair.EndHeldSince ??= services.Machine.Time.GetTimestamp();
            if (services.Machine.Time.GetElapsedTime(pair.EndHeldSince.Value) < EndWaitsFor)
                return;
        }
        // There are two histories, or somebody says so and shows none: nothing more can be said here, and the keys go all the same.
        await services.Database.TransactAsync(EndAsync, cancellationToken);

        async Task<bool> EndAsync(Db db)
        {
            await BlockEffects.EndAccessAsync(db, row);
            return await Pairs.TryEndAsync(db, row.Id, forgetAt);
        }
    }

    /// <summary>
    /// The customer's own copy of what happened to the account: no address, no mail, no more of the browser than two words
    /// (GH-SEC-335). It is written while their program is there; what came meanwhile is copied when it comes.
    /// </summary>
    private async Task CopyRecordsAsync(CancellationToken cancellationToken)
    {
        var until = services.Clock.NowMicros() - UnixMicros.Of(Settled);
        var since = copiedUntil - UnixMicros.Of(Overlap);
        var touched = (await services.Database.ReadAsync(
            db => RecordCopies.ListTouchedAsync(db, since, until), cancellationToken)).ToHashSet(StringComparer.Ordinal);
        copiedUntil = until;
        foreach (var pair in OpenPairs().Where(pair => pair.AccountId is { } account && touched.Contains(account)))
            pair.OwesCopies = true;
        // Some at a time, for a node that many have just come to mustn't let a request wait for all of their copies; and who
        // has waited longest first, so that those that can't be copied keep no others from it.
        var owing = OpenPairs().Where(pair => pair is { OwesCopies: true, IsHeard: true }).OrderBy(pair => pair.CopyTriedAt).Take(Most);
        foreach (var pair in owing.ToArray())
        {
            pair.CopyTriedAt = services.Machine.Time.GetTimestamp();
            await WithAsync(pair.Id, open => open.CopyRecordAsync(until, cancellationToken), cancellationToken);
        }
    }

    /// <summary>Does something with one pair. What one meets must not keep it from the others.</summary>
    private async Task WithAsync(string id, Func<OpenPair, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            if (await OpenAsync(id, cancellationToken) is { } pair)
                await work(pair);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (CoreRefusedException exception)
        {
            services.Log.AppendRefused(exception.Reason);
        }
#pragma warning disable CA1031 // a pair that fails is its owner's matter alone (GH-SEC-249)
        catch (Exception exception)
#pragma warning restore CA1031
        {
            services.Log.PairFailed(exception, id);
        }
    }

    /// <summary>What another node has heard or written. A database that has one node says nothing new.</summary>
    private async Task HearOtherNodesAsync(CancellationToken cancellationToken)
    {
        var now = services.Clock.NowMicros();
        foreach (var hint in await services.Database.ReadAsync(db => Hints.ListNewAsync(db, hintsSince, now), cancellationToken))
        {
            hintsSince = Math.Max(hintsSince, hint.CreatedAt - UnixMicros.Of(Overlap));
            Look(new CoreKey(hint.AppAccount), hint.PairId, hint.CreatedAt);
        }
        if (IsAlone)
            return;
        // From where the last round came to its end: one that took long, or failed, has left the rest to this one.
        var since = changedSince - UnixMicros.Of(Overlap);
        var changed = await services.Database.ReadAsync(db => SqlCoreStore.ListChangedAsync(db, since, MostAtOnce), cancellationToken);
        var lengths = changed.ToDictionary(row => new CoreKey(row.Key), row => (ulong)row.Length);
        if (IsBehind(did!.Core))
            await did.Core.ReloadAsync(cancellationToken);
        foreach (var pair in lengths.Count == 0 ? [] : OpenPairs().ToArray())
        {
            if (!pair.HasAccount && lengths.ContainsKey(pair.AppUser.Key))
                await WithAsync(pair.Id, open => ReopenIfBoundAsync(open, cancellationToken), cancellationToken);
            if (pair.Cores.Any(IsBehind))
                await WithAsync(pair.Id, open => ReloadAsync(open.Cores.Where(IsBehind)), cancellationToken);
        }
        changedSince = changed.Count == MostAtOnce ? Math.Min(now, changed[^1].ChangedAt) : now;

        bool IsBehind(Core core) => lengths.TryGetValue(core.Key, out var length) && length > core.Length;

        async Task ReloadAsync(IEnumerable<Core> cores)
        {
            foreach (var core in cores)
                await core.ReloadAsync(cancellationToken);
        }
    }

    /// <summary>Another node has bound it: its other half is to be spoken of here too.</summary>
    private async Task ReopenIfBoundAsync(OpenPair pair, CancellationToken cancellationToken)
    {
        var row = await services.Database.ReadAsync(db => Pairs.FindAsync(db, pair.Id), cancellationToken);
        if (row is not { IsBound: true } || pair.HasAccount)
            return;
        await CloseAsync(pair);
        await OpenAsync(pair.Id, cancellationToken);
    }

    /// <summary>
    /// Puts a pair away, unless somebody else does. Whoever wants it meanwhile waits until it is gone: of its cores there
    /// can't be two.
    /// </summary>
    private async Task CloseAsync(OpenPair pair)
    {
        if (!pairs.TryGetValue(pair.Id, out var opening)
            || opening is not { IsValueCreated: true, Value.IsCompletedSuccessfully: true } || await opening.Value != pair)
        {
            return;
        }
        var closing = new Lazy<Task<OpenPair?>>(async () =>
        {
            await pair.DisposeAsync();
            return null;
        });
        if (!pairs.TryUpdate(pair.Id, closing, opening))
            return;
        await closing.Value;
        Forget(pair.Id, closing);
    }

    private async Task TidyAsync(CancellationToken cancellationToken)
    {
        if (tidiedAt != 0 && services.Machine.Time.GetElapsedTime(tidiedAt) < AtRestAfter / 5)
            return;
        tidiedAt = services.Machine.Time.GetTimestamp();
        var now = services.Clock.GetUtcNow();
        foreach (var (key, candidate) in candidates)
        {
            if (candidate.ExpiresAt <= now && candidates.TryRemove(key, out _))
                await candidate.DisposeAsync();
        }
        var forgotten = UnixMicros.Of(now - Hints.Lifetime);
        foreach (var (key, at) in named)
        {
            if (at < forgotten)
                named.TryRemove(key, out _);
        }
        foreach (var pair in OpenPairs().Where(pair => !pair.IsSpoken && services.Machine.Time.GetElapsedTime(pair.OpenedAt) > AtRestAfter))
            await CloseAsync(pair);
        await ReadOnAsync(cancellationToken);
    }

    /// <summary>
    /// Opens pairs of which something has arrived that nobody has read: a node may have crashed over it. Their owner's
    /// program takes it for heard, and needs not come again.
    /// </summary>
    private async Task ReadOnAsync(CancellationToken cancellationToken)
    {
        var after = "";
        while (true)
        {
            var page = await services.Database.ReadAsync(db => Pairs.ListUnreadAsync(db, after, MostAtOnce), cancellationToken);
            foreach (var pair in page.Where(pair => pair.IsUnread != 0))
                await WithAsync(pair.Id, _ => Task.CompletedTask, cancellationToken);
            if (page.Count < MostAtOnce)
                return;
            after = page[^1].Id;
        }
    }

    private IEnumerable<OpenPair> OpenPairs()
    {
        foreach (var opening in pairs.Values)
        {
            if (opening is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true, Result: { } pair } })
                yield return pair;
        }
    }

    private async Task TryAsync(Func<CancellationToken, Task> round, CancellationToken cancellationToken)
    {
        try
        {
            await round(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
#pragma warning disable CA1031 // a failed round must not end the ones after it (GH-SEC-249)
        catch (Exception exception)
#pragma warning restore CA1031
        {
            services.Log.RoundFailed(exception);
        }
    }
}
