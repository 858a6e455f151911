namespace Gatehouse.Hypercore.Streams;

/// <summary>
/// Limits one stream: what strangers may cost, and when one is given up. Each time is at least 10 milliseconds and at
/// most a day.
/// </summary>
public sealed record StreamLimits
{
    /// <summary>What no channel can be opened without: a name, a capability and their wrapping, with room.</summary>
    private const int LeastMessageBytes = 1024;

    /// <summary>The npm package puts many messages in one frame, a store of it all of its opens.</summary>
    private const int LeastFrameBytes = 1024 * 1024;

    private const int LeastBytesPerSecond = 64 * 1024; // a large frame would take longer than anybody waits

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(10); // a fifth of it is a timer's step

    private static readonly TimeSpan Longest = TimeSpan.FromDays(1); // far below what a timer can count

    /// <summary>
    /// The largest frame that is accepted, in bytes, at least 1 MiB: one message or many, for the npm package sends
    /// what it has to say at once as one frame: 64 answers, or more. Default: the format's own limit, 16 MiB, which a
    /// block of the largest size needs. Until the other side has proven that it knows a core's key, it is 256 KiB,
    /// enough to open some 2,900 cores at once.
    /// </summary>
    public int MaxFrameBytes { get; init; } = FrameFormat.MaxPayloadBytes;

    /// <summary>
    /// The largest message that is accepted, in bytes, alone in a frame or among others: a block and its proof; at least
    /// 1 KiB. Default: as large as a frame may be.
    /// </summary>
    public int MaxMessageBytes { get; init; } = FrameFormat.MaxPayloadBytes;

    /// <summary>
    /// How long a handshake may take, and before it, where this side dials, to connect. Default: 10 seconds.
    /// </summary>
    public TimeSpan HandshakeTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// After how long without writing a sign of life is sent: half of <see cref="Silence"/> at most. Default: 5 seconds,
    /// as the npm package does.
    /// </summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long nothing may arrive, 64 KiB may take to be written, or a request may stay without any answer. While a
    /// larger frame arrives, each 64 KiB of it show that the answer may be on its way: the request has as long again,
    /// but never longer than the largest frame takes so. What it asks for is asked of other peers, too, then. Default:
    /// 30 seconds.
    /// </summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many bytes a second are read, after a burst of as many; the rest waits on the other side. At least 64 KiB, and
    /// as much in the time of <see cref="Silence"/>: with less, who writes would hold us to be gone. Default: null, as many
    /// as come.
    /// </summary>
    public int? BytesPerSecond { get; init; }

    /// <summary>How long an answer takes at most that is on its way all the time.</summary>
    internal TimeSpan LongestAnswer => Silence * (1 + (MaxFrameBytes / FrameFormat.PartBytes));

    internal void Validate()
    {
        OptionRange.Require(MaxFrameBytes, LeastFrameBytes, FrameFormat.MaxPayloadBytes, nameof(MaxFrameBytes));
        OptionRange.Require(MaxMessageBytes, LeastMessageBytes, FrameFormat.MaxPayloadBytes, nameof(MaxMessageBytes));
        OptionRange.Require(HandshakeTime, Shortest, Longest, nameof(HandshakeTime));
        OptionRange.Require(Silence, Shortest, Longest, nameof(Silence));
        OptionRange.Require(KeepAlive, Shortest, Silence / 2, nameof(KeepAlive)); // or it would come too late
        if (BytesPerSecond is { } rate)
        {
            var least = Math.Max(LeastBytesPerSecond, FrameFormat.PartBytes / Silence.TotalSeconds);
            OptionRange.Require(rate, (int)Math.Ceiling(least), int.MaxValue, nameof(BytesPerSecond));
        }
    }
}
