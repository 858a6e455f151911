using System.CommandLine;
using Gatehouse.Storage;
using Spectre.Console;
using Table = Gatehouse.Storage.Table;

namespace Gatehouse.Server.CommandLine;

/// <summary>
/// Moves everything to another database, from SQLite to PostgreSQL or back. Promises: the source is only read; a target
/// that holds anything else is not touched; interrupted anywhere, it goes on where it was when it is started again; it has
/// worked only if every table has the same rows on both sides at the end.
/// </summary>
internal static class MoveVerb
{
    public static Verb Create(VerbContext context)
    {
        var from = Connection("--from", "The database to copy.");
        var to = Connection("--to", "An empty database that 'migrate' has prepared.");
        var yes = Inputs.Yes();
        var verb = new Verb("move", "Copies everything into another database. Stop the servers first.",
            "move --from 'Data Source=data/gatehouse.db' --to 'Host=/run/postgresql;Database=gatehouse'")
        {
            from, to, yes,
        };
        verb.SetAction((parsed, cancellationToken) => RunAsync(
            context, parsed.GetRequiredValue(from), parsed.GetRequiredValue(to), parsed.GetValue(yes),
            parsed.GetValue(context.AsJson), cancellationToken));
        return verb;
    }

    private static Option<string> Connection(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "CONNECTION",
        Required = true,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Database.FaultOf(text) is { } fault)
                result.AddError($"{name} {fault}."); // the text itself may hold a password
            return text;
        },
    };

    private static async Task<int> RunAsync(
        VerbContext context, string from, string to, bool yes, bool asJson, CancellationToken cancellationToken)
    {
        VerbContext.RequireFile(from, "--from");
        VerbContext.RequireFile(to, "--to");
        await using var source = Database.Open(from);
        await using var target = Database.Open(to);
        await RequireFitAsync(source, target, context.Clock, cancellationToken);
        await RequireStoppedAsync(context, source, target, yes, cancellationToken);
        var there = await MoveMarks.BeginAsync(source, target, cancellationToken);
        if (there.Values.Sum() is > 0 and var rows && !asJson)
            context.Terminal.Line($"Going on where the last move was interrupted: {rows} rows are there already.");
        List<(Table Table, TableDigest Digest)> digests;
        try
        {
            await CopyAsync(context, source, target, there, asJson, cancellationToken);
            digests = await CompareAsync(source, target, cancellationToken);
        }
        catch (StoreUnavailableException exception)
        {
            throw new RefusedException($"{Verbs.Explain(exception)} Run the same command again: it goes on where it was.");
        }
        await MoveMarks.EndAsync(target, cancellationToken);
        Print(context.Terminal, source, target, digests, asJson);
        return (int)Outcome.Done;
    }

    private static async Task RequireFitAsync(
        Database source, Database target, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await new Migrator(source, clock).CompareAsync(cancellationToken) != SchemaState.Current)
            throw new RefusedException("--from is not at this program's schema. Run 'gatehouse migrate' on it first.");
        if (await new Migrator(target, clock).CompareAsync(cancellationToken) != SchemaState.Current)
            throw new RefusedException("--to is not at this program's schema. Run 'gatehouse migrate' on it first.");
    }

    private static async Task RequireStoppedAsync(
        VerbContext context, Database source, Database target, bool yes, CancellationToken cancellationToken)
    {
        if (yes)
            return;
        var busy = await AreAliveAsync(source) ? "A server is running on --from. "
            : await AreAliveAsync(target) ? "A server is running on --to. "
            : "";
        if (!context.Terminal.IsInteractive)
        {
            throw new RefusedException(
                $"{busy}Stop the servers, then say --yes: what they write meanwhile would be lost.");
        }
        var question = $"{busy}Are all servers on both databases stopped?";
        if (!await context.Terminal.ConfirmAsync(question, cancellationToken))
            throw new RefusedException("Nothing was copied.");

        Task<bool> AreAliveAsync(Database database) => database.ReadAsync(
            async db => await Leases.CountNodesAsync(db, context.Clock.NowMicros()) > 0, cancellationToken);
    }

    private static async Task<Dictionary<string, long>> CountAsync(
        Database source, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var table in Tables.All)
            counts[table.Name] = await TableCopy.CountAsync(source, table, cancellationToken);
        return counts;
    }

    private static async Task CopyAsync(
        VerbContext context, Database source, Database target, IReadOnlyDictionary<string, long> there, bool asJson,
        CancellationToken cancellationToken)
    {
        if (!context.Terminal.IsInteractive || asJson)
        {
            await CopyAsync(source, target, there, (_, _) => { }, cancellationToken);
            return;
        }
        var counts = await CountAsync(source, cancellationToken);
        await context.Terminal.NewConsole().Progress().StartAsync(async progress =>
        {
            var bars = counts.Where(count => count.Value > 0).ToDictionary(
                count => count.Key, count => progress.AddTask(count.Key, maxValue: count.Value), StringComparer.Ordinal);
            foreach (var (name, bar) in bars)
                bar.Increment(there[name]);
            await CopyAsync(source, target, there, (table, rows) => bars[table.Name].Increment(rows), cancellationToken);
        });
    }

    private static async Task CopyAsync(
        Database source, Database target, IReadOnlyDictionary<string, long> there, Action<Table, int> copied,
        CancellationToken cancellationToken)
    {
        foreach (var table in Tables.All)
        {
            await TableCopy.CopyAsync(source, target, table, there[table.Name],
                (db, before, rows) => MoveMarks.AdvanceAsync(db, table, before, rows),
                rows => copied(table, rows), cancellationToken);
        }
    }

    private static async Task<List<(Table Table, TableDigest Digest)>> CompareAsync(
        Database source, Database target, CancellationToken cancellationToken)
    {
        var digests = new List<(Table, TableDigest)>();
        foreach (var table in Tables.All)
        {
            var (before, after) = (await TableCopy.DigestAsync(source, table, cancellationToken),
                await TableCopy.DigestAsync(target, table, cancellationToken));
            if (before != after)
            {
                throw new RefusedException(
                    $"The table {table.Name} differs: {before.Rows} rows in --from, {after.Rows} in --to. "
                    + "Was a server still running? Empty --to and move again.");
            }
            digests.Add((table, after));
        }
        return digests;
    }

    private static void Print(
        Terminal terminal, Database source, Database target, List<(Table Table, TableDigest Digest)> digests, bool asJson)
    {
        if (asJson)
        {
            terminal.Json(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("tables");
                foreach (var (table, digest) in digests)
                {
                    json.WriteStartObject();
                    json.WriteString("name", table.Name);
                    json.WriteNumber("rows", digest.Rows);
                    json.WriteString("sha256", digest.Sum);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteEndObject();
            });
            return;
        }
        foreach (var (table, digest) in digests)
            terminal.Line($"{table.Name}: {digest.Rows} rows, the same on both sides");
        terminal.Line($"Moved from {source.Kind} to {target.Kind}. "
            + "Set Gatehouse:Database to the new one and start the servers.");
    }
}
