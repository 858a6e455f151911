using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Gatehouse.Storage;

/// <summary>
/// The one connection to Redis. Promises: no caller waits longer than <see cref="Patience"/> for it, and none at all
/// while it doesn't answer: then a task of its own asks once a second, begins a new connection when asking doesn't help,
/// and lets callers in again. What it holds is a copy or a count; nothing is lost with it that SQL doesn't have.
/// </summary>
internal sealed class RedisStore : IAsyncDisposable
{
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private const int MostFailures = 3; // in a row; one alone may be a pause of our own
    private const int PingsBeforeAnew = 2; // a connection that is half open never answers again

    private readonly ILogger<RedisStore> log;
    private readonly ConcurrentDictionary<string, Action> listeners = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource ended = new();
    private readonly Task watching;
    private volatile ConnectionMultiplexer? connection;
    private volatile bool up;
    private volatile bool told;
    private int failures;

    public RedisStore(RedisAddress address, ILogger<RedisStore> log)
    {
        Address = address;
        this.log = log;
        watching = Task.Run(WatchAsync);
    }

    public RedisAddress Address { get; }

    /// <summary>Many times what a healthy one takes; short, because SQL or a local count stands in for it.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>Whether it answered when last asked.</summary>
    public bool IsUp => up;

    /// <summary>Runs a command, or a few that belong together.</summary>
    /// <exception cref="StoreUnavailableException">Redis doesn't answer, or answered that it can't.</exception>
    public async Task<T> RunAsync<T>(Func<IDatabase, Task<T>> command, CancellationToken cancellationToken)
    {
        if (!up || connection is not { } current)
            throw new StoreUnavailableException("Redis doesn't answer.");
        try
        {
            var result = await command(current.GetDatabase()).WaitAsync(Patience, cancellationToken);
            Volatile.Write(ref failures, 0);
            return result;
        }
#pragma warning disable CA1031 // whatever the client makes of a broken connection, to the caller it is an outage
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            if (Interlocked.Increment(ref failures) >= MostFailures)
                up = false;
            throw new StoreUnavailableException("Redis doesn't answer.", exception);
        }
    }

    /// <summary>Tells every node that listens on the channel; nobody hears of it while Redis is down.</summary>
    public Task PublishAsync(string channel, CancellationToken cancellationToken) =>
        RunAsync(database => database.PublishAsync(channel, RedisValue.EmptyString), cancellationToken);

    /// <summary>Calls <paramref name="heard"/> for what is published from now on, and once after each new connection.</summary>
    public void Listen(string channel, Action heard)
    {
        listeners[channel] = heard;
        if (connection is { } current)
            _ = SubscribeAsync(current, channel, heard);
    }

    /// <summary>For the start and <c>doctor</c>: what is wrong with the server, in words; null when nothing is.</summary>
    public static Task<StoreFault?> ExamineAsync(RedisAddress address, CancellationToken cancellationToken) =>
        RedisExam.TakeAsync(address, ConnectWithin, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await watching;
        Drop(connection);
        ended.Dispose();
    }

    public static bool IsOutage(Exception exception) => exception is
        TimeoutException or RedisException or ObjectDisposedException or InvalidOperationException;

    private async Task WatchAsync()
    {
        var missed = 0;
        using var timer = new PeriodicTimer(LookEvery);
        try
        {
            do
            {
                missed = await LookAsync() ? 0 : missed + 1;
                if (missed >= PingsBeforeAnew)
                {
                    Drop(Interlocked.Exchange(ref connection, null));
                    missed = 0;
                }
                Tell();
            }
            while (await timer.WaitForNextTickAsync(ended.Token));
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // disposed
        }
    }

    /// <summary>Whether it answers now; connects first where there is no connection.</summary>
    private async Task<bool> LookAsync()
    {
        try
        {
            var current = connection ?? await ConnectAsync();
            await current.GetDatabase().PingAsync().WaitAsync(Patience, ended.Token);
            Volatile.Write(ref failures, 0);
            up = true;
            return true;
        }
#pragma warning disable CA1031 // a failed look must not end the ones after it (GH-SEC-249)
        catch (Exception) when (!ended.IsCancellationRequested)
#pragma warning restore CA1031
        {
            up = false;
            return false;
        }
    }

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        var connecting = ConnectionMultiplexer.ConnectAsync(Address.ToOptions(ConnectWithin));
        try
        {
            connection = await connecting.WaitAsync(ConnectWithin, ended.Token);
        }
        catch
        {
            _ = connecting.ContinueWith(late => Drop(late.Result), CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }
        connection.ConnectionRestored += (_, restored) => Renew(restored);
        foreach (var (channel, heard) in listeners)
            await SubscribeAsync(connection, channel, heard);
        return connection;
    }

    /// <summary>The client has mended a connection by itself, before we made a new one: something may have been missed.</summary>
    private void Renew(ConnectionFailedEventArgs restored)
    {
        if (restored.ConnectionType != ConnectionType.Subscription)
            return;
        foreach (var heard in listeners.Values)
            heard();
    }

    private async Task SubscribeAsync(ConnectionMultiplexer current, string channel, Action heard)
    {
        try
        {
            await current.GetSubscriber().SubscribeAsync(channel, (_, _) => heard()).WaitAsync(ConnectWithin, ended.Token);
            heard(); // what was said before we listened
        }
        catch (Exception exception) when (IsOutage(exception) || exception is OperationCanceledException)
        {
            // The connection is broken or the process ends: the next connection subscribes again.
        }
    }

    /// <summary>Once when it goes, once when it is back.</summary>
    private void Tell()
    {
        if (up == !told)
            return;
        told = !up;
        if (up)
            log.RedisBack();
        else
            log.RedisGone();
    }

    private static void Drop(ConnectionMultiplexer? connection)
    {
        if (connection is null)
            return;
        // Not awaited: closing a connection that hangs can take as long as it hangs.
        _ = Task.Run(() =>
        {
            try
            {
                connection.Close(allowCommandsToComplete: false);
                connection.Dispose();
            }
            catch (Exception exception) when (IsOutage(exception))
            {
                // It is gone either way.
            }
        });
    }
}
