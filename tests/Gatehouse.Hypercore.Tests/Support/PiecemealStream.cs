namespace Gatehouse.Hypercore.Tests.Support;

/// <summary>Gives its bytes in pieces of changing size, as a network does.</summary>
internal sealed class PiecemealStream(byte[] bytes) : MemoryStream(bytes)
{
    private int turn;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(buffer.Length, 1 + (turn++ % 7))], cancellationToken);
}
