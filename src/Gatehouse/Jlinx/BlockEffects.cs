using Gatehouse.Accounts;
using Gatehouse.Events;
using Gatehouse.Jlinx.Events;
using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.SocialLogin;
using Gatehouse.Storage;
using Gatehouse.Users;

namespace Gatehouse.Jlinx;

// Promises: an event acts only on the pair whose stream it is in, once, in order. An answer to a request counts if it repeats all of
// it; what nobody understands is a no. Times in documents decide nothing (GH-SEC-318, 326, 327, 337, 338).

/// <summary>What a block of an AppAccount does, in one transaction with the step past it.</summary>
internal static class BlockEffects
{
    /// <summary>Who says "that wasn't me" is left alone for this long.</summary>
    private static readonly TimeSpan BlockFor = TimeSpan.FromHours(1);

    /// <summary>How long an ended pair's documents stay, for the customer's program to read of its end.</summary>
    public static readonly TimeSpan KeepEnded = TimeSpan.FromDays(30);

    private static readonly RequestOrigin Nowhere = new(null, null); // documents tell of no address

    /// <param name="found">Null for a block that can't be read.</param>
    /// <param name="keys">The pair's keys after it, sealed.</param>
    public static async Task<BlockOutcome> ApplyAsync(
        Db db, PairRow pair, ulong index, DocumentEvent? found, byte[] keys, PairServices services)
    {
        // The account first, as everywhere, so that two that change it wait for each other and not crosswise.
        if (pair.AccountId is { } id)
            await AccountStore.LockAsync(db, id);
        if (!await Pairs.TryMoveAsync(db, pair, index, keys))
            return BlockOutcome.Elsewhere;
        var now = services.Clock.NowMicros();
        switch (found?.Body)
        {
            case SessionApproved approved:
                if (!await ApproveAsync(db, pair, index, approved, now, services))
                    await Tickets.RejectAsync(db, pair.Id, approved.Request);
                break;
            case SessionRejected rejected:
                await Tickets.RejectAsync(db, pair.Id, rejected.Request);
                await Tickets.WithdrawAsync(db, pair.Id, rejected.Request);
                if (rejected.Block)
                    await Pairs.BlockAsync(db, pair.Id, now + UnixMicros.Of(BlockFor));
                break;
            case SessionEnded ended:
                await EndSessionAsync(db, pair, ended.Request, services);
                break;
            case SetProfile profile:
                await NameAsync(db, pair, profile.Name, services);
                break;
            case GeneratedOnetimeLoginLink link when link.Origin.ToString() == pair.Origin:
                await LoginLinks.AddAsync(db, pair.Id, found.Id, link.TokenHash, now);
                break;
            case DestroyedAccount:
                await DestroyAsync(db, pair, now, services);
                return BlockOutcome.Over;
            case null:
                await Tickets.RejectAsync(db, pair.Id, requestId: null);
                break;
        }
        return BlockOutcome.Done;
    }

    /// <summary>
    /// Nothing of the pair is believed any more: its sessions and requests end, its owner is told. False when that was
    /// done.
    /// </summary>
    public static async Task<bool> ContradictAsync(Db db, string pairId, PairServices services)
    {
        if (await Pairs.FindAsync(db, pairId) is not { } pair)
            return false;
        if (pair.AccountId is { } id)
            await AccountStore.LockAsync(db, id);
        if (!await Pairs.TryContradictAsync(db, pairId))
            return false;
        await EndAccessAsync(db, pair);
        if (pair.AccountId is not null)
        {
            var frozen = await SecurityEvents.RecordAsync(
                db, services.Clock, pair.AccountId, SecurityEventTypes.IdentityFrozen, Nowhere, JlinxServices.Provider);
            await services.Outbox.EnqueueAsync(db, IdentityFrozenMail.Kind, pair.AccountId, frozen);
        }
        return true;
    }

    /// <summary>What the pair has opened, or might open in a moment, is closed.</summary>
    public static async Task EndAccessAsync(Db db, PairRow pair)
    {
        await Tickets.RejectAllAsync(db, pair.Id);
        await LoginLinks.DropAsync(db, pair.Id);
        if (pair is { AccountId: { } account, IdentityId: { } identity })
            await SessionRows.DeleteOfIdentityAsync(db, account, identity, exceptId: "");
    }

