using System.Diagnostics;
using System.Globalization;

namespace Hypercore;

/// <summary>The time and the memory of some work, for each block of it.</summary>
internal readonly struct Measured(string name)
{
    public const int BlockBytes = 100;

    private readonly long start = Stopwatch.GetTimestamp();
    private readonly long allocated = GC.GetTotalAllocatedBytes(precise: true);

    public static ReadOnlyMemory<byte>[] Blocks(int count)
    {
        var blocks = new ReadOnlyMemory<byte>[count];
        for (var i = 0; i < count; i++)
        {
            var block = new byte[BlockBytes];
            BitConverter.TryWriteBytes(block, i);
            blocks[i] = block;
        }
        return blocks;
    }

    public void Print(int count)
    {
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var bytes = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / (double)count;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"name":"{{name}}","count":{{count}},"perSecond":{{count / seconds:F0}},"bytesPerBlock":{{bytes:F0}}}"""));
    }
}
