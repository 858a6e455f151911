namespace Gatehouse.Hypercore.Tests.Support;

/// <summary>Gives its bytes in pieces of changing size, as a network does. What is written goes nowhere.</summary>
internal sealed class PiecemealStream(byte[] bytes) : MemoryStream(bytes)
{
    private int turn;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        ValueTask.CompletedTask;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(buffer.Length, 1 + (turn++ % 7))], cancellationToken);
}
