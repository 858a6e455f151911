namespace Gatehouse.Hypercore.Streams;

/// <summary>Limits one stream: what strangers may cost, and when one is given up.</summary>
public sealed record StreamLimits
{
    /// <summary>
    /// The largest frame that is accepted, in bytes: a block and its proof. Default: the format's own limit, 16 MiB,
    /// which a block of the largest size needs. Until the other side has proven that it knows a core's key, it is 256
    /// KiB at most.
    /// </summary>
    public int MaxFrameBytes { get; init; } = FrameFormat.MaxPayloadBytes;

    /// <summary>How long a handshake may take. Default: 10 seconds.</summary>
    public TimeSpan HandshakeTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// After how long without writing a sign of life is sent. Default: 5 seconds, as the npm package does.
    /// </summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long nothing may arrive, a write may take, or a request may stay without any answer. Default: 30 seconds.
    /// </summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);
}
