using System.Threading.Channels;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Streams;

namespace Gatehouse.Hypercore.Multiplexing;

/// <summary>
/// Carries many channels over one stream of messages. Each side numbers what it opens; a message carries its sender's
/// number. One reader calls <see cref="ReceiveAsync"/>, one writer <see cref="SpeakAsync"/>, anybody the rest: so that
/// what is read never waits for what is written, and two sides that both have much to say can't block each other.
/// </summary>
/// <param name="maxMessageBytes">Of a message's body, which may be one of many in a frame.</param>
internal sealed class Mux(Func<ChannelName, MuxChannel?> accept, int maxMessageBytes = FrameFormat.MaxPayloadBytes)
{
    /// <summary>Of one connection and side.</summary>
    public const int MaxChannels = 1 << 14;

    /// <summary>What is written at once: one write of that size costs little more than its bytes.</summary>
    public const int EnoughBytes = 64 * 1024;

    private readonly Lock gate = new();
    private readonly Dictionary<ChannelName, MuxChannel> channels = [];
    private readonly LocalNumbers local = new();
    private readonly Dictionary<ulong, MuxChannel> remote = [];
    private readonly Dictionary<ChannelName, Queue<ulong>> closedEarly = [];
    private readonly ControlQueue control = new();
    private readonly Channel<MuxChannel?> ready =
        Channel.CreateUnbounded<MuxChannel?>(new UnboundedChannelOptions { SingleReader = true });
    private ulong highestRemote;
    private bool isOver;

    /// <summary>Opens a channel unless its name is in use, the connection is over, or there are too many.</summary>
    public bool TryOpen(MuxChannel channel)
    {
        lock (gate)
        {
            if (isOver || local.InUse >= MaxChannels || !channels.TryAdd(channel.Name, channel))
                return false;
            channel.LocalNumber = local.Take(channel);
            control.Open(channel);
        }
        Wake();
        return true;
    }

    /// <summary>Closes a channel; nothing more arrives there. Nothing happens when it is over already.</summary>
    public void Close(MuxChannel channel)
    {
        lock (gate)
        {
            if (!channels.TryGetValue(channel.Name, out var current) || current != channel)
                return;
            channels.Remove(channel.Name);
            control.Close(channel.LocalNumber);
            if (channel.RemoteNumber != 0)
            {
                remote.Remove(channel.RemoteNumber);
                local.Free(channel.LocalNumber);
            }
            else
            {
                // The other side still answers with an open or a reject; until then the number means this channel.
                if (!closedEarly.TryGetValue(channel.Name, out var numbers))
                    closedEarly.Add(channel.Name, numbers = []);
                numbers.Enqueue(channel.LocalNumber);
            }
        }
        Wake();
    }

    /// <summary>Has the channel called to speak; null for the mux itself, or for a sign of life.</summary>
    public void Wake(MuxChannel? channel = null)
    {
        if (channel is null || channel.TryList())
            ready.Writer.TryWrite(channel);
    }

    /// <summary>The channel of that name, whether or not the other side has opened it.</summary>
    public MuxChannel? Find(ChannelName name)
    {
        lock (gate)
            return channels.GetValueOrDefault(name);
    }

    public MuxChannel[] Channels()
    {
        lock (gate)
            return [.. channels.Values];
    }

    /// <summary>Ends every channel.</summary>
    public void End()
    {
        MuxChannel[] ended;
        lock (gate)
        {
            isOver = true;
            ended = [.. channels.Values];
            channels.Clear();
            remote.Clear();
        }
        ready.Writer.TryComplete();
        foreach (var channel in ended)
            channel.End(ChannelEnd.Disconnected);
    }

    /// <summary>False when the mux is over.</summary>
    public ValueTask<bool> WaitToSpeakAsync(CancellationToken cancellationToken) =>
        ready.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>
    /// Seals what is to be said, until nothing is or it is enough for one write. True when there is more.
    /// </summary>
    public async ValueTask<bool> SpeakAsync(FrameWriter writer, CancellationToken cancellationToken)
    {
        while (writer.PendingBytes < EnoughBytes)
        {
            WriteControl(writer);
            if (!ready.Reader.TryRead(out var channel))
                return false;
            if (channel is null)
                continue;
            channel.Unlist(); // first: what comes up from now on lists it again
            if (IsOpen(channel) && await channel.SpeakAsync(writer, cancellationToken))
                Wake(channel);
        }
        return true;
    }

