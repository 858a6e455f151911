using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Multiplexing;
using Gatehouse.Hypercore.Streams;

namespace Gatehouse.Hypercore.Replication;

/// <summary>
/// Replicates cores with any number of peers: what is appended here is announced, what is missing here is fetched, as
/// long as a connection lives. Cores may be added and removed meanwhile. Safe for use by several threads.
/// </summary>
/// <remarks>
/// A peer gets a core only if it proves that it knows the core's key, and is believed only what the core's signers
/// signed.
/// </remarks>
public sealed class Replicator : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly KeyPair identity;
    private readonly ReplicatorOptions options;
    private readonly Dictionary<ChannelName, ServedCore> cores = [];
    private readonly HashSet<Connection> connections = [];
    private int attached;
    private readonly CancellationTokenSource stopping = new();
    private TaskCompletionSource? lastEnded;

    /// <summary>
    /// Makes a replicator that is known to its peers by this pair, which is not that of a core. It stays the caller's
    /// to dispose, after the replicator.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A limit is not in its range; its name is the parameter's.
    /// </exception>
    public Replicator(KeyPair identity, ReplicatorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(identity);
        this.identity = identity;
        this.options = options ?? new ReplicatorOptions();
        this.options.Limits.Validate();
    }

    /// <summary>What peers know this replicator by.</summary>
    public PublicKey PublicKey => identity.PublicKey;

    /// <summary>How many peers are connected, past the handshake.</summary>
    public int Connections
    {
        get
        {
            lock (gate)
                return connections.Count;
        }
    }

    internal TimeProvider Time => options.Time;

    internal TimeSpan HandshakeTime => options.Limits.HandshakeTime;

    /// <summary>Begins to replicate a core, also with those who are connected already.</summary>
    /// <exception cref="ArgumentException">It is replicated here already.</exception>
    /// <exception cref="ObjectDisposedException">The replicator was disposed.</exception>
    public void Add(Core core, Download download = Download.Everything)
    {
        ArgumentNullException.ThrowIfNull(core);
        var served = new ServedCore(core, report => options.Reported?.Invoke(report), options.Failed)
        {
            WantsAll = download == Download.Everything,
        };
        lock (gate)
        {
            if (lastEnded is not null || !cores.TryAdd(served.Name, served))
            {
                served.Dispose();
                ObjectDisposedException.ThrowIf(lastEnded is not null, this);
                throw new ArgumentException("The core is replicated already.", nameof(core));
            }
            foreach (var connection in connections)
                connection.Open(served, options.SpeaksFirst);
        }
    }

    /// <summary>Ends the replication of a core. False when there was none.</summary>
    public bool Remove(Core core)
    {
        ArgumentNullException.ThrowIfNull(core);
        lock (gate)
        {
            var name = new ChannelName(ServedCore.Protocol, core.DiscoveryKey.Bytes);
            if (!cores.TryGetValue(name, out var served) || served.Core != core) // another may be open of the same key
                return false;
            cores.Remove(name);
            served.Dispose();
            foreach (var connection in connections) // under the lock: who adds it again must find the name free
                connection.Close(served);
            return true;
        }
    }

    /// <summary>How many peers a core is being spoken of with.</summary>
    public int PeersOf(Core core)
    {
        ArgumentNullException.ThrowIfNull(core);
        return Find(core)?.Peers ?? 0;
    }

    /// <summary>
    /// Replicates over a stream, any that is duplex, reliable and in order, until it ends, and says why it did. Exactly
    /// one of the two sides is the initiator: the one that dialled. The stream is disposed when this returns.
    /// </summary>
    /// <param name="expected">Whom it must be; null for anybody. A dialler that knows should say so.</param>
    public Task<ConnectionEnd> AttachAsync(
        Stream stream, bool isInitiator, PublicKey? expected = null, CancellationToken cancellationToken = default) =>
        AttachAsync(stream, isInitiator, expected, opened: null, cancellationToken);

    /// <summary>The same; <paramref name="opened"/> is told when the handshake is done.</summary>
    internal async Task<ConnectionEnd> AttachAsync(
        Stream stream, bool isInitiator, PublicKey? expected, Action? opened, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        lock (gate)
            attached++;
        try
        {
            return await TalkAsync(stream, isInitiator, expected, opened, cancellationToken);
        }
        finally
        {
            lock (gate)
            {
                if (--attached == 0)
                    lastEnded?.TrySetResult();
            }
        }
    }

    /// <summary>Ends all connections and waits for their end. The cores stay as they are.</summary>
    public async ValueTask DisposeAsync()
    {
        ServedCore[] left;
        Task ended;
        lock (gate)
        {
            left = [.. cores.Values];
            cores.Clear();
            lastEnded ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (attached == 0)
                lastEnded.TrySetResult();
            ended = lastEnded.Task;
        }
        await stopping.CancelAsync();
        await ended;
        foreach (var served in left)
            served.Dispose();
    }

    private async Task<ConnectionEnd> TalkAsync(
        Stream stream, bool isInitiator, PublicKey? expected, Action? opened, CancellationToken cancellationToken)
    {
        await using var disposing = stream; // whatever fails
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.Token);
        var (secret, end) = await OpenAsync(stream, isInitiator, expected, stop.Token);
        if (secret is null)
            return end;
        await using (secret)
        {
            opened?.Invoke();
            return await TalkAsync(secret, stop.Token);
        }
    }

    private async Task<(SecretStream? Stream, ConnectionEnd End)> OpenAsync(
        Stream stream, bool isInitiator, PublicKey? expected, CancellationToken cancellationToken)
    {
        var pace = options.Limits.BytesPerSecond is { } most ? new ReadPace(most, options.Time) : null;
        using var opening = new StreamOpening(stream, isInitiator, identity, expected, options.Admits, pace);
        using var limit = new CancellationTokenSource(options.Limits.HandshakeTime, options.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        // Not every carrier listens to the token of a read.
        await using var closing = both.Token.Register(stream.Dispose);
        SecretStream? opened = null;
        try
        {
            opened = await opening.RunAsync(both.Token);
        }
        catch (OperationCanceledException)
        {
        }
        if (opened is not null && !both.IsCancellationRequested)
            return (opened, default);
        if (opened is not null)
            await opened.DisposeAsync(); // with its keys
        return (null, cancellationToken.IsCancellationRequested ? ConnectionEnd.Stopped
            : limit.IsCancellationRequested ? ConnectionEnd.HandshakeTimedOut : opening.End);
    }

    private async Task<ConnectionEnd> TalkAsync(SecretStream secret, CancellationToken cancellationToken)
    {
        var connection = new Connection(secret, Find, options.Limits, options.Time);
        try
        {
            lock (gate)
            {
                connections.Add(connection);
                foreach (var served in cores.Values.Where(_ => options.SpeaksFirst))
                    connection.Open(served, isUnasked: true);
            }
            return await connection.RunAsync(cancellationToken);
        }
        finally
        {
            lock (gate)
                connections.Remove(connection);
        }
    }

    private ServedCore? Find(Core core)
    {
        lock (gate)
            return cores.GetValueOrDefault(new ChannelName(ServedCore.Protocol, core.DiscoveryKey.Bytes));
    }

    /// <param name="mayLook">Whether it is asked for what isn't here.</param>
    private ServedCore? Find(ChannelName name, bool mayLook)
    {
        lock (gate)
        {
            if (cores.TryGetValue(name, out var served))
                return served;
        }
        if (mayLook && name.Protocol == ServedCore.Protocol)
            options.Missed?.Invoke(new DiscoveryKey(name.Id));
        return null;
    }
}
