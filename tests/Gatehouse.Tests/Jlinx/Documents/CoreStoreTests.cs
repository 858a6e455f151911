using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Tests.Jlinx.Documents;

/// <summary>What every store of cores promises.</summary>
public abstract class CoreStoreTests : IAsyncLifetime
{
    private static readonly CoreKey Key = new(Filled(1)), Other = new(Filled(2));

    private ICoreStore store = null!;

    public async Task InitializeAsync() => store = await OpenAsync();

    public virtual Task DisposeAsync() => Task.CompletedTask;

    /// <summary>An empty one.</summary>
    protected abstract Task<ICoreStore> OpenAsync();

    [Fact]
    public async Task Of_an_unknown_core_nothing_is_held()
    {
        Assert.Null(await store.ReadHeadAsync(Key, default));
        Assert.Empty(await store.ReadHeldAsync(Key, default));
        Assert.Null(await store.ReadBlockAsync(Key, 0, default));
        Assert.Null(await store.ReadEvidenceAsync(Key, default));
        Assert.Equal([null, null], await NodesAsync(0, 1));
    }

    [Fact]
    public async Task What_is_committed_is_read_again()
    {
        var head = Head(2) with { Signature = Filled(5), Manifest = Filled(6) };
        Assert.True(await CommitAsync(0, head, [0, 1], [0, 1, 2]));
        var read = (await store.ReadHeadAsync(Key, default))!;
        Assert.Equal((2UL, false), (read.Length, read.IsFrozen));
        Assert.Equal(Filled(5), read.Signature.ToArray());
        Assert.Equal(Filled(6), read.Manifest.ToArray());
        Assert.Equal([new BlockRange(0, 2)], await store.ReadHeldAsync(Key, default));
        Assert.Equal("block 1"u8.ToArray(), (await store.ReadBlockAsync(Key, 1, default))!.Value.ToArray());
        Assert.Equal([Node(2), null, Node(0)], await NodesAsync(2, 3, 0));
        Assert.Null(await store.ReadHeadAsync(Other, default));
        Assert.Null(await store.ReadBlockAsync(Other, 1, default));
    }

    [Fact]
    public async Task Another_length_than_expected_changes_nothing()
    {
        Assert.False(await CommitAsync(1, Head(2), [0], [0]));
        Assert.Null(await store.ReadHeadAsync(Key, default));
        Assert.True(await CommitAsync(0, Head(1), [0], [0]));
        foreach (var expected in new[] { 0UL, 2UL })
        {
            Assert.False(await CommitAsync(expected, Head(3), [1], [1, 2]));
            Assert.Equal(1UL, (await store.ReadHeadAsync(Key, default))!.Length);
            Assert.Null(await store.ReadBlockAsync(Key, 1, default));
            Assert.Equal([null, null], await NodesAsync(1, 2));
        }
        Assert.True(await CommitAsync(1, Head(2), [1], [1, 2]));
    }

    [Fact]
    public async Task Another_signature_than_expected_changes_nothing()
    {
        Assert.True(await CommitAsync(0, Head(2), [0, 1], [0, 1, 2]));
        foreach (var expected in new byte[][] { Filled(9), [], [.. Filled(4), 4] })
        {
            var commit = new CoreCommit
            {
                ExpectedLength = 2,
                ExpectedSignature = expected,
                Head = Head(3) with { Signature = Filled(8) },
                Blocks = [new StoredBlock(2, "block 2"u8.ToArray())],
                Nodes = new[] { Node(4) },
            };
            Assert.False(await store.CommitAsync(Key, commit, default));
        }
        var read = (await store.ReadHeadAsync(Key, default))!;
        Assert.Equal(2UL, read.Length);
        Assert.Equal(Filled(4), read.Signature.ToArray());
        Assert.Null(await store.ReadBlockAsync(Key, 2, default));
        Assert.Equal([null], await NodesAsync(4));
        Assert.True(await CommitAsync(2, Head(3), [2], [4]));
    }

