using System.Text.Json;
using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Manifests;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Tests.Support;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore.Tests.Cores;

public sealed class ProofTests
{
    private static readonly JsonElement Vector = Vectors.Load("06-proofs");

    private static readonly ReadOnlyMemory<byte>[] Blocks =
        [.. Vector.Get("core").Get("blocks").EnumerateArray().Select(block => (ReadOnlyMemory<byte>)block.Hex)];

    private static readonly JsonElement[] WithoutSeek =
        [.. Vector.Get("proofs").EnumerateArray().Where(proof => proof.Get("request").Find("seek") is null)];

    [Fact]
    public async Task Every_request_and_answer_of_npm_is_made_alike()
    {
        var writer = await Support.Cores.WriterAsync(Blocks);
        Assert.Equal(Vector.Get("core").Get("key").Text, writer.Key.Bytes.ToString());
        Assert.Equal(23, WithoutSeek.Length);
        foreach (var proof in WithoutSeek)
        {
            Assert.True(RequestMessage.TryDecode(proof.Get("requestEncoded").Hex, out var request));
            using var encoded = new PooledBuffer();
            request.Encode(encoded.Writer);
            Assert.Equal(proof.Get("requestEncoded").Hex, encoded.Written.ToArray());
            var answer = await writer.ProofAsync(request);
            Assert.True(
                proof.Get("responseEncoded").Text == Convert.ToHexStringLower(answer), proof.Get("name").Text);
        }
    }

    [Fact]
    public async Task Every_answer_of_npm_is_verified()
    {
        var writer = await Support.Cores.WriterAsync(Blocks);
        foreach (var proof in WithoutSeek)
        {
            var reader = await ReaderAsync(proof);
            Assert.True(DataMessage.TryDecode(proof.Get("responseEncoded").Hex, out var data));
            Assert.True(RequestMessage.TryDecode(proof.Get("requestEncoded").Hex, out var request));
            Assert.True(data.Answers(request));
            Assert.Equal((proof.Get("name").Text, Verdict.Accepted),
                (proof.Get("name").Text, await reader.AcceptAsync(data, Support.Cores.Never)));
            await AssertPartOfAsync(reader, writer);
            Assert.Equal(11UL, reader.Length);
            if (data.Block is { } block)
                Assert.Equal(Blocks[block.Index].ToArray(), (await reader.GetAsync(block.Index)).ToArray());
        }
    }

    [Fact]
    public async Task A_flipped_bit_is_refused_or_changes_nothing_of_what_is_known()
    {
        var writer = await Support.Cores.WriterAsync(Blocks);
        foreach (var proof in WithoutSeek)
        {
            var reader = await ReaderAsync(proof);
            var accepted = 0;
            foreach (var flipped in Flips.Of(proof.Get("responseEncoded").Hex))
            {
                if (await reader.AcceptAsync(flipped) is Verdict.Refused or Verdict.Late)
                    continue;
                accepted++;
                Assert.False(reader.IsFrozen);
                await AssertPartOfAsync(reader, writer);
                reader = await ReaderAsync(proof);
            }
            // The id, flags that mean nothing or drop a part, a manifest that is known, patches, a redundant path.
            Assert.InRange(accepted, 0, proof.Get("request").Get("manifest").GetBoolean() ? 80 : 60);
        }
    }

    [Fact]
    public async Task A_block_within_an_upgrade_adds_each_node_once()
    {
        var writer = await Support.Cores.WriterAsync(Blocks);
        for (var index = 0UL; index < writer.Length; index++)
        {
            var request = new RequestMessage { Id = 1, Block = new(index, 0), Upgrade = new(0, writer.Length) };
            Assert.True(DataMessage.TryDecode(await writer.ProofAsync(request), out var data));
            var batch = new MerkleTree();
            Assert.True(ProofCheck.TryApply(data, batch, out _));
            var indexes = batch.Added.ToArray().Select(node => node.Index).ToArray();
            Assert.Contains(2 * index, indexes);
            Assert.Equal(indexes.Distinct(), indexes);
        }
    }

    [Fact]
    public void An_answer_cut_short_is_refused()
    {
        foreach (var proof in WithoutSeek)
        {
            var body = proof.Get("responseEncoded").Hex;
            for (var length = 0; length < body.Length; length++)
                Assert.False(DataMessage.TryDecode(body.AsMemory(0, length), out _));
            Assert.True(DataMessage.TryDecode((byte[])[.. body, 1, 2, 3], out _)); // newer peers may say more
        }
    }

    [Fact]
    public async Task An_answer_that_was_not_asked_for_is_noticed()
    {
        var writer = await Support.Cores.WriterAsync(Blocks);
        var asked = new RequestMessage { Id = 7, Block = new(3, 0) };
        Assert.True(DataMessage.TryDecode(await writer.ProofAsync(asked), out var data));
        Assert.True(data.Answers(asked));
        Assert.False(data.Answers(asked with { Id = 8 }));
        Assert.False(data.Answers(asked with { Fork = 1 }));
        Assert.False(data.Answers(asked with { Block = new(4, 0) }));
        Assert.False(data.Answers(asked with { Block = null, Hash = new(6, 0) }));
        var more = new RequestMessage { Id = 7, Upgrade = new(0, 11), Manifest = true };
        Assert.True(DataMessage.TryDecode(await writer.ProofAsync(more), out data));
        Assert.True(data.Answers(more));
        Assert.False(data.Answers(more with { Manifest = false }));
        Assert.False(data.Answers(more with { Upgrade = new(0, 10) }));
        Assert.False(data.Answers(more with { Upgrade = null }));
    }

