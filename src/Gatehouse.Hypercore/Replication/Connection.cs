using Gatehouse.Hypercore.Multiplexing;
using Gatehouse.Hypercore.Streams;

namespace Gatehouse.Hypercore.Replication;

/// <summary>
/// One connection to one peer: one reads, one writes, one watches the time. The reader never waits for the writer, so
/// two sides that both send much don't block each other.
/// </summary>
internal sealed class Connection
{
    private const int MaxMissed = 256; // as many as a peer may speak of at once; whoever asks for more waits for nothing

    private static readonly TimeSpan LooksAgainAfter = TimeSpan.FromSeconds(10); // it may have failed, or be there by now

    private readonly SecretStream stream;
    private readonly Func<ChannelName, bool, ServedCore?> find;
    private readonly StreamLimits limits;
    private readonly TimeProvider time;
    private readonly Mux mux;
    private readonly PeerHooks hooks;
    private readonly Reopening reopening;
    private readonly Lock missedGate = new();
    private readonly Dictionary<ChannelName, long?> missed = []; // what they asked for and is not here: when it was looked for
    private readonly TaskCompletionSource<ConnectionEnd> given =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action beginPart;
    private long bytesRead, readAt, partAt, wroteAt, writesSince;
    private int partsRead;
    private volatile bool isWorking;
    private bool isDueToSpeak;

    public Connection(
        SecretStream stream, Func<ChannelName, bool, ServedCore?> find, StreamLimits limits, TimeProvider time)
    {
        this.stream = stream;
        this.find = find;
        this.limits = limits;
        this.time = time;
        mux = new Mux(Accept, limits.MaxMessageBytes);
        reopening = new Reopening(time);
        hooks = new PeerHooks(
            () => stream.MaxFrameBytes = limits.MaxFrameBytes, OnLeft, peer => reopening.TryShow(peer.Name));
        beginPart = () => Volatile.Write(ref writesSince, time.GetTimestamp());
        readAt = partAt = wroteAt = time.GetTimestamp();
    }

    /// <param name="isUnasked">Whether it is opened even if they have not asked for it.</param>
    public void Open(ServedCore served, bool isUnasked)
    {
        bool isAsked;
        lock (missedGate)
            isAsked = missed.Remove(served.Name);
        if (mux.Find(served.Name) is CorePeer other && other.Served != served)
            other.Close(); // accepted as the core before was removed
        if ((isAsked || isUnasked) && !served.Core.IsFrozen)
            mux.TryOpen(new CorePeer(served, stream.Session, mux, time, hooks));
    }

    public void Close(ServedCore served)
    {
        reopening.Forget(served.Name);
        if (mux.Find(served.Name) is not CorePeer peer || peer.Served != served)
            return;
        if (peer.RemoteNumber != 0) // they have asked, and don't again when it is back
        {
            lock (missedGate)
            {
                if (missed.Count < MaxMissed)
                    missed.TryAdd(served.Name, null);
            }
        }
        peer.Close();
    }

