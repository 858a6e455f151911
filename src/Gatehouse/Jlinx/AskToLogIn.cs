using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Gatehouse.Accounts;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Jlinx.Names;
using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Gatehouse.Texts;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Jlinx;

// Promises: whoever is named, known or not, the answer is the same and takes the same: a ticket and a code. A known account's owner is
// asked afterwards, not often: three times in ten minutes, ten times a day, until they have said yes. The newest request replaces an older one
// (GH-SEC-317, 321, 322). Refusals count what was typed, never whom it names: else two names of one account would be told by them.

/// <summary>Asks the owner of an account whether this browser may come in.</summary>
internal static class AskToLogIn
{
    private const int MostLately = 3, MostInDay = 10;
    private const int NonceBytes = 32;
    private static readonly TimeSpan Lately = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>What the browser shows and keeps.</summary>
    internal sealed record Asked(SecretToken Ticket, string Code, long ExpiresAt);

    public static async Task<IResult> Handle(HttpContext http, JlinxServices services, CancellationToken cancellationToken)
    {
        var (request, unfit) = await JsonBody.ReadAsync(http, JlinxJson.Default.JlinxLogInRequest, cancellationToken);
        if (unfit is not null)
            return unfit;
        var (asked, problem) = await BeginAsync(http, request!.Identifier, services, cancellationToken);
        return problem ?? (IResult)new JsonAnswer(Write(asked!));
    }

    public static async Task<(Asked? Asked, Problem? Problem)> BeginAsync(
        HttpContext http, string identifier, JlinxServices services, CancellationToken cancellationToken)
    {
        if (identifier.Length is 0 or > 300)
            return (null, Problems.InvalidInput("identifier", "error.identifier"));
        if (await services.LogIn.Limiter.TryTakeAsync(LimitName.LoginSource, http.SourceKey(), cancellationToken) is { } wait)
            return (null, Problems.TooManyRequests(wait));
        var session = await SessionStart.PresentedAsync(http, services.LogIn, cancellationToken);
        var origin = new RequestOrigin(http.Ip(), http.UserAgent());
        var (pair, isNew) = await services.Pairs.Database.ReadAsync(async db =>
        {
            var found = await FindAsync(db, identifier, services.LogIn);
            // Asked also where there is nobody, so that it takes the same.
            return (found, !await SecurityEvents.KnowsOriginAsync(db, found?.AccountId ?? "", origin));
        }, cancellationToken);
        return await AskAsync(
            http, TicketPurpose.LogIn, SubjectOf(identifier, services.LogIn), pair, isNew, session?.Id, services, cancellationToken);
    }

    /// <summary>In place of a password, for the settings of an account that has none.</summary>
    public static async Task<(Asked? Asked, Problem? Problem)> BeginOpenAsync(
        HttpContext http, Session session, JlinxServices services, CancellationToken cancellationToken)
    {
        var origin = new RequestOrigin(http.Ip(), http.UserAgent());
        var (account, pair, isNew) = await services.Pairs.Database.ReadAsync(async db => (
            await AccountStore.FindAsync(db, session.AccountId),
            await Pairs.FindOfAccountAsync(db, session.AccountId),
            !await SecurityEvents.KnowsOriginAsync(db, session.AccountId, origin)), cancellationToken);
        if (pair is null)
            return (null, Problems.InvalidInput("via", "error.via"));
        return account?.PasswordHash is not null
            ? (null, Problems.InvalidInput("via", "error.via_password"))
            : await AskAsync(http, TicketPurpose.Open, session.AccountId, pair, isNew, session.Id, services, cancellationToken);
    }

    public static byte[] Write(Asked asked) => JsonBytes.Object(json =>
    {
        json.WriteString("ticket", asked.Ticket.Reveal());
        json.WriteString("code", asked.Code);
        json.WriteString("expires_at", UnixMicros.ToRfc3339(asked.ExpiresAt));
    });

