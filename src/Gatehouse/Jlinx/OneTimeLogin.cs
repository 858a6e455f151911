using Gatehouse.Accounts;
using Gatehouse.Events;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Http;
using Gatehouse.Jlinx.Events;
using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Gatehouse.Users;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Jlinx;

// Promises: a link that the customer's own program made, announced in their own document, logs in whoever opens it first, once, within two
// minutes. It is a page of ours that posts it, so a link that is only fetched uses nothing up.

/// <summary>Logs in by a link from the customer's program.</summary>
internal static class OneTimeLogin
{
    /// <summary>The link may be opened before we have read of it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>Strangers' links wait as well; beyond this many at a time one look has to do.</summary>
    private const int MostWaiting = 64;

    private static int waiting;

    /// <summary>The session that the link is good for, or why it is good for none.</summary>
    public static async Task<(IssuedSession? Issued, Problem? Problem)> HandleAsync(
        HttpContext http, string text, JlinxServices services, CancellationToken cancellationToken)
    {
        var source = http.SourceKey();
        if (await services.LogIn.Limiter.PeekAsync(LimitName.Link, source, cancellationToken) is { } wait)
            return (null, Problems.TooManyRequests(wait));
        Span<byte> token = stackalloc byte[SecretBytes.Length];
        var isToken = SecretBytes.TryParse(text, token);
        var hash = isToken ? Labels.LoginToken(token) : default;
        if (!isToken || !await WaitForAsync(hash, services, cancellationToken))
        {
            await services.LogIn.Limiter.TryTakeAsync(LimitName.Link, source, cancellationToken);
            return (null, Problems.LinkInvalid());
        }
        var presented = await SessionStart.PresentedAsync(http, services.LogIn, cancellationToken);
        var issued = await services.Pairs.Database.TransactAsync(
            db => LogInAsync(db, http, hash, presented, services), cancellationToken);
        if (issued is null)
            return (null, Problems.LinkInvalid());
        await SessionStart.SettleAsync(http, issued.Value.Issued, presented, services.LogIn);
        services.LogIn.Outbox.Wake();
        await TellAsync(issued.Value.PairId, hash, services, CancellationToken.None); // it has happened
        return (issued.Value.Issued, null);
    }

    private static async Task<bool> WaitForAsync(Bytes32 hash, JlinxServices services, CancellationToken cancellationToken)
    {
        var machine = services.Pairs.Machine.Time;
        var began = machine.GetTimestamp();
        var patience = Interlocked.Increment(ref waiting) <= MostWaiting ? Patience : TimeSpan.Zero;
        try
        {
            while (true)
            {
                var now = services.Pairs.Clock.NowMicros();
                if (await services.Pairs.Database.ReadAsync(db => LoginLinks.FindAsync(db, hash, now), cancellationToken) is not null)
                    return true;
                if (machine.GetElapsedTime(began) >= patience)
                    return false;
                await Task.Delay(LookEvery, machine, cancellationToken);
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    private static async Task<(IssuedSession Issued, string PairId)?> LogInAsync(
        Db db, HttpContext http, Bytes32 hash, Session? presented, JlinxServices services)
    {
        var now = services.Pairs.Clock.NowMicros();
        if (await LoginLinks.FindAsync(db, hash, now) is not { } known || await Pairs.FindAsync(db, known.PairId) is not { } found
            || found.AccountId is not { } accountId || await AccountStore.LockAsync(db, accountId) is null
            || await LoginLinks.ConsumeAsync(db, hash, now) is null
            || await Pairs.FindAsync(db, known.PairId) is not { IsBound: true, IdentityId: { } identity }
            || await AccountStore.FindAsync(db, accountId) is not { } account)
        {
            return null;
        }
        var way = new Way(
            SessionVia.Jlinx, new RequestOrigin(http.Ip(), http.UserAgent()), services.LogIn.Device.CounterFor(http, accountId) is not null)
        {
            IdentityId = identity,
        };
        var notice = await SessionStart.NoticeAsync(db, account, way);
        var users = await UserStore.ListAsync(db, accountId);
        if (await SessionStart.AddAsync(db, account, users, way, presented, notice, services.LogIn) is not { } issued)
            return null;
        await LoginLinks.SetSessionAsync(db, hash, issued.Session.Id);
        return (issued, known.PairId);
    }

    /// <summary>The customer's program reads that the link was used. The session is made in any case.</summary>
    private static async Task TellAsync(string pairId, Bytes32 hash, JlinxServices services, CancellationToken cancellationToken)
    {
        try
        {
            if (await services.Documents.OpenAsync(pairId, cancellationToken) is { } pair)
            {
                await pair.AppendAsync(
                    _ => new(DocumentEvent.New(services.Pairs.Clock, new RedeemedOnetimeLoginLink(hash))),
                    (_, _, _) => Task.FromResult(true), cancellationToken);
            }
        }
#pragma warning disable CA1031 // the record says the same a moment later
        catch (Exception exception)
#pragma warning restore CA1031
        {
            services.Pairs.Log.PairFailed(exception, pairId);
        }
    }
}