    [Fact]
    public async Task Of_sixteen_commits_at_once_one_wins()
    {
        var won = await Task.WhenAll(Enumerable.Range(0, 16).Select(
            i => Task.Run(async () => await CommitAsync(0, Head((ulong)i + 1), [(ulong)i], [2 * (ulong)i]))));
        Assert.Single(won, committed => committed);
        var winner = Array.IndexOf(won, true);
        Assert.Equal((ulong)winner + 1, (await store.ReadHeadAsync(Key, default))!.Length);
        Assert.Equal([new BlockRange((ulong)winner, 1)], await store.ReadHeldAsync(Key, default));
    }

    [Fact]
    public async Task A_reader_may_hold_some_blocks_and_not_others()
    {
        Assert.True(await CommitAsync(0, Head(100), [], []));
        foreach (var index in (ulong[])[3, 0, 9, 4, 1, 10, 50])
            Assert.True(await CommitAsync(100, Head(100), [index], []));
        Assert.Equal(
            [new BlockRange(0, 2), new BlockRange(3, 2), new BlockRange(9, 2), new BlockRange(50, 1)],
            await store.ReadHeldAsync(Key, default));
        Assert.Null(await store.ReadBlockAsync(Key, 2, default));
    }

    [Fact]
    public async Task What_is_held_already_stays_as_it_is()
    {
        Assert.True(await CommitAsync(0, Head(1), [0], [0]));
        var commit = new CoreCommit
        {
            ExpectedLength = 1,
            ExpectedSignature = Filled(4),
            Head = Head(1),
            Blocks = [new StoredBlock(0, "another"u8.ToArray())],
            Nodes = new[] { new TreeNode(0, 7, new Bytes32(Filled(9))) },
        };
        Assert.True(await store.CommitAsync(Key, commit, default));
        Assert.Equal("block 0"u8.ToArray(), (await store.ReadBlockAsync(Key, 0, default))!.Value.ToArray());
        Assert.Equal([Node(0)], await NodesAsync(0));
    }

    [Fact]
    public async Task What_is_there_beyond_the_length_fails_the_commit_that_would_meet_it()
    {
        Assert.True(await CommitAsync(0, Head(2), [0, 1, 2], [0, 1, 2, 4])); // as if a part of it were restored
        await Assert.ThrowsAsync<InvalidDataException>(() => CommitAsync(2, Head(3), [2], []));
        await Assert.ThrowsAsync<InvalidDataException>(() => CommitAsync(2, Head(4), [], [4, 6, 5]));
        Assert.Equal(2UL, (await store.ReadHeadAsync(Key, default))!.Length);
        Assert.Equal([null, null], await NodesAsync(5, 6));
        Assert.True(await CommitAsync(2, Head(2), [1], [2, 1])); // a reader fetched again what it has
    }

    [Fact]
    public async Task A_node_that_reaches_beyond_the_length_is_new()
    {
        Assert.True(await CommitAsync(0, Head(3), [], [1, 3, 4]));
        await Assert.ThrowsAsync<InvalidDataException>(() => CommitAsync(3, Head(4), [], [6, 3]));
        Assert.Equal([null], await NodesAsync(6));
    }

    [Fact]
    public async Task No_node_is_asked_for_and_none_is_found()
    {
        Assert.Empty(await NodesAsync());
        Assert.True(await CommitAsync(0, Head(1), [0], [0]));
        Assert.Empty(await NodesAsync());
    }

    [Fact]
    public async Task A_core_that_was_restored_in_part_is_opened_by_nobody()
    {
        using var pair = KeyPair.FromSeed(Filled(3));
        var core = await Core.CreateAsync(store, pair);
        await core.AppendAsync("the first"u8.ToArray());
        var head = (await store.ReadHeadAsync(core.Key, default))!;
        var beyond = new CoreCommit
        {
            ExpectedLength = 1,
            ExpectedSignature = head.Signature,
            Head = head,
            Blocks = [new StoredBlock(1, "of another history"u8.ToArray())],
        };
        Assert.True(await store.CommitAsync(core.Key, beyond, default));
        await Assert.ThrowsAsync<InvalidDataException>(async () => await Core.CreateAsync(store, pair));
        await Assert.ThrowsAsync<InvalidDataException>(async () => await Core.OpenAsync(store, core.Key));
        await Assert.ThrowsAsync<InvalidDataException>(async () => await core.AppendAsync("the second"u8.ToArray()));
        Assert.Equal(1UL, (await store.ReadHeadAsync(core.Key, default))!.Length);
    }

