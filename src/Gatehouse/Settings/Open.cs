using Gatehouse.Accounts;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Jlinx;
using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.SocialLogin;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Settings;

// Promises: the account's password again, whatever session exists; a wrong one counts like a failed login. What comes of
// it works beside this very session alone.

/// <summary>Presents the credentials again for a grant.</summary>
internal static class Open
{
    public static async Task<IResult> Handle(HttpContext http, SettingsServices services, CancellationToken cancellationToken)
    {
        var (session, problem) = await services.Authenticator.RequireAsync(http, cancellationToken);
        if (problem is not null)
            return problem;
        var (request, unfit) = await JsonBody.ReadAsync(http, SettingsJson.Default.OpenRequest, cancellationToken);
        if (unfit is not null)
            return unfit;
        if (request!.Password is null)
        {
            return request.Via is null
                ? Problems.Missing("password")
                : await AnswerElsewhereAsync(http, session!, request.Via, request.Return, services, cancellationToken);
        }
        var (grant, refused) = await OpenAsync(http, session!, request.Password, services, cancellationToken);
        return refused ?? (IResult)new JsonAnswer(Write(grant!));
    }

    private static async Task<IResult> AnswerElsewhereAsync(
        HttpContext http, Session session, string via, string? returnTo, SettingsServices services, CancellationToken cancellationToken)
    {
        if (via == JlinxServices.Provider && services.Jlinx.IsServed)
        {
            var (asked, unable) = await AskToLogIn.BeginOpenAsync(http, session, services.Jlinx, cancellationToken);
            return unable ?? (IResult)new JsonAnswer(AskToLogIn.Write(asked!));
        }
        var wish = new FreshLogin.Wish(ByProgram: true, OtherWays.WayBack(returnTo, note: ""));
        var (grant, location, refused) = await OtherWays.OpenAsync(http, session, via, wish, services, cancellationToken);
        return refused ?? (IResult)new JsonAnswer(grant is null ? OtherWays.Describe(location!) : Write(grant));
    }

    public static async Task<(Grant? Grant, Problem? Problem)> OpenAsync(
        HttpContext http, Session session, string text, SettingsServices services, CancellationToken cancellationToken)
    {
        var (password, unfit) = AccountRules.ParsePresented(text);
        if (unfit is not null)
            return (null, unfit);
        var account = await services.Database.ReadAsync(db => AccountStore.FindAsync(db, session.AccountId), cancellationToken);
        var origin = new RequestOrigin(http.Ip(), http.UserAgent());
        var counter = services.Device.CounterFor(http, session.AccountId) ?? account?.EmailKey ?? session.AccountId;
        var check = await services.Credentials.CheckAsync(account, counter, password!, origin, cancellationToken);
        if (check.ToProblem() is { } refused)
            return (null, refused);
        var given = await services.Database.TransactAsync<Grant?>(async db =>
        {
            // The password may have been changed, and this session ended, while it was being checked.
            if (!await SessionRows.TryLockInEpochAsync(db, session, account!.Epoch))
                return null;
            var (token, expiresAt) = await services.Grants.GiveAsync(db, session);
            await SecurityEvents.RecordAsync(db, services.Clock, session.AccountId, SecurityEventTypes.SettingsOpened, origin);
            return new Grant(token, expiresAt);
        }, cancellationToken);
        return given is null ? (null, Problems.Unauthenticated()) : (given, null);
    }

    private static byte[] Write(Grant grant)
    {
        return JsonBytes.Object(json =>
        {
            json.WriteString("grant", grant.Token.Reveal());
            json.WriteString("expires_at", UnixMicros.ToRfc3339(grant.ExpiresAt));
        });
    }

    internal sealed record Grant(SecretToken Token, long ExpiresAt);
}
