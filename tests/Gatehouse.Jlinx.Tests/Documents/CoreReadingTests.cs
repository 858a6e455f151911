using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Trees;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;
using Gatehouse.Jlinx.Tests.Support;

namespace Gatehouse.Jlinx.Tests.Documents;

public sealed class CoreReadingTests
{
    private const int Blocks = 40;

    [Fact]
    public async Task The_tree_hash_is_npms_at_every_length()
    {
        var vectors = Vectors.Load("05-merkle-and-signatures");
        foreach (var vector in vectors.Get("cores").EnumerateArray())
        {
            var states = vector.Get("states").EnumerateArray().ToArray();
            var store = new MemoryCoreStore();
            var key = new CoreKey(vector.Get("key").Hex);
            await store.CommitAsync(
                key, new CoreCommit
                {
                    ExpectedLength = 0,
                    Head = new CoreHead(states[^1].Get("length").Number, states[^1].Get("signature").Hex, vector.Find(
                        "manifest")?.Hex, false),
                    Nodes = vector.Get("treeNodes").EnumerateArray()
                        .Select(node => new TreeNode(node.Get("index").Number, node.Get("size").Number, new Bytes32(
                            node.Get("hash").Hex)))
                        .ToArray(),
                    Blocks = [.. vectors.Get("blocks").EnumerateArray().Select((block, i) => new StoredBlock((ulong)i,
                        block.Hex))],
                },
                CancellationToken.None);
            var core = await Core.OpenAsync(store, key);
            Assert.Equal(states[^1].Get("length").Number, core.Length);
            foreach (var state in states)
            {
                var head = new Head(state.Get("length").Number, new Bytes32(state.Get("treeHash").Hex));
                Assert.Equal(head.TreeHash, await core.TreeHashAsync(head.Length));
                Assert.True(await core.HasBeenAsync(head));
            }
        }
    }

    [Fact]
    public async Task A_copy_that_came_at_once_knows_every_earlier_head()
    {
        using var pair = Made.Pair(1);
        var writer = await WriterAsync(pair);
        var hashes = await HashesAsync(writer);
        await using var link = await Link.OpenAsync(writer);
        Assert.Equal(hashes, await HashesAsync(await link.ReadAsync(Blocks)));
    }

