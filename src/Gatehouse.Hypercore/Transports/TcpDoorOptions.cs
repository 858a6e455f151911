namespace Gatehouse.Hypercore.Transports;

/// <summary>Limits who comes in by TCP.</summary>
public sealed record TcpDoorOptions
{
    /// <summary>How many connections there may be at once. Default: 256; an idle one costs some 20 KiB.</summary>
    public int MaxConnections { get; init; } = 256;

    /// <summary>
    /// How many of them may come from one address, or from one IPv6 network of 64 bits. Default: 16, for peers behind a
    /// router.
    /// </summary>
    public int MaxConnectionsPerAddress { get; init; } = 16;

    /// <summary>
    /// Told when a connection ended by an exception, of its carrier or of a bug. It neither waits nor throws.
    /// </summary>
    public Action<Exception>? Failed { get; init; }

    internal void Validate()
    {
        OptionRange.Require(MaxConnections, 1, int.MaxValue, nameof(MaxConnections));
        OptionRange.Require(MaxConnectionsPerAddress, 1, int.MaxValue, nameof(MaxConnectionsPerAddress));
    }
}