    [Theory]
    [InlineData(5, 9)]
    [InlineData(5, 0)]
    [InlineData(12, 1)]
    [InlineData(9007199254740991, 9007199254740991)]
    public async Task An_upgrade_beyond_the_end_or_to_nowhere_is_invalid(ulong start, ulong length)
    {
        var writer = await Support.Cores.WriterAsync(Blocks);
        Assert.Equal(Answer.Invalid, await writer.AnswerAsync(new() { Id = 1, Upgrade = new(start, length) }));
    }

    [Fact]
    public async Task A_path_that_leaves_the_tree_is_invalid()
    {
        var writer = await Support.Cores.WriterAsync(Blocks);
        Assert.Equal(Answer.Invalid, await writer.AnswerAsync(new() { Id = 1, Block = new(0, 5) }));
        Assert.Equal(Answer.Invalid, await writer.AnswerAsync(new() { Id = 1, Block = new(0, ulong.MaxValue) }));
        Assert.Equal(Answer.Invalid, await writer.AnswerAsync(new() { Id = 1, Block = new(0, 0), Hash = new(0, 0) }));
    }

    [Fact]
    public async Task What_is_not_held_is_not_available()
    {
        var writer = await Support.Cores.WriterAsync(Blocks);
        Assert.Equal(Answer.NotAvailable, await writer.AnswerAsync(new() { Id = 1, Block = new(11, 0) }));
        Assert.Equal(Answer.NotAvailable, await writer.AnswerAsync(new() { Id = 1, Hash = new(15, 0) }));
        Assert.Equal(Answer.NotAvailable, await writer.AnswerAsync(new() { Id = 1, Fork = 1, Block = new(1, 0) }));
        Assert.Equal(Answer.NotAvailable, await writer.AnswerAsync(new() { Id = 1, Seek = new(20, 0) }));
        var reader = await Support.Cores.ReaderAsync(11, Blocks);
        Assert.Equal(Answer.NotAvailable, await reader.AnswerAsync(new() { Id = 1, Block = new(1, 0) }));
        Assert.Equal(Answer.NotAvailable, await reader.AnswerAsync(new() { Id = 1, Upgrade = new(3, 8) }));
        Assert.Equal(Answer.Proof, await reader.AnswerAsync(new() { Id = 1, Upgrade = new(0, 11) }));
    }

    [Fact]
    public async Task An_empty_core_answers_with_its_manifest_and_nothing_else()
    {
        var writer = await Support.Cores.WriterAsync(Array.Empty<string>());
        var body = await writer.ProofAsync(new() { Id = 1, Upgrade = new(0, 5), Manifest = true });
        Assert.True(DataMessage.TryDecode(body, out var data));
        Assert.True(data is { Upgrade: null, Block: null, Hash: null, Manifest: not null });
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        Assert.Equal(Verdict.Accepted, await reader.AcceptAsync(body));
        Assert.Equal(writer.Manifest!.Key, reader.Manifest!.Key);
    }

    [Fact]
    public async Task A_seek_beside_something_else_is_left_out()
    {
        var writer = await Support.Cores.WriterAsync(Blocks);
        var plain = await writer.ProofAsync(new() { Id = 1, Block = new(2, 3) });
        Assert.Equal(plain, await writer.ProofAsync(new() { Id = 1, Block = new(2, 3), Seek = new(20, 0) }));
    }

