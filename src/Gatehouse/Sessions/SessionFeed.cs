using System.Collections.Concurrent;
using Gatehouse.Accounts;
using Gatehouse.Security;
using Gatehouse.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Sessions;

/// <summary>
/// What this node knows of the log of changes (<see cref="SessionChanges"/>), read from SQL: at once where word comes
/// (NOTIFY, Redis), and by itself a few times a second, so that lost word costs time and never truth. Promises: what
/// <see cref="Holds"/> is the session's state in SQL less than a second ago. While SQL doesn't answer, nothing holds.
/// </summary>
internal sealed class SessionFeed(
    Database database, TimeProvider clock, ILogger<SessionFeed> log, RedisStore? redis = null) : BackgroundService
{
    /// <summary>GH-SEC-264, 277: no decision by an older state than this.</summary>
    private static readonly TimeSpan TrustedFor = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(400); // twice within the second, and a bit
    private static readonly TimeSpan ListenAgainAfter = TimeSpan.FromSeconds(1);
    private const long Never = 0;

    private readonly Lock gate = new();
    private readonly SemaphoreSlim word = new(0);
    private readonly Queue<SessionChange> inOrder = new(); // under the gate: what is in `changed`, oldest first
    private readonly ConcurrentDictionary<string, long> changed = new(StringComparer.Ordinal);
    private History history = History.None;
    private long lookedAt = Never; // by the clock that no time server sets back
    private bool failing;

    /// <summary>The line that the log is in; what was kept under another one is of no use.</summary>
    public string Line => Volatile.Read(ref history).Line;

    /// <summary>The newest change that is known here.</summary>
    public long Generation => Volatile.Read(ref history).To;

    /// <summary>Whether the log was read within the last second.</summary>
    public bool IsLive => Volatile.Read(ref lookedAt) is var at && at != Never && clock.GetElapsedTime(at) < TrustedFor;

    /// <summary>Whether a session that was read from SQL earlier, by whichever node, is still what SQL has.</summary>
    public bool Holds(Session session)
    {
        var known = Volatile.Read(ref history);
        return IsLive
            && session.Generation >= known.From && session.Generation <= known.To
            && string.Equals(session.Line, known.Line, StringComparison.Ordinal)
            && !IsChangedSince(session.Id, session.Generation)
            && !IsChangedSince(session.AccountId, session.Generation)
            && ReferenceEquals(known, Volatile.Read(ref history)); // what was looked at above was not on its way out
    }

    /// <summary>
    /// After a commit that recorded a change, before the answer: it holds here from now on, and the other nodes are told.
    /// The change stands whatever fails here; then this node trusts no memory until it has read the log.
    /// </summary>
    public async Task SettleAsync()
    {
        try
        {
            await CatchUpAsync(CancellationToken.None);
        }
#pragma warning disable CA1031 // the commit stands, and the customer is told so
        catch (Exception)
#pragma warning restore CA1031
        {
            Volatile.Write(ref lookedAt, Never);
        }
        if (redis is not null)
            _ = PublishAsync(redis);
    }

    /// <summary>Reads what the log has beyond what is known.</summary>
    /// <exception cref="StoreUnavailableException">Nothing is known that wasn't before.</exception>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        var known = Volatile.Read(ref history);
        var (head, news) = await database.ReadAsync(async db =>
        {
            var head = await SessionChanges.HeadAsync(db);
            return head.Line == known.Line && head.Generation == known.To
                ? (head, [])
                : (head, await SessionChanges.SinceAsync(db, head.Line == known.Line ? known.To : 0));
        }, cancellationToken);
        if (head.Line.Length == 0 || IsBroken(known, head, news))
            await BeginLineAsync(head, known, cancellationToken);
        else
            Take(head, news, began);
    }

    public override void Dispose()
    {
        word.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        redis?.Listen(SessionChanges.Channel, Wake);
        var listening = ListenAsync(stoppingToken);
        try
        {
            while (true)
            {
                await LookAsync(stoppingToken);
                await word.WaitAsync(LookEvery, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await listening;
        }
    }

    private bool IsChangedSince(string subject, long generation) =>
        changed.TryGetValue(subject, out var at) && at > generation;

    /// <summary>
    /// Whether the newest change that is known here, or the one that begins a line, is no longer in the log: commits were
    /// lost, or this node was away for longer than the log is kept.
    /// </summary>
    private static bool IsBroken(History known, ChangeHead head, IReadOnlyList<SessionChange> news) => head.Line == known.Line
        ? head.Generation != known.To && (news.Count == 0 || news[0].Generation != known.To)
        : news.Count == 0;

    /// <summary>A history is published after its changes are there to be found, and withdrawn before they go.</summary>
    private void Take(ChangeHead head, IReadOnlyList<SessionChange> news, long began)
    {
        lock (gate)
        {
            var known = history;
            if (head.Line != known.Line)
            {
                if (began < lookedAt)
                    return; // slower than another look, which has seen the next line
                Volatile.Write(ref history, History.None);
                changed.Clear();
                inOrder.Clear();
                known = new History(head.Line, news[0].Generation, news[0].Generation);
            }
            foreach (var change in news)
            {
                if (change.Generation <= known.To)
                    continue; // another look was faster
                changed[change.Subject] = change.Generation;
                inOrder.Enqueue(change);
                known = known with { To = change.Generation };
            }
            Volatile.Write(ref history, Trim(known));
            if (began > lookedAt)
                Volatile.Write(ref lookedAt, began);
        }
    }

    private History Trim(History known)
    {
        if (inOrder.Count <= SessionChanges.MostKept)
            return known;
        Volatile.Write(ref history, History.None);
        while (inOrder.Count > SessionChanges.MostKept)
        {
            var oldest = inOrder.Dequeue();
            known = known with { From = oldest.Generation };
            changed.TryRemove(new KeyValuePair<string, long>(oldest.Subject, oldest.Generation));
        }
        return known;
    }

    /// <summary>
    /// The log is new, or the database has forgotten commits that we have seen (a fail-over, a backup): everything that
    /// anybody remembers is worth nothing from here on.
    /// </summary>
    private async Task BeginLineAsync(ChangeHead head, History known, CancellationToken cancellationToken)
    {
        Volatile.Write(ref lookedAt, Never);
        if (head.Line.Length > 0)
            log.CommitsLost();
        await database.TransactAsync(
            db => SessionChanges.BeginLineAsync(db, head.Line, Ids.New(clock), Math.Max(known.To, head.Generation)), cancellationToken);
        Wake();
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CatchUpAsync(cancellationToken);
            failing = false;
        }
#pragma warning disable CA1031 // a failed look must not end the ones after it (GH-SEC-249)
        catch (Exception exception)
            when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            if (!failing)
                log.FeedBroken(exception);
            failing = true;
        }
    }

    /// <summary>On PostgreSQL, word from whoever commits a change, this process or another.</summary>
    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await database.ListenAsync(SessionChanges.Channel, Wake, cancellationToken);
                return; // this database carries no word
            }
#pragma warning disable CA1031 // word saves time and nothing else: the looks go on, and tell the operator
            catch (Exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                await Task.Delay(ListenAgainAfter, CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                // Stopping.
            }
        }
    }

    private static async Task PublishAsync(RedisStore redis)
    {
        try
        {
            await redis.PublishAsync(SessionChanges.Channel, CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            // The others look by themselves.
        }
    }

    private void Wake()
    {
        if (word.CurrentCount == 0)
            word.Release();
    }

    /// <param name="From">Changes after this one are all known.</param>
    /// <param name="To">The newest that is known.</param>
    private sealed record History(string Line, long From, long To)
    {
        public static History None { get; } = new("", long.MaxValue, 0);
    }
}