    [Fact]
    public async Task A_copy_that_came_block_by_block_knows_every_earlier_head()
    {
        using var pair = Made.Pair(1);
        var writer = await Core.CreateAsync(new MemoryCoreStore(), pair);
        await using var link = await Link.OpenAsync(writer);
        for (var length = 1UL; length <= Blocks; length++)
        {
            await writer.AppendAsync(Made.Plain(new SessionEnded("r"), (int)length));
            await link.ReadAsync(length);
            Assert.Equal(await HashesAsync(writer), await HashesAsync(link.Copy));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(13)]
    public async Task A_copy_that_came_in_parts_over_several_connections_knows_every_earlier_head(int part)
    {
        using var pair = Made.Pair(1);
        var writer = await Core.CreateAsync(new MemoryCoreStore(), pair);
        var copy = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        for (var i = 0; i < 5; i++)
        {
            await writer.AppendAsync(
                [.. Enumerable.Range(0, part).Select(n => Made.Plain(new SessionEnded("r"), (i * part) + n))]);
            await using var link = Link.Reopen(writer, copy);
            await link.ReadAsync(writer.Length);
            Assert.Equal(await HashesAsync(writer), await HashesAsync(copy));
        }
    }

    [Fact]
    public async Task A_head_is_of_this_history_or_it_is_not()
    {
        using var pair = Made.Pair(1);
        var writer = await WriterAsync(pair);
        await using var link = await Link.OpenAsync(writer);
        var copy = await link.ReadAsync(Blocks);
        Assert.Equal(new Head(Blocks, (await writer.TreeHashAsync(Blocks))!.Value), await copy.ReadHeadAsync());
        foreach (var core in new[] { writer, copy })
        {
            for (var length = 1UL; length <= Blocks; length++)
            {
                var hash = (await writer.TreeHashAsync(length))!.Value;
                Assert.True(await core.HasBeenAsync(new Head(length, hash)));
                Assert.False(await core.HasBeenAsync(new Head(length, Made.Same(1))));
                Assert.False(await core.HasBeenAsync(new Head(length + 1, hash)));
                Assert.False(await core.HasBeenAsync(new Head(length - 1, hash)));
            }
            Assert.False(await core.HasBeenAsync(new Head(Blocks + 1, default)));
            Assert.False(await core.HasBeenAsync(new Head(ulong.MaxValue, default)));
        }
        var other = await Core.CreateAsync(new MemoryCoreStore(), pair);
        await other.AppendAsync(Made.Plain(new SessionEnded("another history")));
        Assert.False(await writer.HasBeenAsync((await other.ReadHeadAsync())!.Value));
    }

    [Fact]
    public async Task An_empty_core_has_no_head_and_no_header()
    {
        using var pair = Made.Pair(1);
        var writer = await Core.CreateAsync(new MemoryCoreStore(), pair);
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        Assert.Null(await writer.ReadHeadAsync());
        Assert.Null(await reader.ReadHeaderAsync(DocType.Did));
        Assert.Null(reader.SoleSigner());
        Assert.Equal(pair.PublicKey, writer.SoleSigner());
    }

    [Fact]
    public async Task A_header_is_read_where_it_is_of_that_type_and_well_formed()
    {
        using var pair = Made.Pair(1);
        var core = await Made.CoreAsync(pair, Made.Did(pair));
        Assert.NotNull(await core.ReadHeaderAsync(DocType.Did));
        Assert.Null(await core.ReadHeaderAsync(DocType.AppUser));
        await using var link = await Link.OpenAsync(core);
        Assert.NotNull(await (await link.ReadAsync(1)).ReadHeaderAsync(DocType.Did));
        using var other = Made.Pair(2);
        var garbled = await Made.CoreAsync(other, Made.Plain(new Deactivated()));
        Assert.Null(await garbled.ReadHeaderAsync(DocType.Did));
    }

    [Fact]
    public async Task A_core_of_another_kind_is_no_document()
    {
        using var pair = Made.Pair(1);
        var old = new CoreKey(pair.PublicKey.Bytes); // named by its signer: an old core
        var store = new MemoryCoreStore();
        var header = HeaderCodec.Write(Made.Did(pair) with { Author = new DocumentId(old) }, old, pair);
        var size = BitConverter.GetBytes((ulong)header.Length);
        var leaf = Labels.Block([0, .. size, .. header]);
        var tree = Labels.Block([2, .. leaf.ToArray(), .. new byte[8], .. size]);
        var label = Vectors.Load("02-keys-and-namespaces").Get("hypercoreNamespaces").Get("TREE").Hex;
        var signature = new byte[KeyPair.SignatureBytes];
        pair.Sign([.. label, .. tree.ToArray(), .. BitConverter.GetBytes(1UL), .. new byte[8]], signature);
        await store.CommitAsync(
            old, new CoreCommit
            {
                ExpectedLength = 0,
                Head = new CoreHead(1, signature, default, false),
                Nodes = new TreeNode[] { new(0, (ulong)header.Length, leaf) },
                Blocks = [new StoredBlock(0, header)],
            },
            CancellationToken.None);
        var core = await Core.OpenAsync(store, old);
        Assert.True(HeaderCodec.TryRead(header, old, out var read) && read.IsProvenBy([pair.PublicKey]));
        Assert.True(core.Has(0));
        Assert.Null(core.SoleSigner());
        Assert.Null(await core.ReadHeaderAsync(DocType.Did));
        Assert.Null(await Did.ReadAsync(core));
    }

    private static async Task<Core> WriterAsync(KeyPair pair)
    {
        var writer = await Core.CreateAsync(new MemoryCoreStore(), pair);
        for (var i = 0; i < Blocks; i++)
            await writer.AppendAsync(Made.Plain(new SessionEnded("r"), i));
        return writer;
    }

    private static async Task<Bytes32[]> HashesAsync(Core core)
    {
        var hashes = new List<Bytes32>();
        for (var length = 0UL; length <= core.Length; length++)
        {
            hashes.Add(await core.TreeHashAsync(length) ?? throw new InvalidDataException(
                $"Roots are missing at {length}."));
        }
        return [.. hashes];
    }
}
