using Gatehouse.Hosting;

namespace Gatehouse.Server.CommandLine;

/// <summary>Deletes what has expired now, not when a server's hour comes round.</summary>
internal static class PurgeVerb
{
    public static Verb Create(VerbContext context)
    {
        var verb = new Verb(
            "purge", "Deletes what has expired, as the server does by itself from time to time.", "purge");
        verb.SetAction((parsed, cancellationToken) =>
            RunAsync(context, parsed.GetValue(context.AsJson), cancellationToken));
        return verb;
    }

    private static async Task<int> RunAsync(VerbContext context, bool asJson, CancellationToken cancellationToken)
    {
        await using var house = await context.OpenAsync(cancellationToken, "Verification");
        var purged = await house.Get<Housekeeping>().PurgeAsync(cancellationToken);
        (string Name, string Words, int Count)[] parts =
        [
            ("sign_ups", "sign-ups that were never verified", purged.SignUps),
            ("sessions", "sessions that had ended", purged.Sessions),
            ("links", "one-time links", purged.Links),
            ("grants", "grants", purged.Grants),
            ("social_logins", "logins at providers that came to nothing", purged.SocialLogins),
            ("documents", "offers, tickets and ended pairs of identities of one's own", purged.Documents),
            ("invites", "invites that ended a month ago", purged.Invites),
            ("username_holds", "usernames held for a sign-up", purged.UsernameHolds),
            ("events", "security events over a year old", purged.Events),
            ("mails", "mails that came to nothing a month ago", purged.Mails),
        ];
        if (asJson)
        {
            context.Terminal.Json(json =>
            {
                json.WriteStartObject();
                foreach (var (name, _, count) in parts)
                    json.WriteNumber(name, count);
                json.WriteEndObject();
            });
            return (int)Outcome.Done;
        }
        foreach (var (_, words, count) in parts.Where(part => part.Count > 0))
            context.Terminal.Line($"Deleted {count} {words}.");
        if (parts.All(part => part.Count == 0))
            context.Terminal.Line("Nothing had expired.");
        return (int)Outcome.Done;
    }
}
