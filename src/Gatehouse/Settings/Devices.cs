using System.Text.Json;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Settings;

/// <summary>Where the account is logged in, and how to end that elsewhere. Shows no secret.</summary>
internal static class Devices
{
    public static async Task<IResult> List(HttpContext http, SettingsServices services, CancellationToken cancellationToken)
    {
        var (granted, problem) = await services.Grants.RequireAsync(http, cancellationToken);
        if (problem is not null)
            return problem;
        return new JsonAnswer(Write(await services.Sessions.ListAsync(granted!.Session.AccountId, cancellationToken), granted.Session));
    }

    public static async Task<IResult> EndOne(
        HttpContext http, string id, SettingsServices services, CancellationToken cancellationToken)
    {
        var (granted, problem) = await services.Grants.RequireAsync(http, cancellationToken);
        return problem ?? await EndOneAsync(http, granted!, id, services, cancellationToken) ?? (IResult)JsonAnswer.Empty;
    }

    public static async Task<Problem?> EndOneAsync(
        HttpContext http, Granted granted, string id, SettingsServices services, CancellationToken cancellationToken)
    {
        var origin = new RequestOrigin(http.Ip(), http.UserAgent());
        var refused = await services.Grants.TransactAsync(granted, async db =>
        {
            if (!await SessionRows.TryDeleteAsync(db, granted.Session.AccountId, id))
                return Problems.NotFound();
            await SecurityEvents.RecordAsync(
                db, services.Clock, granted.Session.AccountId, SecurityEventTypes.SessionEnded, origin);
            return null;
        }, cancellationToken);
        if (refused is not null)
            return refused;
        await services.Sessions.SettleAsync();
        if (id == granted.Session.Id)
        {
            Authenticator.Follow(http, null);
            services.Answers.Clear(http);
        }
        return null;
    }

    public static async Task<IResult> EndOthers(HttpContext http, SettingsServices services, CancellationToken cancellationToken)
    {
        var (granted, problem) = await services.Grants.RequireAsync(http, cancellationToken);
        return problem ?? await EndOthersAsync(http, granted!, services, cancellationToken) ?? (IResult)JsonAnswer.Empty;
    }

    public static async Task<Problem?> EndOthersAsync(
        HttpContext http, Granted granted, SettingsServices services, CancellationToken cancellationToken)
    {
        var session = granted.Session;
        var origin = new RequestOrigin(http.Ip(), http.UserAgent());
        var refused = await services.Grants.TransactAsync(granted, async db =>
        {
            await SessionStore.RevokeAllAsync(db, session.AccountId, session.Id);
            await SecurityEvents.RecordAsync(db, services.Clock, session.AccountId, SecurityEventTypes.OtherSessionsEnded, origin);
            return null;
        }, cancellationToken);
        await services.Sessions.SettleAsync();
        return refused;
    }

    private static byte[] Write(IReadOnlyList<SessionListing> rows, Session current)
    {
        return JsonBytes.Object(json =>
        {
            json.WriteStartArray("sessions");
            foreach (var row in rows)
                Write(json, row, row.Id == current.Id);
            json.WriteEndArray();
        });
    }

    private static void Write(Utf8JsonWriter json, SessionListing row, bool current)
    {
        json.WriteStartObject();
        json.WriteString("id", row.Id);
        json.WriteString("created_at", UnixMicros.ToRfc3339(row.CreatedAt));
        json.WriteString("last_seen_at", UnixMicros.ToRfc3339(row.LastSeenAt));
        json.WriteString("expires_at", UnixMicros.ToRfc3339(row.ExpiresAt));
        json.WriteString("ip", row.Ip);
        json.WriteString("user_agent", row.UserAgent);
        json.WriteString("via", row.Via);
        json.WriteBoolean("current", current);
        json.WriteEndObject();
    }
}
