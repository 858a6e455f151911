using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Stores;

namespace Hypercore;

/// <summary>A whole core from its writer to a reader without a network: request, proof, verification, commit.</summary>
internal static class Verifying
{
    public static async Task RunAsync(int count)
    {
        await FetchAsync(Math.Min(count, 2000), print: false); // warm
        await FetchAsync(count, print: true);
    }

    private static async Task FetchAsync(int count, bool print)
    {
        using var pair = KeyPair.Generate();
        var writer = await Filling.WriterAsync(pair, count);
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        var measured = new Measured("prove, verify and commit");
        await AskAsync(writer, reader, new RequestMessage { Id = 1, Upgrade = new(0, writer.Length), Manifest = true });
        for (var i = 0UL; i < writer.Length; i++)
        {
            var nodes = await reader.CountMissingAsync(i, CancellationToken.None);
            await AskAsync(writer, reader, new RequestMessage { Id = 1, Block = new(i, nodes) });
        }
        if (print)
            measured.Print(count);
    }

    private static async Task AskAsync(Core writer, Core reader, RequestMessage request)
    {
        using var body = new PooledBuffer();
        await writer.ProveAsync(request, body, CancellationToken.None);
        DataMessage.TryDecode(body.WrittenMemory, out var data);
        if (await reader.AcceptAsync(data, CancellationToken.None) != Gatehouse.Hypercore.Cores.Verdict.Accepted)
            throw new InvalidOperationException("A true proof was not accepted.");
    }
}
