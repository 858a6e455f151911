using Gatehouse.Storage;

namespace Gatehouse.Accounts;

/// <summary>
/// The log of what every node's memory of sessions must give up: written in the transaction of the change, so that it
/// holds whatever becomes of the process, of Redis, or of the word that is sent to the other nodes. Whoever changes what a
/// session answers, or whether it lives, records it here.
/// </summary>
internal static class SessionChanges
{
    /// <summary>Where nodes listen for word of a change; the word is nothing but "look".</summary>
    public const string Channel = "gatehouse_sessions";

    /// <summary>A node that has missed more begins anew; so does what Redis holds of before.</summary>
    public const int MostKept = 20_000;

    private const string Append = """
        UPDATE session_generation SET generation = generation + 1;
        INSERT INTO session_changes (generation, subject) SELECT generation, @subject FROM session_generation
        """;

    private const string SelectHead = "SELECT generation AS Generation, line AS Line FROM session_generation";

    private const string SelectSince = """
        SELECT generation AS Generation, subject AS Subject FROM session_changes WHERE generation > @generation
        ORDER BY generation
        """;

    private const string BeginLine = """
        UPDATE session_generation SET line = @next, generation = @generation + 1 WHERE line = @line AND generation <= @generation
        """;

    private const string DeleteOld = """
        DELETE FROM session_changes WHERE generation IN (
            SELECT c.generation FROM session_changes c, session_generation g
            WHERE c.generation <= g.generation - @MostKept ORDER BY c.generation LIMIT @most)
        """;

    /// <summary>
    /// Records that a session, or an account with all of its sessions, is another one once this transaction commits. The
    /// log's lock is taken last of all, so that no two transactions wait for each other crosswise.
    /// </summary>
    /// <param name="subject">The id of the session or the account.</param>
    public static void Record(Db db, string subject) => db.BeforeCommit(async () =>
    {
        await db.ExecuteAsync(Append, new { subject });
        await db.NotifyAsync(Channel);
    });

    public static async Task<ChangeHead> HeadAsync(Db db) => (await db.FirstOrNullAsync<ChangeHead>(SelectHead))!;

    public static Task<IReadOnlyList<SessionChange>> SinceAsync(Db db, long generation) =>
        db.ListAsync<SessionChange>(SelectSince, new { generation });

    /// <summary>For whoever has seen a later generation than the database has now: commits were lost.</summary>
    public static Task BeginLineAsync(Db db, string line, string next, long generation) =>
        db.ExecuteAsync(BeginLine, new { line, next, generation });

    public static Task<int> PurgeAsync(Db db, int most) => db.ExecuteAsync(DeleteOld, new { MostKept, most });
}

/// <param name="Generation">Of the newest change.</param>
/// <param name="Line">Which history it counts in.</param>
internal sealed record ChangeHead(long Generation, string Line);

internal sealed record SessionChange(long Generation, string Subject);