    private static async Task<bool> ApproveAsync(
        Db db, PairRow pair, ulong index, SessionApproved approved, long now, PairServices services) =>
        approved.Origin.ToString() == pair.Origin && pair is { AccountId: { } account, IdentityId: not null }
        && await Tickets.TryApproveAsync(db, new Approval(
            pair.Id, account, approved.Request, approved.RequestHash.ToArray(), approved.Nonce.ToArray(), approved.Code,
            UnixMicros.Of(approved.Expires), (long)index, now));

    /// <summary>Also one that isn't there yet: its browser may be a moment from coming for it.</summary>
    private static async Task EndSessionAsync(Db db, PairRow pair, string request, PairServices services)
    {
        await Tickets.WithdrawAsync(db, pair.Id, request);
        await LoginLinks.WithdrawAsync(db, pair.Id, request);
        var session = await Tickets.FindSessionAsync(db, pair.Id, request) ?? await LoginLinks.FindSessionAsync(db, pair.Id, request);
        if (session is null || pair.AccountId is null || !await SessionRows.TryDeleteAsync(db, pair.AccountId, session))
            return;
        await SecurityEvents.RecordAsync(
            db, services.Clock, pair.AccountId, SecurityEventTypes.SessionEnded, Nowhere, JlinxServices.Provider);
    }

    /// <summary>
    /// Names the first user, or makes it, where the identity is how the account is had: beside a password the site's own name stays. It is a
    /// stranger's text, under the rules of any name (GH-SEC-328).
    /// </summary>
    private static async Task NameAsync(Db db, PairRow pair, string text, PairServices services)
    {
        if (pair.AccountId is not { } account || !UserName.TryParse(text, out var name)
            || await AccountStore.FindAsync(db, account) is not { PasswordHash: null })
        {
            return;
        }
        var users = await UserStore.ListAsync(db, account);
        if (users.Count == 1)
            await UserStore.TryUpdateAsync(db, account, users[0].Id, name.Text, preferences: null);
        else if (users.Count == 0)
            await UserStore.TryAddAsync(db, account, new User(Ids.New(services.Clock), name.Text, "{}", services.Clock.NowMicros()));
        else
            return;
        if (users.Count == 0)
            await SecurityEvents.RecordAsync(db, services.Clock, account, SecurityEventTypes.UserCreated, Nowhere);
    }

    /// <summary>They have ended it: for good, and with it an account that has no other way in.</summary>
    private static async Task DestroyAsync(Db db, PairRow pair, long now, PairServices services)
    {
        await EndAccessAsync(db, pair);
        await Pairs.TryEndAsync(db, pair.Id, now + UnixMicros.Of(KeepEnded));
        if (pair is not { AccountId: { } account, IdentityId: { } identity }
            || await Identities.FindOwnAsync(db, account, identity) is null)
        {
            return;
        }
        if (await TryUnlinkAsync(db, account, identity, services))
        {
            var gone = await SecurityEvents.RecordAsync(
                db, services.Clock, account, SecurityEventTypes.IdentityUnlinked, Nowhere, JlinxServices.Provider);
            await services.Outbox.EnqueueAsync(db, IdentityUnlinkedMail.Kind, account, gone);
        }
        else if (await AccountErasure.EraseAsync(db, account, services.Outbox, services.Clock, JlinxServices.Provider))
        {
            await services.Deliveries.AccountDeletedAsync(db, account);
        }
    }

    /// <summary>False when it is the last way in. A mail to the account's address is one: it brings a new password.</summary>
    private static async Task<bool> TryUnlinkAsync(Db db, string account, string identity, PairServices services)
    {
        if (await Identities.TryDeleteAsync(db, account, identity, services.Providers.WaysIn))
            return true;
        if (await AccountStore.FindAsync(db, account) is not { EmailKey: not null })
            return false;
        await Identities.DeleteAsync(db, account, identity);
        return true;
    }
}

/// <summary>What became of a block.</summary>
internal enum BlockOutcome
{
    Done,

    /// <summary>Another node has done it, or the pair was over.</summary>
    Elsewhere,

    /// <summary>It was the last.</summary>
    Over,

    /// <summary>It shows that there are two histories.</summary>
    Contradicted,
}
