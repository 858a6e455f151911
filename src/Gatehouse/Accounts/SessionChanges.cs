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
        UPDATE session_generation SET generation = CASE WHEN generation < @now THEN @now ELSE generation + 1 END;
        INSERT INTO session_changes (generation, subject) SELECT generation, @subject FROM session_generation
        """;

    private const string SelectHead = "SELECT generation AS Generation, line AS Line FROM session_generation";

    private const string SelectNewest = """
        SELECT generation AS Generation, subject AS Subject FROM session_changes WHERE generation >= @from
        ORDER BY generation DESC LIMIT @MostKept
        """;

    private const string BeginLine = """
        UPDATE session_generation SET line = @next, generation = CASE WHEN @after < @now THEN @now ELSE @after + 1 END
        WHERE line = @line;
        INSERT INTO session_changes (generation, subject) SELECT generation, '' FROM session_generation WHERE line = @next
        """;

    private const string DeleteOld = """
        DELETE FROM session_changes WHERE generation IN (
            SELECT generation FROM session_changes ORDER BY generation DESC LIMIT @most OFFSET @MostKept)
        """;

    /// <summary>
    /// Records that a session, or an account with all of its sessions, is another one once this transaction commits. The
    /// log's lock is taken last of all, so that no two transactions wait for each other crosswise.
    /// </summary>
    /// <param name="subject">The id of the session or the account.</param>
    public static void Record(Db db, string subject) => db.BeforeCommit(async () =>
    {
        await db.ExecuteAsync(Append, new { subject, now = Now });
        await db.NotifyAsync(Channel);
    });

    public static async Task<ChangeHead> HeadAsync(Db db) => (await db.FirstOrNullAsync<ChangeHead>(SelectHead))!;

    /// <summary>The change at <paramref name="from"/>, if it is still there, and those after it, oldest first; the newest of them.</summary>
    public static async Task<IReadOnlyList<SessionChange>> SinceAsync(Db db, long from) =>
        [.. (await db.ListAsync<SessionChange>(SelectNewest, new { from, MostKept })).Reverse()];

    /// <summary>Nothing that was read in the line before is of use any more. Of several nodes that ask for it one begins it.</summary>
    /// <param name="after">The greatest generation that anybody may have seen.</param>
    public static Task BeginLineAsync(Db db, string line, string next, long after) =>
        db.ExecuteAsync(BeginLine, new { line, next, after, now = Now });

    // The machine's time, whatever clock the house goes by: it need not be right, only be another one after a fail-over.
    private static long Now => TimeProvider.System.NowMicros();

    public static Task<int> PurgeAsync(Db db, int most) => db.ExecuteAsync(DeleteOld, new { MostKept, most });
}

/// <param name="Generation">Of the newest change.</param>
/// <param name="Line">Which history it counts in.</param>
internal sealed record ChangeHead(long Generation, string Line);

internal sealed record SessionChange(long Generation, string Subject);
