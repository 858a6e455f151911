using Gatehouse.Http;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Settings;

// Promises: one transaction, and before the answer everything is gone: account, users, sessions, links, grants, mails
// that waited. If the store fails or takes longer than two seconds the answer is 503 and nothing is half done: the
// transaction is rolled back. The address may sign up again and meets nothing of the old account.

/// <summary>Deletes the account, behind a grant.</summary>
internal static class DeleteAccount
{
    /// <summary>Seed 002: beyond the expected time the customer is told that it can't be done now.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static async Task<IResult> Handle(HttpContext http, SettingsServices services, CancellationToken cancellationToken)
    {
        try
        {
            var (granted, problem) = await services.Grants.RequireAsync(http, cancellationToken);
            return problem ?? await HandleAsync(http, granted!, services, cancellationToken) ?? (IResult)JsonAnswer.Empty;
        }
        catch (StoreUnavailableException)
        {
            return CannotNow;
        }
    }

    public static async Task<Problem?> HandleAsync(
        HttpContext http, Granted granted, SettingsServices services, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            var refused = await services.Grants.TransactAsync(granted, async db =>
            {
                if (await AccountErasure.EraseAsync(db, granted.Session.AccountId, services.Outbox, services.Clock))
                    await services.Deliveries.AccountDeletedAsync(db, granted.Session.AccountId);
                return null;
            }, patience.Token);
            if (refused is not null)
                return refused;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return CannotNow;
        }
        catch (StoreUnavailableException)
        {
            return CannotNow;
        }
        await services.Sessions.SettleAsync();
        services.Outbox.Wake();
        Authenticator.Follow(http, null);
        services.Answers.Clear(http);
        return null;
    }

    private static Problem CannotNow => Problems.Unavailable() with { Detail = "problem.cannot_delete" };
}
