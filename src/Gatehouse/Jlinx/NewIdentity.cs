using Gatehouse.Accounts;
using Gatehouse.Configuration;
using Gatehouse.Events;
using Gatehouse.Invites;
using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.SocialLogin;
using Gatehouse.Storage;
using Gatehouse.Users;

namespace Gatehouse.Jlinx;

/// <summary>
/// What a taken offer becomes: a new account, another way into the account whose owner asked for it, or the successor
/// of an identity whose keys were lost. The rules of signing up hold here too.
/// </summary>
internal static class NewIdentity
{
    private const int UuidTimeCharacters = 13; // 48 bits in hexadecimal, and a hyphen
    private static readonly RequestOrigin Nowhere = new(null, null);

    /// <summary>In the caller's transaction. False, and nothing is changed, when it can't be.</summary>
    public static async Task<bool> TryAddAsync(Db db, Taken taken, PairServices services)
    {
        var now = services.Clock.NowMicros();
        if (await Tickets.FindWaitingAsync(db, taken.Offer.Id, now) is not { } ticket)
            return false; // nobody waits for it any more
        var added = taken.Replaced is { } replaced
            ? await ReplaceAsync(db, taken, ticket, replaced, services)
            : ticket.Purpose switch
            {
                TicketPurpose.Link => await LinkAsync(db, taken, ticket, services),
                TicketPurpose.SignUp => await AddAccountAsync(db, taken, ticket, services),
                _ => null, // it succeeds nobody
            };
        if (added is not var (accountId, identityId, logRead))
            return false;
        var binding = new Binding(
            taken.Offer.Id, taken.Candidate.Key, taken.Candidate.Author.Key, taken.Keys, identityId, accountId, taken.Read, logRead, now);
        if (!await Pairs.TryBindAsync(db, binding))
            throw new OfferGoneException();
        await Tickets.OpenAsync(db, taken.Offer.Id, accountId, now);
        return true;
    }

    private static async Task<(string AccountId, string IdentityId, string LogRead)?> AddAccountAsync(
        Db db, Taken taken, Ticket ticket, PairServices services)
    {
        var (clock, mode) = (services.Clock, services.Settings.SignUp.Mode);
        if (mode == SignUpMode.Closed || (mode == SignUpMode.InviteOnly && ticket.InviteId is null))
            return null;
        var account = NewAccount(taken, ticket, clock);
        if (!await AccountStore.TryAddVerifiedAsync(db, account))
            return null;
        if (ticket.InviteId is { } invite && !await InviteStore.TryClaimAsync(db, invite, "", clock.NowMicros()))
            throw new OfferGoneException();
        var identity = await AddIdentityAsync(db, account.Id, taken, clock) ?? throw new OfferGoneException();
        if (UserName.TryParse(taken.Name, out var name))
            await UserStore.TryAddAsync(db, account.Id, new User(Ids.New(clock), name.Text, "{}", clock.NowMicros()));
        var linked = await SecurityEvents.RecordAsync(
            db, clock, account.Id, SecurityEventTypes.IdentityLinked, Nowhere, JlinxServices.Provider);
        if (ticket.InviteId is not null)
            await SecurityEvents.RecordAsync(db, clock, account.Id, SecurityEventTypes.InviteClaimed, Nowhere);
        await services.Deliveries.AccountVerifiedAsync(db, account.Id);
        return (account.Id, identity, Before(linked));
    }

    /// <summary>
    /// It took a grant to begin, and takes the same session alive, in the account's same epoch, to end.
    /// </summary>
    private static async Task<(string AccountId, string IdentityId, string LogRead)?> LinkAsync(
        Db db, Taken taken, Ticket ticket, PairServices services)
    {
        var accountId = ticket.Subject;
        if (await AccountStore.LockAsync(db, accountId) != ticket.Epoch || ticket.SessionId is null
            || !await SessionRows.TryLockAsync(db, ticket.SessionId) || await Pairs.FindOfAccountAsync(db, accountId) is not null
            || (await Identities.ListAsync(db, accountId)).Count >= Identities.MostPerAccount
            || await AddIdentityAsync(db, accountId, taken, services.Clock) is not { } identity)
        {
            return null;
        }
        var linked = await SecurityEvents.RecordAsync(
            db, services.Clock, accountId, SecurityEventTypes.IdentityLinked, Nowhere, JlinxServices.Provider);
        await services.Outbox.EnqueueAsync(db, IdentityLinkedMail.Kind, accountId, linked);
        return (accountId, identity, Before(linked));
    }

    /// <summary>The account stays; everything that the old keys have opened is closed.</summary>
    private static async Task<(string AccountId, string IdentityId, string LogRead)?> ReplaceAsync(
        Db db, Taken taken, Ticket ticket, PairRow old, PairServices services)
    {
        if (old is not { AccountId: { } accountId, IdentityId: { } before } || await AccountStore.LockAsync(db, accountId) is null
            || (ticket.Purpose == TicketPurpose.Link && ticket.Subject != accountId)
            || await Identities.FindOwnAsync(db, accountId, before) is null)
        {
            return null;
        }
        await BlockEffects.EndAccessAsync(db, old);
        if (await AddIdentityAsync(db, accountId, taken, services.Clock) is not { } identity)
            throw new OfferGoneException();
        await Identities.DeleteAsync(db, accountId, before); // its pair ends by that
        var replaced = await SecurityEvents.RecordAsync(
            db, services.Clock, accountId, SecurityEventTypes.IdentityReplaced, Nowhere, JlinxServices.Provider);
        await services.Outbox.EnqueueAsync(db, IdentityLinkedMail.Kind, accountId, replaced);
        return (accountId, identity, Before(replaced));
    }

    /// <summary>The identity goes by what may be told of the document to anybody: its discovery key.</summary>
    private static Task<string?> AddIdentityAsync(Db db, string accountId, Taken taken, TimeProvider clock) => Identities.TryAddAsync(
        db, clock, accountId, JlinxServices.Provider, taken.Candidate.Key.DiscoveryKey.Bytes.ToString(),
        UserName.TryParse(taken.Name, out var name) ? name.Text : null);

    /// <summary>
    /// The customer's copy of the record begins with the millisecond of this event, which its id begins with: ids of one millisecond
    /// are in no order.
    /// </summary>
    private static string Before(string eventId) => eventId[..UuidTimeCharacters];

    private static Account NewAccount(Taken taken, Ticket ticket, TimeProvider clock)
    {
        var now = clock.NowMicros();
        return new Account
        {
            Id = Ids.New(clock),
            Email = null,
            EmailKey = null,
            Username = null,
            DisplayName = UserName.TryParse(taken.Name, out var name) ? name.Text : null,
            PasswordHash = null,
            VerifiedAt = now,
            Config = JsonObjectText.Empty.Text,
            Language = ticket.Language,
            Epoch = 0,
            CreatedAt = now,
            InviteId = null,
        };
    }
}

/// <summary>Undoes the transaction: the offer, the invite or the document went to somebody else this moment.</summary>
internal sealed class OfferGoneException() : Exception("The offer is gone.");
