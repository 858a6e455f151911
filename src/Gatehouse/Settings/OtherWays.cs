using System.Text.Json;
using Gatehouse.Accounts;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Jlinx;
using Gatehouse.Sessions;
using Gatehouse.SocialLogin;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Settings;

// Promises: linking and unlinking take a grant; the last way in can't be taken away; what an identity had opened ends with
// it. A mail tells the owner of both.

/// <summary>The other ways into an account: adding one, taking one away.</summary>
internal static class OtherWays
{
    public static async Task<IResult> Add(HttpContext http, SettingsServices services, CancellationToken cancellationToken)
    {
        var (granted, problem) = await services.Grants.RequireAsync(http, cancellationToken);
        if (problem is not null)
            return problem;
        var (request, unfit) = await JsonBody.ReadAsync(http, SettingsJson.Default.AddIdentityRequest, cancellationToken);
        if (unfit is not null)
            return unfit;
        if (request!.Via == JlinxServices.Provider && services.Jlinx.IsServed)
        {
            var (offer, unable) = await Offer.BeginLinkAsync(http, granted!, services.Jlinx, cancellationToken);
            return unable ?? (IResult)new JsonAnswer(Offer.Write(offer!));
        }
        var (location, refused) = await AddAsync(http, granted!, request.Via, request.Return, services, cancellationToken);
        return refused ?? (IResult)new JsonAnswer(Describe(location!));
    }

    /// <summary>Where the customer logs in at the provider, for it to be linked.</summary>
    public static async Task<(Uri? Location, Problem? Problem)> AddAsync(
        HttpContext http, Granted granted, string via, string? returnTo, SettingsServices services, CancellationToken cancellationToken)
    {
        if (Find(via, services) is not { } provider)
            return (null, Problems.InvalidInput("via", "error.via"));
        if (await services.Limiter.TryTakeAsync(LimitName.LoginSource, http.SourceKey(), cancellationToken) is { } wait)
            return (null, Problems.TooManyRequests(wait));
        return await LinkIdentity.BeginAsync(
            http, granted, provider, WayBack(returnTo, "?note=identity_linked"), services.Social, cancellationToken);
    }

    public static async Task<IResult> Remove(
        HttpContext http, string id, SettingsServices services, CancellationToken cancellationToken)
    {
        var (granted, problem) = await services.Grants.RequireAsync(http, cancellationToken);
        return problem ?? await RemoveAsync(http, granted!, id, services, cancellationToken) ?? (IResult)JsonAnswer.Empty;
    }

    public static async Task<Problem?> RemoveAsync(
        HttpContext http, Granted granted, string id, SettingsServices services, CancellationToken cancellationToken)
    {
        var (accountId, origin) = (granted.Session.AccountId, new RequestOrigin(http.Ip(), http.UserAgent()));
        var refused = await services.Grants.TransactAsync(granted, async db =>
        {
            if (await Identities.FindOwnAsync(db, accountId, id) is not { } identity)
                return Problems.NotFound();
            if (!await Identities.TryDeleteAsync(db, accountId, id, services.Social.Providers.WaysIn))
                return Problems.LastOne() with { Detail = "problem.last_way_in" };
            await SessionRows.DeleteOfIdentityAsync(db, accountId, id, exceptId: granted.Session.Id);
            var gone = await SecurityEvents.RecordAsync(
                db, services.Clock, accountId, SecurityEventTypes.IdentityUnlinked, origin, identity.Provider);
            await services.Outbox.EnqueueAsync(db, IdentityUnlinkedMail.Kind, accountId, gone);
            return null;
        }, cancellationToken);
        if (refused is not null)
            return refused;
        await services.Sessions.SettleAsync();
        services.Outbox.Wake();
        return null;
    }

    /// <summary>
    /// In place of a password, for an account that has none: where to log in anew; or, right after that, the grant.
    /// </summary>
    public static async Task<(Open.Grant? Grant, Uri? Location, Problem? Problem)> OpenAsync(
        HttpContext http, Session session, string via, FreshLogin.Wish wish, SettingsServices services, CancellationToken cancellationToken)
    {
        var (account, own) = await services.Database.ReadAsync(async db =>
            (await AccountStore.FindAsync(db, session.AccountId), await Identities.ListAsync(db, session.AccountId)), cancellationToken);
        if (Find(via, services) is not { } provider || own.All(identity => identity.Provider != provider.Name))
            return (null, null, Problems.InvalidInput("via", "error.via"));
        if (account?.PasswordHash is not null)
            return (null, null, Problems.InvalidInput("via", "error.via_password"));
        if (wish.ByProgram
            && await FreshLogin.TakeGrantAsync(http, session, provider.Name, services.Social, cancellationToken) is var (token, expiresAt))
        {
            return (new Open.Grant(token, expiresAt), null, null);
        }
        if (await services.Limiter.TryTakeAsync(LimitName.LoginSource, http.SourceKey(), cancellationToken) is { } wait)
            return (null, null, Problems.TooManyRequests(wait));
        var (location, problem) = await FreshLogin.BeginAsync(http, session, provider, wish, services.Social, cancellationToken);
        return (null, location, problem);
    }

    public static byte[] Describe(Uri location) => JsonBytes.Object(json => json.WriteString("location", location.AbsoluteUri));

    public static void WriteArray(Utf8JsonWriter json, IReadOnlyList<Identity> identities)
    {
        json.WriteStartArray("identities");
        foreach (var identity in identities)
        {
            json.WriteStartObject();
            json.WriteString("id", identity.Id);
            json.WriteString("via", identity.Provider);
            json.WriteString("name", identity.Name);
            json.WriteString("created_at", UnixMicros.ToRfc3339(identity.CreatedAt));
            json.WriteString("last_used_at", UnixMicros.ToRfc3339(identity.LastUsedAt));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static SocialLogin.Providers.IIdentityProvider? Find(string via, SettingsServices services) =>
        services.Social.Served.Have(GatehouseFeatures.SocialLogin) ? services.Social.Providers.Find(via) : null;

    public static string WayBack(string? returnTo, string note) =>
        ReturnPath.Parse(returnTo) is var target && target == ReturnPath.Home ? GrantCookie.Path + note : target.Path;
}
