using System.Globalization;
using Gatehouse.Storage;

namespace Gatehouse.Server.CommandLine.Health;

/// <summary>The database: there, ours, with room to grow and the right time.</summary>
internal static class DatabaseChecks
{
    private const long LeastFreeBytes = 1L << 30; // 1 GiB: days of growth, and room for a backup's copy
    private const long LargestLogBytes = 64L << 20; // checkpoints keep it at 4 MiB, unless something holds them up

    /// <summary>The findings, and whether what lies in the tables can be looked at.</summary>
    public static async Task<(IReadOnlyList<Check> Checks, bool IsOpen)> ExamineAsync(
        Patient patient, CancellationToken cancellationToken)
    {
        if (patient.HasFault("Database"))
            return ([Check.Skipped("database", "see settings")], false);
        DatabaseFacts? facts = null;
        const string Advice = "check Gatehouse:Database, and that the database runs";
        var reached = await Check.ExamineAsync("database", Advice, async token =>
        {
            VerbContext.RequireFile(patient.Settings.Database, "Gatehouse:Database");
            facts = await patient.House.Database.DescribeAsync(token);
            return Reached(patient.House.Database.Kind, facts);
        }, cancellationToken);
        var tls = Transport(patient.Settings.Database);
        if (facts is null)
            return ([reached, tls], false);
        var isOpen = false;
        var schema = await Check.ExamineAsync("schema", "gatehouse migrate", async token =>
        {
            var state = await patient.House.Get<Migrator>().CompareAsync(token);
            isOpen = state is SchemaState.Current or SchemaState.Newer;
            return Schema(state);
        }, cancellationToken);
        var clock = Clock(facts, patient.Clock);
        var nodes = isOpen ? await NodesAsync(patient, cancellationToken) : Check.Skipped("nodes", "see schema");
        return ([reached, schema, clock, nodes, tls, .. Files(patient.Settings.Database, facts)], isOpen);
    }

    private static Task<Check> NodesAsync(Patient patient, CancellationToken cancellationToken) => Check.ExamineAsync(
        "nodes", "look at the database", async token =>
        {
            var now = patient.Clock.NowMicros();
            var count = await patient.House.Database.ReadAsync(db => Leases.CountNodesAsync(db, now), token);
            return count switch
            {
                0 => Check.Ok("nodes", "none is running"),
                > 1 when patient.House.Database.Kind == "sqlite" => Check.Warn("nodes", $"{count} are running on one SQLite file",
                    "keep to one, unless the other was killed within the last half minute; PostgreSQL takes any number"),
                _ => Check.Ok("nodes", count == 1 ? "1 is running" : $"{count} are running"),
            };
        }, cancellationToken);

    private static Check Reached(string kind, DatabaseFacts facts)
    {
        var digits = new string([.. facts.Version.TakeWhile(char.IsAsciiDigit)]);
        var major = int.Parse(digits, CultureInfo.InvariantCulture);
        return kind == "postgresql" && major < PostgresExam.Oldest
            ? Check.Mend("database", $"PostgreSQL {facts.Version}", $"update to PostgreSQL {PostgresExam.Oldest} or later")
            : Check.Ok("database", $"{kind} {facts.Version}");
    }

    private static Check Schema(SchemaState state) => state switch
    {
        SchemaState.Current => Check.Ok("schema", "up to date"),
        SchemaState.Newer => Check.Warn("schema", "a newer program has been here", "update this program"),
        SchemaState.Foreign => Check.Mend("schema", "made by another line of releases", "use the program that made it"),
        SchemaState.None => Check.Mend("schema", "there is none yet", "gatehouse migrate"),
        _ => Check.Mend("schema", "steps are missing", "gatehouse migrate"),
    };

    private static Check Clock(DatabaseFacts facts, TimeProvider clock)
    {
        if (facts.Now is null)
            return Check.Ok("clock", "the database has this machine's clock");
        return facts.DriftFrom(clock) is { } drift
            ? Check.Mend("clock", $"this machine and the database are {drift.TotalSeconds:0} seconds apart",
                "let both follow a time server: what expires goes by the clock")
            : Check.Ok("clock", "within 5 seconds of the database's");
    }

    private static Check Transport(string connectionString) => Database.IsExposed(connectionString)
        ? Check.Mend("database_tls", "the way to the database is not encrypted with a verified name",
            "add 'SSL Mode=VerifyFull' to Gatehouse:Database")
        : Check.Ok("database_tls", "on this machine, or verified");

    private static IEnumerable<Check> Files(string connectionString, DatabaseFacts facts)
    {
        if (Database.FileOf(connectionString) is not { } file)
            yield break;
        var free = new DriveInfo(Path.GetDirectoryName(file)!).AvailableFreeSpace;
        yield return free < LeastFreeBytes
            ? Check.Mend("disk", $"{free >> 20} MiB free beside the database",
                "make room: a full disk stops every sign-up and login")
            : Check.Ok("disk", $"{free >> 30} GiB free beside the database");
        var log = new FileInfo(file + "-wal");
        yield return facts.Journal != "wal"
            ? Check.Mend("wal", $"the journal mode is {facts.Journal}",
                "keep the file on a local disk and start the server once: it sets WAL")
            : log.Exists && log.Length > LargestLogBytes
                ? Check.Warn("wal", $"the write-ahead log has {log.Length >> 20} MiB",
                    "look for a backup or a tool that keeps the file open")
                : Check.Ok("wal", "write-ahead log, and short");
    }
}
