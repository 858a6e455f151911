using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gatehouse.Storage;

/// <summary>
/// Brings the schema up to what this program needs: forward only, one portable text per step, all missing steps in one
/// transaction that no other node runs at the same time. Steps are additive, so an older node may run on meanwhile.
/// </summary>
internal sealed class Migrator(Database database, TimeProvider clock)
{
    private const string CreateTable = """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            version bigint PRIMARY KEY,
            name text NOT NULL,
            digest text NOT NULL,
            applied_at bigint NOT NULL
        )
        """;

    private const string SelectApplied = "SELECT version AS Version, name AS Name, digest AS Digest FROM schema_migrations";

    private const string InsertApplied = """
        INSERT INTO schema_migrations (version, name, digest, applied_at) VALUES (@Version, @Name, @Digest, @Now)
        """;

    /// <returns>The names of the steps that were carried out now.</returns>
    /// <exception cref="InvalidOperationException">A step that was applied before has another text today.</exception>
    public Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken) =>
        database.TransactAloneAsync(ApplyMissingAsync, cancellationToken);

    /// <summary>Whether a step of this program is still missing in the database.</summary>
    public Task<bool> IsBehindAsync(CancellationToken cancellationToken) => database.ReadAsync(async db =>
    {
        var applied = (await db.ListAsync<AppliedStep>(SelectApplied)).Select(step => step.Version).ToHashSet();
        return Steps().Any(step => !applied.Contains(step.Version));
    }, cancellationToken);

    /// <summary>Whether the database is exactly at this program's schema: no step missing, none that it doesn't know.</summary>
    public async Task<SchemaState> CompareAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<AppliedStep> applied;
        try
        {
            applied = await database.ReadAsync(db => db.ListAsync<AppliedStep>(SelectApplied), cancellationToken);
        }
        catch (DbException)
        {
            return SchemaState.None; // no table of steps: not a database of ours yet
        }
        var known = Steps().Select(step => (step.Version, step.Digest)).ToHashSet();
        var there = applied.Select(step => (step.Version, step.Digest)).ToHashSet();
        return known.IsSubsetOf(there) ? there.IsSubsetOf(known) ? SchemaState.Current : SchemaState.Newer
            : there.IsSubsetOf(known) ? SchemaState.Behind
            : SchemaState.Foreign;
    }

    private async Task<IReadOnlyList<string>> ApplyMissingAsync(Db db)
    {
        await db.ExecuteAsync(CreateTable);
        var applied = (await db.ListAsync<AppliedStep>(SelectApplied)).ToDictionary(step => step.Version);
        var done = new List<string>();
        foreach (var step in Steps())
        {
            if (!applied.TryGetValue(step.Version, out var before))
            {
                await db.ExecuteAsync(step.Sql);
                await db.ExecuteAsync(InsertApplied, new { step.Version, step.Name, step.Digest, Now = clock.NowMicros() });
                done.Add(step.Name);
            }
            else if (!string.Equals(before.Digest, step.Digest, StringComparison.Ordinal))
            {
                throw new InvalidOperationException(
                    $"Migration {before.Name} was applied with another text. A migration never changes; add a new one.");
            }
        }
        return done;
    }

    private static IEnumerable<Step> Steps()
    {
        var assembly = typeof(Migrator).Assembly;
        const string Prefix = "Gatehouse.Storage.Migrations.";
        foreach (var resource in assembly.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            if (!resource.StartsWith(Prefix, StringComparison.Ordinal))
                continue;
            var name = resource[Prefix.Length..^".sql".Length];
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            var sql = reader.ReadToEnd();
            var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
            yield return new Step(long.Parse(name[..4], CultureInfo.InvariantCulture), name, sql, digest);
        }
    }

    private sealed record Step(long Version, string Name, string Sql, string Digest);

    private sealed record AppliedStep(long Version, string Name, string Digest);
}

/// <summary>A database's schema beside the one that this program knows.</summary>
internal enum SchemaState
{
    /// <summary>No schema of ours.</summary>
    None,

    /// <summary>Steps are missing.</summary>
    Behind,

    Current,

    /// <summary>A newer program has added steps.</summary>
    Newer,

    /// <summary>Steps are missing and others are there: made by another line of releases.</summary>
    Foreign,
}
