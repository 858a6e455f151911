using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore.Tests.Support;

/// <summary>Writers and readers in memory, as the vectors have them: the signer's seed is 32 times 01.</summary>
internal static class Cores
{
    public static readonly CancellationToken Never = CancellationToken.None;

    public static KeyPair Pair(byte seed = 1) => KeyPair.FromSeed(Enumerable.Repeat(seed, 32).ToArray());

    public static ReadOnlyMemory<byte> Block(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    public static IReadOnlyList<ReadOnlyMemory<byte>> Blocks(params IEnumerable<string> texts) =>
        [.. texts.Select(Block)];

    public static async Task<Core> WriterAsync(params IEnumerable<ReadOnlyMemory<byte>> blocks)
    {
        var core = await Core.CreateAsync(new MemoryCoreStore(), Pair());
        ReadOnlyMemory<byte>[] all = [.. blocks];
        if (all.Length > 0)
            await core.AppendAsync(all);
        return core;
    }

    public static async Task<Core> WriterAsync(params IEnumerable<string> blocks) => await WriterAsync(Blocks(blocks));

    public static async Task<byte[]> ProofAsync(this Core core, RequestMessage request)
    {
        using var output = new PooledBuffer();
        Assert.Equal(Answer.Proof, await core.ProveAsync(request, output, Never));
        return output.Written.ToArray();
    }

    public static async Task<Answer> AnswerAsync(this Core core, RequestMessage request)
    {
        using var output = new PooledBuffer();
        return await core.ProveAsync(request, output, Never);
    }

    /// <summary>Refused also when it isn't a message at all.</summary>
    public static async Task<Verdict> AcceptAsync(this Core core, ReadOnlyMemory<byte> body) =>
        DataMessage.TryDecode(body, out var data) ? await core.AcceptAsync(data, Never) : Verdict.Refused;

    /// <summary>Upgrades the reader to the writer's length, and no block.</summary>
    public static async Task UpgradeAsync(this Core reader, Core writer)
    {
        var request = new RequestMessage
        {
            Id = 1,
            Upgrade = new(reader.Length, writer.Length - reader.Length),
            Manifest = reader.Manifest is null,
        };
        Assert.Equal(Verdict.Accepted, await reader.AcceptAsync(await writer.ProofAsync(request)));
    }

    public static async Task FetchAsync(this Core reader, Core writer, ulong index)
    {
        var nodes = await reader.CountMissingAsync(index, Never);
        var request = new RequestMessage { Id = 1, Block = new(index, nodes) };
        Assert.Equal(Verdict.Accepted, await reader.AcceptAsync(await writer.ProofAsync(request)));
    }

    /// <summary>A reader that knows the first so many blocks' roots, as from a writer that had no more.</summary>
    public static async Task<Core> ReaderAsync(ulong length, IReadOnlyList<ReadOnlyMemory<byte>> blocks)
    {
        var writer = await WriterAsync(blocks.Take((int)length));
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        if (length > 0)
            await reader.UpgradeAsync(writer);
        return reader;
    }

    public static async Task<TreeNode?> NodeAsync(this Core core, ulong index)
    {
        var nodes = new TreeNode?[1];
        await core.Store.ReadNodesAsync(core.Key, new[] { index }, nodes, Never);
        return nodes[0];
    }

    public static async Task<string> TextAsync(this Core core, ulong index) =>
        System.Text.Encoding.UTF8.GetString((await core.GetAsync(index)).Span);
}
