using System.Globalization;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Gatehouse.Texts;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Settings;

/// <summary>What happened to the account, newest first, a page at a time.</summary>
internal static class EventList
{
    private const int DefaultLimit = 50;
    private const int MostLimit = 100;

    public static async Task<IResult> List(HttpContext http, SettingsServices services, CancellationToken cancellationToken)
    {
        var (granted, problem) = await services.Grants.RequireAsync(http, cancellationToken);
        if (problem is not null)
            return problem;
        var query = http.Request.Query;
        if (query["before"].Count > 1 || query["limit"].Count > 1)
            return Problems.BadRequest("limit", "problem.doubled_parameter");
        var limit = DefaultLimit;
        if (query["limit"] is [{ } text] && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit)
            || limit is < 1 or > MostLimit))
        {
            return Problems.BadRequest("limit", new Phrase("error.whole_number", ("most", MostLimit)));
        }
        var before = query["before"] is [{ Length: > 0 and <= 64 } id] ? id : null;
        if (TextRules.HasControl(before))
            return Problems.BadRequest("before", "error.event_id"); // PostgreSQL has no text with a NUL in it
        // One more than asked for tells whether there is a next page.
        return new JsonAnswer(Write(await ListAsync(granted!, before, limit + 1, services, cancellationToken), limit));
    }

    public static Task<IReadOnlyList<SecurityEvent>> ListAsync(
        Granted granted, string? before, int most, SettingsServices services, CancellationToken cancellationToken) =>
        services.Database.ReadAsync(
            db => SecurityEvents.ListAsync(db, granted.Session.AccountId, before, most), cancellationToken);

    private static byte[] Write(IReadOnlyList<SecurityEvent> events, int limit)
    {
        return JsonBytes.Object(json =>
        {
            json.WriteStartArray("events");
            foreach (var item in events.Take(limit))
            {
                json.WriteStartObject();
                json.WriteString("id", item.Id);
                json.WriteString("type", item.Type);
                json.WriteString("at", UnixMicros.ToRfc3339(item.At));
                json.WriteString("ip", item.Ip);
                json.WriteString("user_agent", item.UserAgent);
                json.WriteString("detail", item.Detail);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteString("next", events.Count > limit ? events[limit - 1].Id : null);
        });
    }
}
