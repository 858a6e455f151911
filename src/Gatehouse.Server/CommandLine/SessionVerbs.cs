using Gatehouse.Accounts;
using Gatehouse.Events;
using Gatehouse.Sessions;
using Gatehouse.Storage;

namespace Gatehouse.Server.CommandLine;

/// <summary>Ends an account's sessions; every running node obeys within a second.</summary>
internal static class SessionVerbs
{
    public static Verb Create(VerbContext context)
    {
        var email = Inputs.EmailOption("Whose sessions.", required: true);
        var revoke = new Verb(
            "revoke", "Ends every session and access token of an account.", "session revoke --email alice@example.com")
        {
            email,
        };
        revoke.SetAction((parsed, cancellationToken) => RevokeAsync(
            context, parsed.GetRequiredValue(email)!, parsed.GetValue(context.AsJson), cancellationToken));
        return new Verb("session", "Ends sessions.") { revoke };
    }

    private static async Task<int> RevokeAsync(
        VerbContext context, EmailAddress email, bool asJson, CancellationToken cancellationToken)
    {
        await using var house = await context.OpenAsync(cancellationToken);
        var ended = await house.Database.TransactAsync(db => RevokeAsync(db, context.Clock, email), cancellationToken);
        if (ended is null)
        {
            context.Terminal.Fault("There is no account of this email.");
            return (int)Outcome.Nothing;
        }
        if (asJson)
            context.Terminal.JsonNumber("revoked", ended.Value);
        else
            context.Terminal.Line($"Ended {ended} sessions.");
        return (int)Outcome.Done;
    }

    private static async Task<int?> RevokeAsync(Db db, TimeProvider clock, EmailAddress email)
    {
        if (await AccountStore.FindVerifiedByEmailKeyAsync(db, email.Key) is not { } account)
            return null;
        var ended = await SessionStore.RevokeAllAsync(db, account.Id, exceptId: null);
        await SecurityEvents.RecordAsync(db, clock, account.Id, SecurityEventTypes.SessionsEnded,
            new RequestOrigin(null, null), SecurityEvents.ByOperator);
        return ended;
    }
}
