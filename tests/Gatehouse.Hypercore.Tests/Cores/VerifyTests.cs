using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Tests.Support;
using Gatehouse.Hypercore.Trees;
using static Gatehouse.Hypercore.Tests.Support.Cores;

namespace Gatehouse.Hypercore.Tests.Cores;

/// <summary>Whether what is held is what was signed, hashed anew.</summary>
public sealed class VerifyTests
{
    [Fact]
    public async Task A_core_that_is_whole_and_one_without_blocks_are_as_they_were_signed()
    {
        Assert.True(await (await WriterAsync("a", "b", "c")).VerifyAsync());
        Assert.True(await (await Core.CreateAsync(new MemoryCoreStore(), Pair())).VerifyAsync());
    }

    [Fact]
    public async Task A_block_that_is_missing_is_noticed_until_it_is_fetched()
    {
        var writer = await WriterAsync("a", "b");
        var reader = await ReaderAsync(2, Blocks("a", "b"));
        Assert.False(await reader.VerifyAsync());
        await reader.FetchAsync(writer, 0);
        Assert.False(await reader.VerifyAsync());
        await reader.FetchAsync(writer, 1);
        Assert.True(await reader.VerifyAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_block_that_is_another_is_noticed(ulong changed)
    {
        var writer = await WriterAsync("a", "b", "c");
        Assert.False(await (await CopyAsync(writer, index => index == changed ? "x" : null)).VerifyAsync());
        Assert.True(await (await CopyAsync(writer, _ => null)).VerifyAsync());
    }

    [Fact]
    public async Task A_signature_that_is_another_is_noticed_when_the_core_is_opened()
    {
        var writer = await WriterAsync("a", "b", "c");
        var other = await WriterAsync("a", "b", "d");
        var head = (await other.Store.ReadHeadAsync(other.Key, Never))!;
        await Assert.ThrowsAsync<InvalidDataException>(() => CopyAsync(writer, _ => null, head.Signature));
    }

    /// <summary>A store that was changed by something else than this library.</summary>
    private static async Task<Core> CopyAsync(
        Core core, Func<ulong, string?> change, ReadOnlyMemory<byte>? signature = null)
    {
        var store = new MemoryCoreStore();
        var head = (await core.Store.ReadHeadAsync(core.Key, Never))!;
        List<StoredBlock> blocks = [];
        for (var index = 0UL; index < core.Length; index++)
            blocks.Add(new StoredBlock(index, Block(change(index) ?? await core.TextAsync(index))));
        List<TreeNode> nodes = [];
        for (var index = 0UL; index < 2 * core.Length; index++)
        {
            if (await core.NodeAsync(index) is { } node)
                nodes.Add(node);
        }
        Assert.True(await store.CommitAsync(
            core.Key,
            new CoreCommit
            {
                ExpectedLength = 0,
                Head = head with { Signature = signature ?? head.Signature },
                Blocks = blocks,
                Nodes = nodes.ToArray(),
            },
            Never));
        return await Core.OpenAsync(store, core.Key);
    }
}