    /// <summary>Takes one message of the stream.</summary>
    public async ValueTask<Receipt> ReceiveAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (!MuxMessage.TryDecode(bytes, out var message))
            return Receipt.Malformed;
        if (message is not { Channel: 0, Type: MuxMessage.BatchType })
            return await DeliverAsync(message, cancellationToken);
        var batch = new Batch(message.Body);
        while (batch.TryRead(out message))
        {
            if (await DeliverAsync(message, cancellationToken) is var receipt && receipt != Receipt.Taken)
                return receipt;
        }
        return batch.IsMalformed ? Receipt.Malformed : Receipt.Taken;
    }

    private ValueTask<Receipt> DeliverAsync(in MuxMessage message, CancellationToken cancellationToken)
    {
        if (message.Body.Length > maxMessageBytes)
            return new(Receipt.Malformed);
        if (message.Channel == 0)
            return new(ReceiveControl(message));
        MuxChannel? channel;
        lock (gate)
            channel = remote.GetValueOrDefault(message.Channel);
        return channel is null
            ? new(Receipt.Taken) // late: it was closed while this was on its way
            : channel.ReceiveAsync(message.Type, message.Body, cancellationToken);
    }

    private Receipt ReceiveControl(in MuxMessage message)
    {
        var reader = new CompactReader(message.Body.Span);
        var number = reader.ReadUInt();
        if (reader.Failed || number == 0)
            return Receipt.Malformed;
        return message.Type switch
        {
            MuxMessage.OpenType => ReceiveOpen(number, ref reader),
            MuxMessage.RejectType => ReceiveReject(number),
            MuxMessage.CloseType => ReceiveClose(number),
            _ => Receipt.Taken,
        };
    }

    private Receipt ReceiveOpen(ulong number, ref CompactReader reader)
    {
        var needsAccepting = false;
        if (!MuxOpen.TryRead(ref reader, out var name, out var handshake))
            return Receipt.Malformed;
        lock (gate)
        {
            if (number > highestRemote + 1 || number > MaxChannels || remote.ContainsKey(number))
                return Receipt.Malformed;
            highestRemote = Math.Max(highestRemote, number);
            if (name is not { } known)
                return Reject(number);
            if (TryPassEarly(known))
                return Receipt.Taken;
            if (!channels.ContainsKey(known))
                needsAccepting = true;
        }
        // Who accepts may have locks of its own, which must not be waited for under ours.
        if (needsAccepting && accept(name.Value) is { } accepted)
            TryOpen(accepted); // or somebody else did so meanwhile
        var receipt = Pair(number, name.Value, out var channel);
        return IsOverfull() ? Receipt.Malformed : channel?.Open(handshake) ?? receipt;
    }

    /// <summary>Who opens and closes without end and reads no answer would have us keep each of ours.</summary>
    private bool IsOverfull()
    {
        lock (gate)
            return control.IsOverfull;
    }

    private Receipt Pair(ulong number, ChannelName name, out MuxChannel? paired)
    {
        paired = null;
        lock (gate)
        {
            if (channels.TryGetValue(name, out var channel) && channel.RemoteNumber == 0)
            {
                channel.RemoteNumber = number;
                remote.Add(number, channel);
                paired = channel;
                return Receipt.Taken;
            }
            // Passed when we closed it this very moment.
            return channel is null && TryPassEarly(name) ? Receipt.Taken : Reject(number);
        }
    }

    private Receipt Reject(ulong number)
    {
        control.Reject(number);
        Wake();
        return control.IsOverfull ? Receipt.Malformed : Receipt.Taken;
    }

    /// <summary>The answer to an open that we have closed since: the other side hears of that next.</summary>
    private bool TryPassEarly(ChannelName name)
    {
        if (!closedEarly.TryGetValue(name, out var numbers))
            return false;
        local.Free(numbers.Dequeue());
        if (numbers.Count == 0)
            closedEarly.Remove(name);
        return true;
    }

    private Receipt ReceiveReject(ulong number)
    {
        MuxChannel? channel;
        lock (gate)
        {
            channel = local.Find(number);
            if (channel is null || channel.RemoteNumber != 0)
                return Receipt.Taken;
            if (!channels.TryGetValue(channel.Name, out var current) || current != channel)
            {
                TryPassEarly(channel.Name);
                return Receipt.Taken;
            }
            channels.Remove(channel.Name);
            local.Free(number);
        }
        channel.End(ChannelEnd.Rejected);
        return Receipt.Taken;
    }

    private Receipt ReceiveClose(ulong number)
    {
        MuxChannel? channel;
        lock (gate)
        {
            if (!remote.Remove(number, out channel))
                return Receipt.Taken;
            channels.Remove(channel.Name);
            local.Free(channel.LocalNumber);
        }
        channel.End(ChannelEnd.Closed);
        return Receipt.Taken;
    }

    private bool IsOpen(MuxChannel channel)
    {
        lock (gate)
            return channel.RemoteNumber != 0 && channels.GetValueOrDefault(channel.Name) == channel;
    }

    private void WriteControl(FrameWriter writer)
    {
        lock (gate)
        {
            while (!control.IsEmpty)
                control.WriteNext(writer);
        }
    }
}
