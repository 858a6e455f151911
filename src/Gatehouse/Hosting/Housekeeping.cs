using Gatehouse.Accounts;
using Gatehouse.Configuration;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Invites;
using Gatehouse.Jlinx;
using Gatehouse.Links;
using Gatehouse.Mail;
using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.SocialLogin;
using Gatehouse.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Hosting;

/// <summary>
/// What happens by the clock: log-outs the store couldn't take, "last seen", and, by one node at a time, the purge of what
/// has expired. It survives whatever a round meets.
/// </summary>
internal sealed class Housekeeping(
    Database database, SessionStore sessions, PendingRevocations revocations, FailedChecks failures,
    LiveNodes nodes, GatehouseSettings settings, TimeProvider clock, ILogger<Housekeeping> log) : BackgroundService
{
    private const int PurgeBatch = 500; // short transactions: a purge never makes a login wait
    private const int PurgeBatchOfPairs = 10; // a pair's documents may have thousands of rows
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WriteSeenEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CountNodesEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PurgeLimitsEvery = TimeSpan.FromMinutes(1); // a flood leaves a row for each name it tries
    private static readonly TimeSpan KeepEndedInvites = TimeSpan.FromDays(30); // the operator may ask what became of one
    private static readonly TimeSpan KeepDeadMails = TimeSpan.FromDays(30); // the operator may ask why
    private static readonly TimeSpan KeepEvents = TimeSpan.FromDays(400); // a year and a little: they hold addresses of people
    private readonly string holder = Ids.New(clock);
    private long seenAt;
    private long purgedAt;
    private long limitsPurgedAt;
    private long nodesCountedAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Rounds.RunAsync(Tick, clock, RunOnceAsync, stoppingToken);
        await TryAsync(() => sessions.WriteSeenAsync(CancellationToken.None));
        await TryAsync(() => failures.WriteAsync(CancellationToken.None));
    }

    /// <summary>Purges what has expired; returns what it deleted.</summary>
    public async Task<Purged> PurgeAsync(CancellationToken cancellationToken)
    {
        var now = clock.NowMicros();
        var olderThan = now - UnixMicros.Of(settings.Verification.PurgeAfter);
        var small = await database.TransactAsync(async db => new Purged
        {
            Links = await OneTimeLinks.PurgeAsync(db, now),
            UsernameHolds = await UsernameHolds.PurgeAsync(db, now),
            Grants = await Grants.PurgeAsync(db, now),
            SocialLogins = await SocialFlows.PurgeAsync(db, now) + await SocialMatches.PurgeAsync(db, now)
                + await FreshLogins.PurgeAsync(db, now) + await Hints.PurgeAsync(db, now),
            Invites = await InviteStore.PurgeAsync(db, now - UnixMicros.Of(KeepEndedInvites)),
        }, cancellationToken);
        await BatchesAsync(db => SessionChanges.PurgeAsync(db, PurgeBatch), cancellationToken);
        var before = now - UnixMicros.Of(KeepEvents);
        var deadSince = now - UnixMicros.Of(KeepDeadMails);
        var answered = now - UnixMicros.Of(settings.Sessions.MaxAge); // as long as a session that came of it may be ended by it
        var counted = now - UnixMicros.Of(AskToLogIn.Day);
        return small with
        {
            Sessions = await BatchesAsync(db => SessionRows.PurgeAsync(db, now, PurgeBatch), cancellationToken),
            Events = await BatchesAsync(db => SecurityEvents.PurgeAsync(db, before, PurgeBatch), cancellationToken),
            Mails = await BatchesAsync(db => Outbox.PurgeAsync(db, deadSince, PurgeBatch), cancellationToken),
            SignUps = await BatchesAsync(db => AccountStore.PurgePendingAsync(db, olderThan, PurgeBatch), cancellationToken),
            // Last: what is the most work keeps nothing else from being purged.
            Documents = await BatchesAsync(db => Tickets.PurgeAsync(db, answered, counted, PurgeBatch), cancellationToken)
                + await BatchesAsync(db => LoginLinks.PurgeAsync(db, answered, PurgeBatch), cancellationToken)
                + await BatchesAsync(db => Pairs.PurgeAsync(db, now, PurgeBatchOfPairs), cancellationToken, PurgeBatchOfPairs),
        };
    }

    /// <summary>Purges unless another node does.</summary>
    public async Task PurgeAloneAsync(CancellationToken cancellationToken)
    {
        var mine = await database.TransactAsync(
            db => Leases.TryTakeAsync(db, "purge", holder, clock.NowMicros(), TimeSpan.FromMinutes(5)), cancellationToken);
        if (mine && await PurgeAsync(cancellationToken) is { SignUps: > 0 } purged)
            log.Purged(purged.SignUps);
    }

    private async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        if (!revocations.IsEmpty)
            await TryAsync(() => revocations.ApplyAsync(cancellationToken));
        await TryAsync(() => failures.WriteAsync(cancellationToken));
        if (IsDue(ref seenAt, WriteSeenEvery))
            await TryAsync(() => sessions.WriteSeenAsync(cancellationToken));
        if (IsDue(ref nodesCountedAt, CountNodesEvery))
            await TryAsync(() => nodes.RefreshAsync(cancellationToken));
        if (IsDue(ref limitsPurgedAt, PurgeLimitsEvery))
            await TryAsync(() => BatchesAsync(db => LimitRows.PurgeAsync(db, clock.NowMicros(), PurgeBatch), cancellationToken));
        if (IsDue(ref purgedAt, settings.Verification.PurgeEvery))
            await TryAsync(() => PurgeAloneAsync(cancellationToken));
    }

    private async Task<int> BatchesAsync(Func<Db, Task<int>> purge, CancellationToken cancellationToken, int batch = PurgeBatch)
    {
        var total = 0;
        int purged;
        do
        {
            purged = await database.TransactAsync(purge, cancellationToken);
            total += purged;
        }
        while (purged == batch);
        return total;
    }

    private bool IsDue(ref long last, TimeSpan every)
    {
        var now = clock.NowMicros();
        if (now - last < UnixMicros.Of(every))
            return false;
        last = now;
        return true;
    }

    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
#pragma warning disable CA1031 // a failed round must not end the ones after it (GH-SEC-249)
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            log.HousekeepingFailed(exception);
        }
    }
}

/// <summary>How many of each had expired.</summary>
internal sealed record Purged
{
    public int SignUps { get; init; }

    public int Sessions { get; init; }

    public int Links { get; init; }

    public int Grants { get; init; }

    public int SocialLogins { get; init; }

    public int Invites { get; init; }

    /// <summary>What was kept of identities of one's own: offers, tickets, links, documents of what ended long ago.</summary>
    public int Documents { get; init; }

    public int UsernameHolds { get; init; }

    public int Events { get; init; }

    public int Mails { get; init; }
}
