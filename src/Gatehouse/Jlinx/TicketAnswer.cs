using Gatehouse.Accounts;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Gatehouse.Users;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Jlinx;

// Promises: what was approved is handed over once, to the browser that began, before it expires. Another browser, with the ticket in hand, finds
// nothing. The session, like every other, ends the presented one (GH-SEC-319, 337).

/// <summary>Tells a waiting browser what has come of its ticket, and lets it in.</summary>
internal static class TicketAnswer
{
    private const int LongestWait = 30; // seconds
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1); // another node may have heard of it

    /// <summary>What a ticket came to.</summary>
    /// <param name="Issued">The session that was made, at the end of a login or a sign-up.</param>
    /// <param name="Grant">What was given, where the credentials were presented again.</param>
    internal sealed record Outcome(string Status, string Purpose, IssuedSession? Issued = null, (SecretToken Token, long ExpiresAt)? Grant = null);

    public static async Task<IResult> Handle(
        HttpContext http, string ticket, JlinxServices services, CancellationToken cancellationToken)
    {
        if (!TryReadWait(http.Request, out var wait))
            return Problems.BadRequest("wait", "error.wait");
        if (await WaitAsync(http, ticket, wait, services, cancellationToken) is not { } outcome)
            return Problems.NotFound();
        if (outcome.Issued is { } issued)
            services.LogIn.Answers.Issue(http, issued, note: null);
        return new JsonAnswer(Write(outcome));
    }

    /// <summary>Null for a ticket that is unknown, or another browser's.</summary>
    public static async Task<Outcome?> WaitAsync(
        HttpContext http, string text, TimeSpan wait, JlinxServices services, CancellationToken cancellationToken)
    {
        if (SecretToken.Parse(text) is not { } token || await TicketHolder.FindAsync(http, services, cancellationToken) is not { } holder)
            return null;
        var machine = services.Pairs.Machine.Time;
        var began = machine.GetTimestamp();
        var (ticket, outcome) = await LookAsync(http, token, holder, services, cancellationToken);
        using var listener = ticket is not null && outcome is null && wait > TimeSpan.Zero
            ? services.Pairs.Waiters.Listen(ticket.PairId ?? ticket.RequestId, ticket.RequestId)
            : null;
        while (listener is not null)
        {
            var news = listener.NextAsync();
            (ticket, outcome) = await LookAsync(http, token, holder, services, cancellationToken); // it may have come before we listened
            var left = wait - machine.GetElapsedTime(began);
            if (ticket is null || outcome is not null || left <= TimeSpan.Zero)
                break;
            var lives = UnixMicros.ToSpan(ticket.ExpiresAt - services.Pairs.Clock.NowMicros());
            var longest = TimeSpan.FromTicks(Math.Max(0, new[] { left, LookEvery, lives }.Min().Ticks));
            await Task.WhenAny(news, Task.Delay(longest, machine, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
        return ticket is null ? null : outcome ?? new Outcome(TicketStatus.Pending, ticket.Purpose);
    }

    public static async Task<Ticket?> FindAsync(
        HttpContext http, string text, JlinxServices services, CancellationToken cancellationToken) =>
        SecretToken.Parse(text) is { } ticket && await TicketHolder.FindAsync(http, services, cancellationToken) is { } holder
            ? await services.Pairs.Database.ReadAsync(db => Tickets.FindAsync(db, ticket, holder), cancellationToken)
            : null;

    /// <summary>No ticket where there is none of this browser's; no outcome while it is open.</summary>
    private static async Task<(Ticket? Ticket, Outcome? Outcome)> LookAsync(
        HttpContext http, SecretToken token, TicketHolder holder, JlinxServices services, CancellationToken cancellationToken)
    {
        if (await services.Pairs.Database.ReadAsync(db => Tickets.FindAsync(db, token, holder), cancellationToken) is not { } ticket)
            return (null, null);
        if (ticket.ExpiresAt <= services.Pairs.Clock.NowMicros())
            return (ticket, new Outcome(TicketStatus.Expired, ticket.Purpose));
        return (ticket, ticket.Status switch
        {
            // Of one that another replaced nothing is said: whoever asked for two names would learn that they are one account.
            TicketStatus.Pending or TicketStatus.Replaced => null,
            TicketStatus.Approved => await UseAsync(http, token, holder, services, cancellationToken),
            TicketStatus.Rejected or TicketStatus.Used => new Outcome(ticket.Status, ticket.Purpose),
            _ => new Outcome(TicketStatus.Expired, ticket.Purpose),
        });
    }

    private static async Task<Outcome> UseAsync(
        HttpContext http, SecretToken token, TicketHolder holder, JlinxServices services, CancellationToken cancellationToken)
    {
        var presented = await SessionStart.PresentedAsync(http, services.LogIn, cancellationToken);
        var outcome = await services.Pairs.Database.TransactAsync(
            db => UseAsync(db, http, token, holder, presented, services), cancellationToken);
        if (outcome.Issued is { } issued)
        {
            await SessionStart.SettleAsync(http, issued, presented, services.LogIn);
            services.LogIn.Outbox.Wake();
        }
        return outcome;
    }

    /// <summary>One statement takes it; who comes second, or too late, is told that it is over.</summary>
    private static async Task<Outcome> UseAsync(
        Db db, HttpContext http, SecretToken token, TicketHolder holder, Session? presented, JlinxServices services)
    {
        var over = new Outcome(TicketStatus.Expired, "");
        var found = await Tickets.FindAsync(db, token, holder);
        if (found?.AccountId is not { } accountId)
            return over;
        // The account first, as everywhere.
        var epoch = await AccountStore.LockAsync(db, accountId);
        if (await Tickets.UseAsync(db, token, holder, services.Pairs.Clock.NowMicros()) is not { } ticket)
            return new Outcome(TicketStatus.Used, found.Purpose); // by another window of the same browser
        if (await AccountStore.FindAsync(db, accountId) is not { } account
            || await Pairs.FindAsync(db, ticket.PairId!) is not { IsBound: true, IdentityId: { } identity })
        {
            return over;
        }
        return ticket.Purpose switch
        {
            TicketPurpose.Link => new Outcome(TicketStatus.Approved, ticket.Purpose),
            TicketPurpose.Open when ticket.Epoch == epoch && presented is not null && presented.Id == ticket.SessionId
                && presented.AccountId == accountId && await SessionRows.TryLockAsync(db, presented.Id) =>
                await GrantAsync(db, http, presented, services),
            TicketPurpose.Open => over,
            TicketPurpose.LogIn when ticket.Epoch != epoch => over, // every session was ended, or the password changed, meanwhile
            _ => await LogInAsync(db, http, account, ticket, identity, presented, services),
        };
    }

    private static async Task<Outcome> GrantAsync(Db db, HttpContext http, Session session, JlinxServices services)
    {
        await SecurityEvents.RecordAsync(
            db, services.Pairs.Clock, session.AccountId, SecurityEventTypes.SettingsOpened,
            new RequestOrigin(http.Ip(), http.UserAgent()), JlinxServices.Provider);
        return new Outcome(TicketStatus.Approved, TicketPurpose.Open, Grant: await services.Grants.GiveAsync(db, session));
    }

    private static async Task<Outcome> LogInAsync(
        Db db, HttpContext http, Account account, Ticket ticket, string identity, Session? presented, JlinxServices services)
    {
        var way = new Way(
            SessionVia.Jlinx, new RequestOrigin(http.Ip(), http.UserAgent()), services.LogIn.Device.CounterFor(http, account.Id) is not null)
        {
            IdentityId = identity,
        };
        var notice = ticket.Purpose == TicketPurpose.SignUp ? null : await SessionStart.NoticeAsync(db, account, way);
        var users = await UserStore.ListAsync(db, account.Id);
        if (await SessionStart.AddAsync(db, account, users, way, presented, notice, services.LogIn) is not { } issued)
            return new Outcome(TicketStatus.Expired, ticket.Purpose);
        if (ticket.Purpose == TicketPurpose.LogIn)
            await Tickets.SetSessionAsync(db, ticket.RequestId, issued.Session.Id);
        return new Outcome(TicketStatus.Approved, ticket.Purpose, issued);
    }

    private static bool TryReadWait(HttpRequest request, out TimeSpan wait)
    {
        var text = request.Query["wait"];
        wait = TimeSpan.Zero;
        if (text.Count == 0)
            return true;
        var isWhole = int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var seconds);
        wait = TimeSpan.FromSeconds(seconds);
        return isWhole && seconds <= LongestWait;
    }

    private static byte[] Write(Outcome outcome) => JsonBytes.Object(json =>
    {
        json.WriteString("status", outcome.Status == TicketStatus.Used ? TicketStatus.Expired : outcome.Status);
        if (outcome.Grant is { } grant)
        {
            json.WriteString("grant", grant.Token.Reveal());
            json.WriteString("expires_at", UnixMicros.ToRfc3339(grant.ExpiresAt));
        }
        outcome.Issued?.Session.WriteMembers(json);
    });
}
