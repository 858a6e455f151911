using Gatehouse.Hypercore.Multiplexing;
using Gatehouse.Hypercore.Streams;

namespace Gatehouse.Hypercore.Replication;

/// <summary>
/// One connection to one peer: one reads, one writes, one watches the time. The reader never waits for the writer, so
/// two sides that both send much don't block each other.
/// </summary>
internal sealed class Connection
{
    private readonly SecretStream stream;
    private readonly Func<ChannelName, ServedCore?> find;
    private readonly StreamLimits limits;
    private readonly TimeProvider time;
    private readonly Mux mux;
    private readonly PeerHooks hooks;
    private readonly Reopening reopening;
    private readonly TaskCompletionSource<ConnectionEnd> given =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long bytesRead, readAt, wroteAt, writesSince;
    private volatile bool isWorking, isDueToSpeak;

    public Connection(
        SecretStream stream, Func<ChannelName, ServedCore?> find, StreamLimits limits, TimeProvider time)
    {
        this.stream = stream;
        this.find = find;
        this.limits = limits;
        this.time = time;
        stream.MaxFrameBytes = Math.Min(stream.MaxFrameBytes, limits.MaxFrameBytes);
        mux = new Mux(Accept);
        hooks = new PeerHooks(() => stream.MaxFrameBytes = limits.MaxFrameBytes, OnLeft);
        reopening = new Reopening(time);
        readAt = wroteAt = time.GetTimestamp();
    }

    public void Open(ServedCore served)
    {
        if (!served.Core.IsFrozen)
            mux.TryOpen(new CorePeer(served, stream.Session, mux, time, hooks));
    }

    public void Close(ServedCore served)
    {
        reopening.Forget(served.Name);
        (mux.Find(served.Name) as CorePeer)?.Close();
    }

    /// <summary>Talks until the connection is over. The stream is disposed then.</summary>
    public async Task<ConnectionEnd> RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var tick = (limits.KeepAlive < limits.Silence ? limits.KeepAlive : limits.Silence) / 5;
        await using var watch = time.CreateTimer(_ => Watch(), null, tick, tick);
        Task<ConnectionEnd> reading = ReadAsync(stop.Token), writing = WriteAsync(stop.Token);
        var first = await Task.WhenAny(reading, writing, given.Task);
        var end = first.IsCompletedSuccessfully ? await first : ConnectionEnd.Stopped;
        try
        {
            mux.End(); // first: what we asked of this peer is free to be asked of another, whatever follows
            await stop.CancelAsync();
            await stream.CloseAsync(); // not every carrier listens to the token
            await Task.WhenAll(reading, writing); // throws what a store threw
        }
        finally
        {
            await stream.DisposeAsync();
        }
        return cancellationToken.IsCancellationRequested ? ConnectionEnd.Stopped : end;
    }

    private CorePeer? Accept(ChannelName name) =>
        find(name) is { Core.IsFrozen: false } served && !reopening.IsDistrusted(name)
            ? new CorePeer(served, stream.Session, mux, time, hooks)
            : null;

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
        if (isDueToSpeak && stream.Writer.PendingBytes == 0)
            stream.Writer.WriteKeepAlive();
        isDueToSpeak = false;
        if (stream.Writer.PendingBytes == 0)
            return true;
        Volatile.Write(ref writesSince, time.GetTimestamp());
        var isWritten = await stream.FlushAsync(cancellationToken);
        Volatile.Write(ref writesSince, 0);
        Volatile.Write(ref wroteAt, time.GetTimestamp());
        return isWritten;
    }

    private void Watch()
    {
        if (stream.BytesRead is var read && (read != bytesRead || isWorking))
        {
            bytesRead = read;
            readAt = time.GetTimestamp();
        }
        if (time.GetElapsedTime(readAt) >= limits.Silence)
            given.TrySetResult(ConnectionEnd.Silent);
        if (Volatile.Read(ref writesSince) is var since and not 0 && time.GetElapsedTime(since) >= limits.Silence)
            given.TrySetResult(ConnectionEnd.Stalled);
        if (time.GetElapsedTime(Volatile.Read(ref wroteAt)) >= limits.KeepAlive)
        {
            isDueToSpeak = true;
            mux.Wake();
        }
        foreach (var channel in mux.Channels())
            (channel as CorePeer)?.CloseIfSilent(limits.Silence);
        while (reopening.TryTakeDue(out var served))
            Open(served);
    }

    private void OnLeft(CorePeer peer, PeerLeave leave)
    {
        if (leave == PeerLeave.Pause)
            reopening.Add(peer.Served);
        if (leave == PeerLeave.Distrust)
            reopening.Distrust(peer.Name);
    }
}