    /// <summary>One for all spellings of a name; what was typed goes into no table.</summary>
    private static string SubjectOf(string identifier, LogInServices logIn)
    {
        var name = DocumentId.TryParse(identifier, out var id) ? id.ToString()
            : EmailAddress.TryParse(identifier, out var email) ? email.Key
            : logIn.Rules.ParseUsername(identifier)?.Key ?? identifier.Trim();
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"jlinx identifier {name}")));
    }

    private static async Task<(Asked? Asked, Problem? Problem)> AskAsync(
        HttpContext http, string purpose, string subject, PairRow? pair, bool isNewPlace, string? sessionId, JlinxServices services,
        CancellationToken cancellationToken)
    {
        var clock = services.Pairs.Clock;
        var now = clock.NowMicros();
        var (lately, dayAgo) = (now - UnixMicros.Of(Lately), now - UnixMicros.Of(Day));
        // Whole seconds: the document writes no more, and an answer repeats it.
        var expiresAt = UnixMicros.ToSeconds(now + UnixMicros.Of(Tickets.LogInLifetime)) * 1_000_000;
        var (ticket, holder) = (SecretToken.New(), await TicketHolder.BeginAsync(http, services, cancellationToken));
        var drawn = new Ticket
        {
            Purpose = purpose,
            Subject = subject,
            RequestId = Ids.New(clock),
            Nonce = RandomNumberGenerator.GetBytes(NonceBytes),
            Code = RandomNumberGenerator.GetInt32(1000).ToString("D3", CultureInfo.InvariantCulture),
            Place = isNewPlace ? "new" : "known",
            Client = ClientName.InWords(http.UserAgent()),
            Sent = 1,
            SessionId = sessionId,
            Language = http.Request.PreferredLanguage()?.Tag,
            CreatedAt = now,
            ExpiresAt = expiresAt,
        };
        var problem = await services.Pairs.Database.TransactAsync(async db =>
        {
            await db.LockAsync(subject); // two requests at once are counted one after the other
            var epoch = await AccountStore.LockAsync(db, pair?.AccountId ?? "");
            var waitOfName = WaitOf(await Tickets.CountByNameAsync(db, subject, lately, dayAgo), now);
            var waitOfPair = WaitOf(await Tickets.CountByPairAsync(db, pair?.Id ?? "", lately, dayAgo), now);
            var limits = services.Pairs.Settings.RateLimits.Enabled;
            if (limits && (waitOfName ?? (purpose == TicketPurpose.Open ? waitOfPair : null)) is { } wait)
                return Problems.TooManyRequests(wait);
            var isAsked = pair?.BlockedUntil <= now && !(limits && waitOfPair is not null);
            if (isAsked)
                await Tickets.ReplaceOlderAsync(db, pair!.Id); // one that asks nobody ends none that asks
            await Tickets.AddAsync(db, ticket, holder.Key, drawn with
            {
                PairId = isAsked ? pair!.Id : null,
                Sent = isAsked ? 0 : 1,
                Epoch = epoch,
            });
            return null;
        }, cancellationToken);
        if (problem is not null)
            return (null, problem);
        services.Documents.Wake();
        holder.Set(http, services.Cookies);
        return (new Asked(ticket, drawn.Code, expiresAt), null);
    }

    private static TimeSpan? WaitOf(AskedCount count, long now) => (count.Lately >= MostLately, count.InDay >= MostInDay) switch
    {
        (_, true) => UnixMicros.ToSpan(count.OldestInDay - now) + Day,
        (true, _) => UnixMicros.ToSpan(count.OldestLately - now) + Lately,
        _ => null,
    };

    /// <summary>By the document's id, or by a name that the account has here.</summary>
    private static async Task<PairRow?> FindAsync(Db db, string identifier, LogInServices logIn)
    {
        if (DocumentId.TryParse(identifier, out var id))
            return await Pairs.FindByAppAccountAsync(db, id.Key) is { IsBound: true } named ? named : null;
        var account = EmailAddress.TryParse(identifier, out var email)
            ? await AccountStore.FindVerifiedByEmailKeyAsync(db, email.Key)
            : await AccountStore.FindVerifiedByUsernameAsync(db, logIn.Rules.ParseUsername(identifier)?.Key ?? "");
        return await Pairs.FindOfAccountAsync(db, account?.Id ?? "");
    }
}
