using Gatehouse.Configuration;
using Gatehouse.Storage;

namespace Gatehouse.Server.CommandLine;

/// <summary>Brings the schema up to this program's; the server does the same when it starts.</summary>
internal static class MigrateVerb
{
    public static Verb Create(VerbContext context)
    {
        var verb = new Verb("migrate", "Makes or updates the database's schema.", "migrate");
        verb.SetAction((parsed, cancellationToken) =>
            RunAsync(context, parsed.GetValue(context.AsJson), cancellationToken));
        return verb;
    }

    private static async Task<int> RunAsync(VerbContext context, bool asJson, CancellationToken cancellationToken)
    {
        var (configuration, development) = context.ReadConfiguration();
        var settings = SettingsReader.ReadFor(configuration, development, "Database");
        await using var house = new House(settings, context.Clock);
        var migrator = house.Get<Migrator>();
        VerbContext.RequireOurs(await migrator.CompareAsync(cancellationToken));
        var steps = await migrator.MigrateAsync(cancellationToken);
        if (asJson)
        {
            context.Terminal.Json(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("applied");
                foreach (var step in steps)
                    json.WriteStringValue(step);
                json.WriteEndArray();
                json.WriteEndObject();
            });
            return (int)Outcome.Done;
        }
        foreach (var step in steps)
            context.Terminal.Line($"Applied {step}.");
        context.Terminal.Line("The schema is up to date.");
        return (int)Outcome.Done;
    }
}