    [Fact]
    public async Task A_frozen_core_takes_nothing_and_keeps_its_evidence()
    {
        Assert.True(await CommitAsync(0, Head(1), [0], [0]));
        var time = new DateTimeOffset(2026, 11, 20, 1, 2, 3, TimeSpan.Zero);
        var evidence = new Evidence(Filled(7), Filled(8), time);
        var frozen = new CoreCommit
        {
            ExpectedLength = 1, ExpectedSignature = Filled(4), Head = Head(1) with { IsFrozen = true }, Evidence = evidence,
        };
        Assert.True(await store.CommitAsync(Key, frozen, default));
        Assert.False(await CommitAsync(1, Head(2), [1], [1, 2]));
        Assert.True((await store.ReadHeadAsync(Key, default))!.IsFrozen);
        var read = (await store.ReadEvidenceAsync(Key, default))!;
        Assert.Equal(Filled(7), read.Ours.ToArray());
        Assert.Equal(Filled(8), read.Theirs.ToArray());
        Assert.Equal(time, read.FoundAt);
        Assert.Null(await store.ReadEvidenceAsync(Other, default));
    }

    [Fact]
    public async Task Memory_that_was_committed_may_be_used_for_something_else()
    {
        var block = "block"u8.ToArray();
        var nodes = new[] { Node(0) };
        var commit = new CoreCommit
        {
            ExpectedLength = 0,
            Head = Head(1),
            Blocks = [new StoredBlock(0, block)],
            Nodes = nodes,
        };
        Assert.True(await store.CommitAsync(Key, commit, default));
        Array.Clear(block);
        Array.Clear(nodes);
        Assert.Equal("block"u8.ToArray(), (await store.ReadBlockAsync(Key, 0, default))!.Value.ToArray());
        Assert.Equal([Node(0)], await NodesAsync(0));
    }

    [Fact]
    public async Task A_core_lives_on_it_from_its_first_block_to_a_second_process()
    {
        using var pair = KeyPair.FromSeed(Filled(3));
        var core = await Core.CreateAsync(store, pair);
        await core.AppendAsync([.. Enumerable.Range(0, 700).Select(i => (ReadOnlyMemory<byte>)BitConverter.GetBytes(i))]);
        await core.AppendAsync("the last"u8.ToArray());
        var again = await Core.CreateAsync(store, pair);
        Assert.Equal((701UL, 701UL), (again.Length, again.ContiguousLength));
        Assert.Equal(BitConverter.GetBytes(456), (await again.GetAsync(456)).ToArray());
        Assert.Equal(701UL, await again.AppendAsync("one more"u8.ToArray()));
        var refused = await Assert.ThrowsAsync<CoreRefusedException>(
            async () => await core.AppendAsync("a second history"u8.ToArray()));
        Assert.Equal(CoreRefusal.AnotherWriter, refused.Reason);
        Assert.Equal(702UL, (await Core.OpenAsync(store, core.Key)).Length);
    }

    private static byte[] Filled(byte value) => [.. Enumerable.Repeat(value, 32)];

    private static CoreHead Head(ulong length) => new(length, Filled(4), Filled(5), IsFrozen: false);

    private static TreeNode Node(ulong index) => new(index, index + 1, new Bytes32(Filled((byte)index)));

    private async Task<TreeNode?[]> NodesAsync(params ulong[] indexes)
    {
        var nodes = new TreeNode?[indexes.Length];
        await store.ReadNodesAsync(Key, indexes, nodes, default);
        return nodes;
    }

    private async Task<bool> CommitAsync(ulong expected, CoreHead head, ulong[] blocks, ulong[] nodes) =>
        await store.CommitAsync(Key, new CoreCommit
        {
            ExpectedLength = expected,
            ExpectedSignature = expected == 0 ? default(ReadOnlyMemory<byte>) : Filled(4),
            Head = head,
            Blocks = [.. blocks.Select(i => new StoredBlock(i, System.Text.Encoding.UTF8.GetBytes($"block {i}")))],
            Nodes = nodes.Select(Node).ToArray(),
        }, default);
}
