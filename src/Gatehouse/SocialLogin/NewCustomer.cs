using Gatehouse.Accounts;
using Gatehouse.Configuration;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Invites;
using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Gatehouse.Texts;
using Gatehouse.Users;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.SocialLogin;

/// <summary>
/// The account of somebody who came by a provider for the first time: with the address that the provider vouches for, or
/// without one. The rules of signing up hold here too: closed, by invite, one account an address.
/// </summary>
internal static class NewCustomer
{
    public static async Task<Arrival> AddAsync(
        Db db, HttpContext http, Visit visit, Way way, Session? presented, SocialServices services)
    {
        var email = EmailAddress.TryParse(visit.Profile.VerifiedEmail, out var parsed) ? parsed : null;
        var now = services.LogIn.Clock.NowMicros();
        if (email is not null)
        {
            await AccountStore.LockPendingAsync(db, email.Key); // a verification of the same address waits, or has made its account
            if (await AccountStore.FindVerifiedByEmailKeyAsync(db, email.Key) is { } owner)
                return await AskOwnerAsync(db, visit, owner, email, now);
        }
        if (MayNotSignUp(visit, services.Settings.SignUp.Mode) is { } problem)
            return new Arrival.Refused(problem);
        var name = UserName.FirstOf(visit.Profile.Name, email?.Address[..email.Address.IndexOf('@', StringComparison.Ordinal)]);
        var account = NewAccount(http, visit, email, name, services.LogIn.Clock);
        if (!await AccountStore.TryAddVerifiedAsync(db, account))
            return Arrival.Again.Instance;
        var refused = await AddWhatBelongsToItAsync(db, visit, account, email, services);
        if (refused is not null)
        {
            await AccountStore.DeleteAsync(db, account.Id); // made a moment ago, in this very transaction
            return refused;
        }
        if (email is not null)
            await AccountStore.DiscardPendingAsync(db, email.Key); // whoever planted a password on the address has nothing left
        var user = new User(Ids.New(services.LogIn.Clock), name.Text, "{}", now);
        await UserStore.TryAddAsync(db, account.Id, user);
        await RecordAsync(db, visit, account, email, way, services);
        var identity = await Identities.FindAsync(db, visit.Provider.Name, visit.Profile.Subject);
        var issued = await SessionStart.AddAsync(
            db, account, [user], way with { IdentityId = identity!.Id }, presented, notice: null, services.LogIn);
        return new Arrival.In(issued!, IsNew: true);
    }

    /// <summary>The invite is claimed by whoever proves to be who it is for; an address that the provider vouches for is proved.</summary>
    private static async Task<Arrival?> AddWhatBelongsToItAsync(
        Db db, Visit visit, Account account, EmailAddress? email, SocialServices services)
    {
        var clock = services.LogIn.Clock;
        if (await Identities.TryAddAsync(
            db, clock, account.Id, visit.Provider.Name, visit.Profile.Subject, visit.Label) is null)
        {
            return Arrival.Again.Instance;
        }
        return visit.Flow.InviteId is { } invite
            && !await InviteStore.TryClaimAsync(db, invite, email?.Key ?? "", clock.NowMicros())
            ? new Arrival.Refused(Problems.InviteInvalid())
            : null;
    }

    private static async Task RecordAsync(
        Db db, Visit visit, Account account, EmailAddress? email, Way way, SocialServices services)
    {
        var clock = services.LogIn.Clock;
        if (email is not null)
            await SecurityEvents.RecordAsync(db, clock, account.Id, SecurityEventTypes.AccountVerified, way.Origin, visit.Provider.Name);
        await SecurityEvents.RecordAsync(db, clock, account.Id, SecurityEventTypes.IdentityLinked, way.Origin, visit.Provider.Name);
        if (visit.Flow.InviteId is not null)
            await SecurityEvents.RecordAsync(db, clock, account.Id, SecurityEventTypes.InviteClaimed, way.Origin);
        await services.Deliveries.AccountVerifiedAsync(db, account.Id);
    }

    private static Problem? MayNotSignUp(Visit visit, SignUpMode mode) => mode switch
    {
        SignUpMode.Closed => Problems.SignUpClosed(),
        SignUpMode.InviteOnly when visit.Flow.InviteId is null => Problems.InviteRequired(),
        _ => null,
    };

    private static async Task<Arrival> AskOwnerAsync(Db db, Visit visit, Account owner, EmailAddress email, long now)
    {
        await SocialMatches.KeepAsync(db, visit.Browser, new SocialMatch
        {
            Provider = visit.Provider.Name,
            Subject = visit.Profile.Subject,
            Name = visit.Label,
            AccountId = owner.Id,
            EmailKey = email.Key,
            SessionId = visit.Flow.SessionId,
            ReturnTo = visit.Flow.ReturnTo,
        }, now);
        return Arrival.Asked.Instance;
    }

    private static Account NewAccount(HttpContext http, Visit visit, EmailAddress? email, UserName name, TimeProvider clock)
    {
        var now = clock.NowMicros();
        return new Account
        {
            Id = Ids.New(clock),
            Email = email?.Address,
            EmailKey = email?.Key,
            Username = null,
            DisplayName = UserName.TryParse(visit.Profile.Name, out _) ? name.Text : null,
            PasswordHash = null,
            VerifiedAt = now,
            Config = JsonObjectText.Empty.Text,
            Language = http.Request.PreferredLanguage()?.Tag,
            Epoch = 0,
            CreatedAt = now,
            InviteId = null,
        };
    }
}
