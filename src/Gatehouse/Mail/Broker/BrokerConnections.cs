using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Gatehouse.Configuration;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;

namespace Gatehouse.Mail.Broker;

/// <summary>
/// This node's connections to RabbitMQ: one to publish, one for its workers, so that a broker which holds publishers back
/// still takes acknowledgements. Promises: every step has a time limit, and what is lost is opened again within seconds of
/// the broker's return, without end. No request waits for any of it.
/// </summary>
internal sealed class BrokerConnections(GatehouseSettings settings, ILogger<BrokerConnections> log)
{
    private static readonly TimeSpan OpenLimit = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan StepLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5); // a broker that hangs is noticed after two
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(15); // a broker that starts beside us needs some

    private readonly ConcurrentDictionary<string, bool> up = new(StringComparer.Ordinal);

    /// <summary>Whether every connection that this node works with is there.</summary>
    public bool IsConnected => !up.IsEmpty && up.Values.All(isUp => isUp);

    private BrokerSettings Broker => settings.RabbitMq ?? throw new InvalidOperationException("There is no broker.");

    /// <summary>Opens a connection, declares the queues and works with it, again and again until it is stopped.</summary>
    /// <param name="role">What the broker's operator sees it called.</param>
    /// <param name="work">Works until its token ends: the connection is lost, or <paramref name="stopping"/>.</param>
    public async Task KeepAsync(
        string role, Func<IConnection, CancellationToken, Task> work, CancellationToken stopping)
    {
        var pause = FirstPause;
        var told = false;
        up[role] = false;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await WithConnectionAsync(role, async (connection, lost) =>
                {
                    await BrokerQueues.DeclareAsync(connection, settings.Mail.Queue, lost);
                    (pause, told, up[role]) = (FirstPause, false, true);
                    log.BrokerConnected(role);
                    await work(connection, lost);
                }, stopping);
            }
#pragma warning disable CA1031 // whatever ended it: it is done again (GH-SEC-249)
            catch (Exception exception)
#pragma warning restore CA1031
            {
                up[role] = false;
                if (!told && !stopping.IsCancellationRequested)
                    Tell(role, exception);
                told = true;
            }
            up[role] = false;
            await Task.Delay(pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>Finds out before the first request whether this broker can be worked with.</summary>
    /// <exception cref="SettingsFaultException">It can't; the message names what to mend.</exception>
    public async Task RequireUsableAsync(CancellationToken cancellationToken)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await WithConnectionAsync(
                    "start", (connection, token) => BrokerQueues.DeclareAsync(connection, settings.Mail.Queue, token), cancellationToken);
                return;
            }
            catch (Exception exception)
                when (!cancellationToken.IsCancellationRequested && BrokerFault.Of(exception) is { } fault)
            {
                if (fault.IsFinal || since.Elapsed > StartPatience)
                    throw new SettingsFaultException([$"Gatehouse:RabbitMq: {fault.Words}."]);
            }
            await Task.Delay(LongestPause, cancellationToken);
        }
    }

    /// <summary>The broker's release and what lies in the queues; makes nothing. The count is null where they are missing.</summary>
    public async Task<(string Version, BrokerCount? Count)> LookAsync(CancellationToken cancellationToken)
    {
        var version = "";
        BrokerCount? count = null;
        await WithConnectionAsync("look", async (connection, token) =>
        {
            version = VersionOf(connection);
            count = await BrokerQueues.CountAsync(connection, settings.Mail.Queue, token);
        }, cancellationToken);
        return (version, count);
    }

    private async Task WithConnectionAsync(
        string role, Func<IConnection, CancellationToken, Task> work, CancellationToken stopping)
    {
        await using var connection = await OpenAsync(role, stopping);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        connection.ConnectionShutdownAsync += (_, _) => EndAsync(lost);
        try
        {
            if (!Version.TryParse(VersionOf(connection).Split('-', '+')[0], out var version) || version < BrokerFault.Oldest)
                throw new BrokerTooOldException();
            await work(connection, connection.IsOpen ? lost.Token : new CancellationToken(canceled: true));
        }
        finally
        {
            await connection.AbortAsync(CloseLimit);
        }
    }

    private async Task<IConnection> OpenAsync(string role, CancellationToken cancellationToken)
    {
        var broker = Broker;
        var factory = new ConnectionFactory
        {
            HostName = broker.Host,
            Port = broker.Port,
            UserName = broker.User,
            Password = broker.Password,
            VirtualHost = broker.VirtualHost,
            Ssl = new SslOption { Enabled = broker.IsTls, ServerName = broker.Host },
            RequestedHeartbeat = Heartbeat,
            RequestedConnectionTimeout = OpenLimit,
            HandshakeContinuationTimeout = OpenLimit,
            ContinuationTimeout = StepLimit,
            SocketReadTimeout = StepLimit,
            SocketWriteTimeout = StepLimit,
            // The client's own recovery keeps no promise about time and hides from us what it re-declared.
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            ConsumerDispatchConcurrency = 1,
        };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(OpenLimit);
        return await factory.CreateConnectionAsync("gatehouse " + role, limit.Token).WaitAsync(OpenLimit * 2, cancellationToken);
    }

    private void Tell(string role, Exception exception)
    {
        if (BrokerFault.Of(exception) is { } fault)
            log.BrokerLost(role, fault.Words);
        else
            log.BrokerFailed(exception, role);
    }

    private static async Task EndAsync(CancellationTokenSource lost)
    {
        try
        {
            await lost.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It was closed by us: whoever listened has gone.
        }
    }

    private static string VersionOf(IConnection connection) =>
        connection.ServerProperties?.TryGetValue("version", out var value) == true && value is byte[] bytes
            ? Encoding.ASCII.GetString(bytes)
            : "";
}
