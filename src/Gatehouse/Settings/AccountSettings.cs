using Gatehouse.Accounts;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Gatehouse.Texts;
using Gatehouse.Users;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Settings;

/// <summary>Shows the account and changes its username, language and config.</summary>
internal static class AccountSettings
{
    public static async Task<IResult> Get(HttpContext http, SettingsServices services, CancellationToken cancellationToken)
    {
        var (granted, problem) = await services.Grants.RequireAsync(http, cancellationToken);
        return problem ?? await AnswerAsync(granted!.Session.AccountId, services, cancellationToken);
    }

    public static async Task<IResult> Change(HttpContext http, SettingsServices services, CancellationToken cancellationToken)
    {
        var (granted, problem) = await services.Grants.RequireAsync(http, cancellationToken);
        if (problem is not null)
            return problem;
        var (request, unfit) = await JsonBody.ReadAsync(http, SettingsJson.Default.ChangeAccountRequest, cancellationToken);
        return unfit ?? await ChangeAsync(http, granted!, request!, services, cancellationToken)
            ?? await AnswerAsync(granted!.Session.AccountId, services, cancellationToken);
    }

    public static async Task<Problem?> ChangeAsync(
        HttpContext http, Granted granted, ChangeAccountRequest request, SettingsServices services, CancellationToken cancellationToken)
    {
        JsonObjectText? config = null;
        if (request.Config is { } element && !JsonObjectText.TryParse(element, out config))
            return Problems.InvalidDocument("config");
        Username? username = null;
        if (request.Username is not null && (username = services.Rules.ParseUsername(request.Username)) is null)
            return Problems.InvalidInput("username", "error.username");
        Language? language = null;
        if (request.Language is not null && (language = Language.Named(request.Language)) is null)
            return Problems.InvalidInput("language", "error.language");
        if (username is not null
            && await services.Limiter.TryTakeAsync(LimitName.Lookup, http.SourceKey(), cancellationToken) is { } wait)
        {
            return Problems.TooManyRequests(wait); // the answer tells whether somebody has the name
        }
        var accountId = granted.Session.AccountId;
        var origin = new RequestOrigin(http.Ip(), http.UserAgent());
        var refused = await services.Grants.TransactAsync(granted, async db =>
        {
            if (username is not null)
            {
                // First: where it is taken nothing has been changed yet.
                if (!await AccountStore.TrySetUsernameAsync(db, accountId, username, services.Clock.NowMicros()))
                    return Problems.UsernameTaken();
                await SecurityEvents.RecordAsync(db, services.Clock, accountId, SecurityEventTypes.UsernameChanged, origin);
            }
            if (language is not null)
                await AccountStore.SetLanguageAsync(db, accountId, language.Tag);
            if (config is not null)
                await AccountStore.SetConfigAsync(db, accountId, config.Text);
            return null;
        }, cancellationToken);
        if (refused is null)
            await services.Sessions.SettleAsync(); // the username is part of what sessions answer
        return refused;
    }

    private static async Task<IResult> AnswerAsync(string accountId, SettingsServices services, CancellationToken cancellationToken) =>
        await services.Database.ReadAsync(db => DescribeAsync(db, accountId), cancellationToken) is { } json
            ? new JsonAnswer(json)
            : Problems.Unauthenticated(); // deleted just now

    public static Task<Account?> FindAsync(Granted granted, SettingsServices services, CancellationToken cancellationToken) =>
        services.Database.ReadAsync(db => AccountStore.FindAsync(db, granted.Session.AccountId), cancellationToken);

    /// <summary>The account as the API shows it; null when there is none.</summary>
    public static async Task<byte[]?> DescribeAsync(Db db, string accountId)
    {
        if (await AccountStore.FindAsync(db, accountId) is not { } account)
            return null;
        var users = await UserStore.ListAsync(db, accountId);
        var identities = await Identities.ListAsync(db, accountId);
        return JsonBytes.Object(json =>
        {
            json.WriteString("id", account.Id);
            json.WriteString("email", account.Email);
            json.WriteString("username", account.Username);
            json.WriteBoolean("verified", account.IsVerified);
            json.WriteString("language", account.Language);
            json.WriteString("created_at", UnixMicros.ToRfc3339(account.CreatedAt));
            OtherWays.WriteArray(json, identities);
            UserJson.WriteArray(json, users);
            json.WritePropertyName("config");
            json.WriteRawValue(account.Config);
        });
    }
}