    /// <summary>Talks until the connection is over. The stream is disposed then, whatever else failed.</summary>
    public async Task<ConnectionEnd> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await TalkAsync(cancellationToken);
        }
        finally
        {
            mux.End();
            await stream.DisposeAsync();
        }
    }

    private async Task<ConnectionEnd> TalkAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var tick = limits.KeepAlive / 5; // which is less than what anything else takes
        await using var watch = time.CreateTimer(_ => Watch(), null, tick, tick);
        Task<ConnectionEnd> reading = ReadAsync(stop.Token), writing = WriteAsync(stop.Token);
        var first = await Task.WhenAny(reading, writing, given.Task);
        var end = first.IsCompletedSuccessfully ? await first : ConnectionEnd.Stopped;
        mux.End(); // first: what we asked of this peer is free to be asked of another, whatever follows
        try
        {
            await stop.CancelAsync();
            await stream.CloseAsync(); // not every carrier listens to the token
        }
        finally
        {
            await Task.WhenAll(reading, writing); // before their buffers are given back
        }
        return cancellationToken.IsCancellationRequested ? ConnectionEnd.Stopped : end;
    }

    private CorePeer? Accept(ChannelName name)
    {
        // First, so that what is added at this moment is opened by who adds it. What is asked for again at once, or beyond what
        // is remembered, is not looked for.
        bool isDue;
        lock (missedGate)
        {
            isDue = missed.TryGetValue(name, out var lookedAt)
                ? lookedAt is not { } then || time.GetElapsedTime(then) >= LooksAgainAfter
                : missed.Count < MaxMissed;
            if (isDue)
                missed[name] = time.GetTimestamp();
        }
        if (find(name, isDue) is not { } served)
            return null;
        lock (missedGate)
            missed.Remove(name);
        return served.Core.IsFrozen || reopening.IsRefused(name)
            ? null
            : new CorePeer(served, stream.Session, mux, time, hooks);
    }

    private async Task<ConnectionEnd> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await stream.ReadAsync(cancellationToken) is { } message)
            {
                isWorking = true;
                var receipt = await mux.ReceiveAsync(message, cancellationToken);
                isWorking = false;
                if (receipt != Receipt.Taken)
                    return receipt == Receipt.NoCapability ? ConnectionEnd.NoCapability : ConnectionEnd.Malformed;
            }
            return stream.End;
        }
        catch (OperationCanceledException)
        {
            return ConnectionEnd.Stopped;
        }
    }

    private async Task<ConnectionEnd> WriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await mux.WaitToSpeakAsync(cancellationToken))
            {
                bool hasMore;
                do
                {
                    hasMore = await mux.SpeakAsync(stream.Writer, cancellationToken);
                    if (!await FlushAsync(cancellationToken))
                        return ConnectionEnd.Cut;
                }
                while (hasMore);
            }
        }
        catch (OperationCanceledException)
        {
        }
        return ConnectionEnd.Stopped;
    }

    private async ValueTask<bool> FlushAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref isDueToSpeak, false) && stream.Writer.PendingBytes == 0)
            stream.Writer.WriteKeepAlive();
        if (stream.Writer.PendingBytes == 0)
            return true;
        var isWritten = await stream.FlushAsync(beginPart, cancellationToken);
        Volatile.Write(ref writesSince, 0);
        Volatile.Write(ref wroteAt, time.GetTimestamp());
        return isWritten;
    }

    private void Watch()
    {
        var isOurs = isWorking || stream.IsPaced; // that nothing more is read
        if (stream.BytesRead is var read && (read != bytesRead || isOurs))
        {
            bytesRead = read;
            readAt = time.GetTimestamp();
        }
        if (stream.PartsRead is var parts && (parts != partsRead || isOurs))
        {
            partsRead = parts;
            partAt = time.GetTimestamp();
        }
        if (time.GetElapsedTime(readAt) >= limits.Silence)
            given.TrySetResult(ConnectionEnd.Silent);
        if (Volatile.Read(ref writesSince) is var since and not 0 && time.GetElapsedTime(since) >= limits.Silence)
            given.TrySetResult(ConnectionEnd.Stalled);
        if (time.GetElapsedTime(Volatile.Read(ref wroteAt)) >= limits.KeepAlive)
        {
            Volatile.Write(ref isDueToSpeak, true);
            mux.Wake();
        }
        foreach (var channel in mux.Channels())
            (channel as CorePeer)?.CloseIfSilent(limits, partAt);
        while (reopening.TryTakeDue(out var served))
            Open(served, isUnasked: true);
    }

    private void OnLeft(CorePeer peer, PeerLeave leave)
    {
        if (leave is PeerLeave.Pause or PeerLeave.Closed)
            reopening.Add(peer.Served, isRefused: leave == PeerLeave.Pause);
        if (leave == PeerLeave.Distrust)
            reopening.Distrust(peer.Name);
    }
}
