using Gatehouse.Hypercore.Streams;

namespace Gatehouse.Hypercore.Multiplexing;

/// <summary>
/// Opens, rejects and closes that are not written yet, in their order. Bounded: who has us open or reject without end
/// and doesn't read is not served. Not thread-safe.
/// </summary>
internal sealed class ControlQueue
{
    private readonly Queue<Control> waiting = [];

    public bool IsEmpty => waiting.Count == 0;

    /// <summary>Whether there are more than anybody needs.</summary>
    public bool IsOverfull => waiting.Count > 2 * Mux.MaxChannels;

    public void Open(MuxChannel channel) => waiting.Enqueue(new(MuxMessage.OpenType, channel.LocalNumber, channel));

    /// <summary>The number is the other side's.</summary>
    public void Reject(ulong number) => waiting.Enqueue(new(MuxMessage.RejectType, number, null));

    /// <summary>The number is ours.</summary>
    public void Close(ulong number) => waiting.Enqueue(new(MuxMessage.CloseType, number, null));

    public void WriteNext(FrameWriter frames)
    {
        var control = waiting.Dequeue();
        var writer = frames.Begin().Writer;
        writer.WriteUInt(0);
        writer.WriteUInt(control.Type);
        writer.WriteUInt(control.Number);
        if (control.Channel is { } channel)
        {
            writer.WriteString(channel.Name.Protocol);
            writer.WriteUInt(Encoding.Bytes32.Size);
            writer.WriteBytes32(channel.Name.Id);
            channel.WriteHandshake(writer);
        }
        frames.End();
    }

    private readonly record struct Control(ulong Type, ulong Number, MuxChannel? Channel);
}