    [Fact]
    public async Task A_manifest_of_another_core_is_refused()
    {
        var other = await Core.CreateAsync(new MemoryCoreStore(), Support.Cores.Pair(2));
        await other.AppendAsync(Blocks);
        var writer = await Support.Cores.WriterAsync(Blocks);
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        var request = new RequestMessage { Id = 1, Upgrade = new(0, 11), Manifest = true };
        Assert.Equal(Verdict.Refused, await reader.AcceptAsync(await other.ProofAsync(request)));
        Assert.Equal(Verdict.Refused, await reader.AcceptAsync(
            await writer.ProofAsync(request with { Manifest = false }))); // whose signature isn't an old core's
        Assert.Null(reader.Manifest);
        Assert.Equal(0UL, reader.Length);
        Assert.Equal(Verdict.Accepted, await reader.AcceptAsync(await writer.ProofAsync(request)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_manifest_that_names_the_key_as_its_signer_is_refused(bool isOld)
    {
        var writer = await Support.Cores.WriterAsync(Blocks);
        var store = new MemoryCoreStore();
        var reader = await Core.OpenAsync(store, writer.Key);
        var named = isOld ? Manifest.Compat(writer.Key) : Manifest.SignedBy(new PublicKey(writer.Key.Bytes));
        byte[] told = [(byte)DataMessage.ManifestFlag, 1, 0, .. named.Encoded];
        Assert.Equal(Verdict.Refused, await reader.AcceptAsync(told));
        Assert.Null(reader.Manifest);
        await reader.UpgradeAsync(writer);
        for (var i = 0UL; i < writer.Length; i++)
            await reader.FetchAsync(writer, i);
        Assert.Equal(writer.Length, (await Core.OpenAsync(store, writer.Key)).ContiguousLength);
    }

    [Fact]
    public async Task Sizes_that_nobody_proved_are_not_kept()
    {
        var writer = await Support.Cores.WriterAsync(Blocks);
        var reader = await Support.Cores.ReaderAsync(11, Blocks);
        var body = await writer.ProofAsync(new() { Id = 1, Hash = new(0, 3) });
        // 02 01 00, index 0, 4 nodes: index, size and hash of node 0, then of node 2.
        (body[6], body[6 + 34]) = ((byte)(body[6] + 1), (byte)(body[6 + 34] - 1));
        Assert.Equal(Verdict.Accepted, await reader.AcceptAsync(body));
        await AssertPartOfAsync(reader, writer);
    }

    [Fact]
    public async Task A_byte_moved_between_two_nodes_keeps_no_block_away()
    {
        for (var signed = 2UL; signed <= 9; signed++)
        {
            var writer = await Support.Cores.WriterAsync(Blocks.Take((int)signed));
            for (var end = 1UL; end <= signed; end++)
            {
                for (var known = 0UL; known < end; known++)
                    await MoveBytesAsync(writer, known, end);
            }
        }
    }

    [Fact]
    public async Task Nodes_beyond_the_upgrade_are_those_that_a_prover_sends()
    {
        var writer = await Support.Cores.WriterAsync(Blocks.Take(6));
        var reader = await Support.Cores.ReaderAsync(0, Blocks);
        var request = new RequestMessage { Id = 1, Upgrade = new(0, 4), Manifest = true };
        var forgery = new Forgery(await writer.ProofAsync(request));
        Assert.Equal(9UL, Assert.Single(forgery.Additional).Index);
        forgery.Additional.Clear();
        forgery.Additional.Add((await writer.NodeAsync(8))!.Value);
        forgery.Additional.Add((await writer.NodeAsync(10))!.Value);
        Assert.Equal(Verdict.Refused, await reader.AcceptAsync(forgery.Encode()));
        Assert.Equal(Verdict.Accepted, await reader.AcceptAsync(await writer.ProofAsync(request)));
    }

    /// <summary>Whatever a liar did to the upgrade first, the honest writer completes the core.</summary>
    private static async Task MoveBytesAsync(Core writer, ulong known, ulong end)
    {
        var request = new RequestMessage { Id = 1, Upgrade = new(known, end - known), Manifest = known == 0 };
        var forgery = new Forgery(await writer.ProofAsync(request));
        for (var pair = 0; pair < forgery.Count * forgery.Count; pair++)
        {
            var (from, to) = (pair / forgery.Count, pair % forgery.Count);
            forgery.Shift(from, to);
            var reader = await Support.Cores.ReaderAsync(known, Blocks);
            if (await reader.AcceptAsync(forgery.Encode()) == Verdict.Refused)
                await reader.UpgradeAsync(writer);
            forgery.Shift(to, from);
            await AssertPartOfAsync(reader, writer);
            for (var i = 0UL; i < writer.Length; i++)
                await reader.FetchAsync(writer, i);
            await AssertPartOfAsync(reader, writer);
            Assert.Equal(writer.Length, reader.ContiguousLength);
        }
    }

    internal static async Task AssertPartOfAsync(Core reader, Core writer)
    {
        foreach (var index in Enumerable.Range(0, 2 * (int)writer.Length).Select(index => (ulong)index))
        {
            if (await reader.NodeAsync(index) is { } node)
                Assert.Equal(await writer.NodeAsync(index), node);
            if (index < writer.Length && reader.Has(index))
                Assert.Equal((await writer.GetAsync(index)).ToArray(), (await reader.GetAsync(index)).ToArray());
        }
        Assert.True(reader.Length <= writer.Length);
    }

    /// <summary>One that has no block yet but all nodes below its length: for it npm made the short paths.</summary>
    private static async Task<Core> ReaderAsync(JsonElement proof)
    {
        var length = proof.Get("readerLength").Number;
        var reader = await Support.Cores.ReaderAsync(length, Blocks);
        var tree = new MerkleTree();
        foreach (var block in Blocks.Take((int)length))
            tree.AppendBlock(block.Span);
        var head = await reader.Store.ReadHeadAsync(reader.Key, Support.Cores.Never);
        if (head is not null)
        {
            var nodes = new CoreCommit
            {
                ExpectedLength = length, ExpectedSignature = head.Signature, Head = head, Nodes = tree.Added,
            };
            Assert.True(await reader.Store.CommitAsync(reader.Key, nodes, Support.Cores.Never));
        }
        return reader;
    }
}
