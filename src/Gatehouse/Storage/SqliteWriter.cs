using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Gatehouse.Storage;

/// <summary>
/// The one thread that writes to SQLite. What waits while a commit reaches the disk is committed together by the next
/// one, each piece of work behind a savepoint of its own: a failure undoes that piece alone, and nobody is answered
/// before the common commit is durable.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private const int MostPerCommit = 64; // bounds how long the first one in a batch waits for the last
    private readonly Channel<Job> queue = Channel.CreateUnbounded<Job>(new() { SingleReader = true });
    private readonly Func<SqliteConnection> open;
    private readonly Thread thread;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SqliteConnection? connection;

    public SqliteWriter(Func<SqliteConnection> open)
    {
        this.open = open;
        thread = new Thread(Run) { IsBackground = true, Name = "Gatehouse SQLite writer" };
        thread.Start();
    }

    public Task<T> RunAsync<T>(Func<Db, Task<T>> work, CancellationToken cancellationToken)
    {
        var job = new Job<T>(work, cancellationToken);
        return queue.Writer.TryWrite(job)
            ? job.Task
            : Task.FromException<T>(new StoreUnavailableException("The database is closed."));
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await ended.Task;
    }

    private void Run()
    {
        var batch = new List<Job>(MostPerCommit);
        while (queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            while (batch.Count < MostPerCommit && queue.Reader.TryRead(out var job))
                batch.Add(job);
            Commit(batch);
        }
        connection?.Dispose();
        ended.SetResult();
    }

    private void Commit(List<Job> batch)
    {
        try
        {
            connection ??= open();
            Execute("BEGIN IMMEDIATE");
            foreach (var job in batch)
                RunBehindSavepoint(job);
            Execute("COMMIT");
        }
#pragma warning disable CA1031 // every waiting caller must hear of it; the thread must live on
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Abandon();
            foreach (var job in batch)
                job.Fail(exception);
            return;
        }
        foreach (var job in batch)
            job.Finish();
    }

    private void RunBehindSavepoint(Job job)
    {
        Execute("SAVEPOINT job");
        if (!job.TryRun(new Db(connection!, null, isShared: false, job.CancellationToken)))
        {
            // Some failures (disk full, I/O) end the whole transaction: then nobody's work is kept.
            if (raw.sqlite3_get_autocommit(connection!.Handle) != 0)
                throw job.Failure!;
            Execute("ROLLBACK TO job");
        }
        Execute("RELEASE job");
    }

    /// <summary>Closing rolls back what is open; the next batch starts on a fresh connection.</summary>
    private void Abandon()
    {
        connection?.Dispose();
        connection = null;
    }

    private void Execute(string sql)
    {
        using var command = connection!.CreateCommand();
#pragma warning disable CA2100 // constants of this file
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private abstract class Job(CancellationToken cancellationToken)
    {
        public CancellationToken CancellationToken => cancellationToken;

        public Exception? Failure { get; protected set; }

        public abstract bool TryRun(Db db);

        public abstract void Finish();

        public abstract void Fail(Exception exception);
    }

    private sealed class Job<T>(Func<Db, Task<T>> work, CancellationToken cancellationToken) : Job(cancellationToken)
    {
        private readonly TaskCompletionSource<T> source = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? result;

        public Task<T> Task => source.Task;

        public override bool TryRun(Db db)
        {
            try
            {
                CancellationToken.ThrowIfCancellationRequested();
                var task = RunAsync(db);
                // SQLite answers on this thread. What is still running waits for something else, holding everybody up.
                if (!task.IsCompleted)
                    throw new InvalidOperationException("A transaction may wait for nothing but the database.");
                result = task.GetAwaiter().GetResult();
                return true;
            }
#pragma warning disable CA1031 // handed to the caller by Finish or Fail
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Failure = exception;
                return false;
            }
            finally
            {
                db.End();
            }
        }

        private async Task<T> RunAsync(Db db)
        {
            var done = await work(db);
            await db.FinishAsync();
            return done;
        }

        public override void Finish()
        {
            if (Failure is null)
                source.SetResult(result!);
            else
                source.SetException(Failure);
        }

        public override void Fail(Exception exception) => source.SetException(Failure ?? exception);
    }
}
