using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Tests.Support;
using static Gatehouse.Hypercore.Tests.Support.Cores;

namespace Gatehouse.Hypercore.Tests.Cores;

public sealed class WritingTests
{
    [Fact]
    public async Task A_core_that_another_process_makes_and_writes_at_the_same_moment_is_opened()
    {
        var store = new FaultyStore(new MemoryCoreStore());
        using var pair = Pair();
        var theirs = await Core.CreateAsync(store, pair);
        await theirs.AppendAsync(Block("a"));
        store.IsLate = true;

        var ours = await Core.CreateAsync(store, pair);

        Assert.Equal(1UL, ours.Length);
    }

    [Fact]
    public async Task A_block_that_was_made_for_another_place_is_not_appended()
    {
        var core = await WriterAsync("a", "b");

        var refused = await Assert.ThrowsAsync<CoreRefusedException>(
            async () => await core.AppendAtAsync(1, Block("for one")));
        Assert.Equal((CoreRefusal.AnotherWriter, 2UL), (refused.Reason, core.Length));

        await core.AppendAtAsync(2, Block("for two"));
        Assert.Equal("for two", await core.TextAsync(2));
    }

    [Fact]
    public async Task What_is_appended_is_read_and_is_there_after_opening_again()
    {
        var store = new MemoryCoreStore();
        using var pair = Pair();
        var core = await Core.CreateAsync(store, pair);
        Assert.Equal(0UL, await core.AppendAsync(Block("one")));
        Assert.Equal(1UL, await core.AppendAsync(Blocks("two", "three")));
        var again = await Core.CreateAsync(store, pair);
        Assert.Equal((3UL, 3UL), (again.Length, again.ContiguousLength));
        Assert.Equal(3UL, await again.AppendAsync(Block("four")));
        var reader = await Core.OpenAsync(store, core.Key);
        Assert.Equal(["one", "two", "three", "four"], await TextsAsync(reader, 4));
        Assert.False(reader.IsWritable);
    }

    [Fact]
    public async Task Blocks_appended_together_make_the_same_tree_as_one_by_one()
    {
        var together = await WriterAsync("a", "b", "c", "d", "e");
        var apart = await Core.CreateAsync(new MemoryCoreStore(), Pair());
        foreach (var text in new[] { "a", "b", "c", "d", "e" })
            await apart.AppendAsync(Block(text));
        var proof = new RequestMessage { Id = 1, Upgrade = new(0, 5), Manifest = true };
        Assert.Equal(await together.ProofAsync(proof), await apart.ProofAsync(proof));
    }

    [Fact]
    public async Task Nothing_an_empty_block_and_one_too_large_are_refused()
    {
        var core = await WriterAsync("one");
        await Assert.ThrowsAsync<ArgumentException>(async () => await core.AppendAsync(Blocks()));
        await Assert.ThrowsAsync<ArgumentException>(async () => await core.AppendAsync(Blocks("two", "")));
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await core.AppendAsync(new byte[Core.MaxBlockBytes + 1]));
        Assert.Equal(1UL, core.Length);
        Assert.Equal(1UL, await core.AppendAsync(new byte[Core.MaxBlockBytes]));
    }

    [Fact]
    public async Task A_batch_is_bounded_before_anything_happens()
    {
        var core = await WriterAsync("one");
        ReadOnlyMemory<byte> tiny = new byte[1], huge = new byte[Core.MaxBlockBytes];
        ReadOnlyMemory<byte>[] full = [.. Enumerable.Repeat(huge, Core.MaxBatchBytes / Core.MaxBlockBytes)];
        ReadOnlyMemory<byte> rest = new byte[(Core.MaxBatchBytes % Core.MaxBlockBytes) + 1];
        ReadOnlyMemory<byte>[] many = [.. Enumerable.Repeat(tiny, Core.MaxBatchBlocks)];
        await Assert.ThrowsAsync<ArgumentException>(async () => await core.AppendAsync([.. full, rest]));
        await Assert.ThrowsAsync<ArgumentException>(async () => await core.AppendAsync([.. many, tiny]));
        Assert.Equal(1UL, core.Length);
        Assert.Equal(1UL, await core.AppendAsync(many));
        Assert.Equal(1UL + Core.MaxBatchBlocks, await core.AppendAsync([.. full, rest[1..]]));
    }

    [Fact]
    public async Task A_core_opened_to_read_is_not_written()
    {
        var reader = await ReaderAsync(3, Blocks("a", "b", "c"));
        Assert.Equal(CoreRefusal.NotWritable, await RefusalAsync(reader));
    }

    [Fact]
    public async Task Of_two_writers_on_one_store_one_is_refused()
    {
        var store = new MemoryCoreStore();
        using var pair = Pair();
        var one = await Core.CreateAsync(store, pair);
        var other = await Core.CreateAsync(store, pair);
        await one.AppendAsync(Block("one"));
        Assert.Equal(CoreRefusal.AnotherWriter, await RefusalAsync(other, lengthThen: 1));
        Assert.Equal(["one"], await TextsAsync(await Core.CreateAsync(store, pair), 1));
        Assert.Equal(1UL, await other.AppendAsync(Block("two")));
        Assert.Equal(CoreRefusal.AnotherWriter, await RefusalAsync(one, lengthThen: 2));
        Assert.Equal(["one", "two"], await TextsAsync(one, 2));
    }

    [Theory]
    [InlineData("B")]
    [InlineData("B", "C")]
    public async Task A_writer_does_not_go_on_from_what_another_wrote_in_a_store_that_was_set_back(params string[] texts)
    {
        using var pair = Pair();
        var store = new FaultyStore(new MemoryCoreStore());
        var backup = new MemoryCoreStore();
        var ours = await Core.CreateAsync(store, pair);
        var theirs = await Core.CreateAsync(backup, pair);
        await ours.AppendAsync(Block("a"));
        await theirs.AppendAsync(Block("a"));
        await ours.AppendAsync(Block("b"));
        store.Store = backup;
        await theirs.AppendAsync(Blocks(texts));

        await Assert.ThrowsAsync<InvalidDataException>(async () => await ours.AppendAsync(Block("c")));
        await Assert.ThrowsAsync<InvalidDataException>(async () => await ours.ReloadAsync());
        await Assert.ThrowsAsync<InvalidDataException>(async () => await ours.AppendAsync(Block("c")));

        Assert.Equal(2UL, ours.Length);
        var stored = await Core.OpenAsync(backup, theirs.Key);
        Assert.Equal(["a", .. texts], await TextsAsync(stored, (int)stored.Length));
        Assert.True(await stored.VerifyAsync());
    }

    [Fact]
    public async Task Sixteen_appends_at_once_make_one_history()
    {
        var core = await WriterAsync("zero");
        await Task.WhenAll(Enumerable.Range(0, 16).Select(
            i => Task.Run(async () => await core.AppendAsync(Block($"block {i}")))));
        Assert.Equal(17UL, core.Length);
        var reader = await Core.OpenAsync(new MemoryCoreStore(), core.Key);
        await reader.UpgradeAsync(core);
        for (var i = 0UL; i < 17; i++)
            await reader.FetchAsync(core, i);
        Assert.Equal(17UL, reader.ContiguousLength);
    }

    [Fact]
    public async Task A_change_is_told_after_it_is_in_the_store()
    {
        var core = await WriterAsync(Array.Empty<string>());
        List<ulong> stored = [];
        core.Subscribe(change =>
        {
            var head = core.Store.ReadHeadAsync(core.Key, Never);
            Assert.True(head.IsCompletedSuccessfully);
            stored.Add(head.Result!.Length);
        });
        await core.AppendAsync(Block("one"));
        await core.AppendAsync(Blocks("two", "three"));
        Assert.Equal([1UL, 3UL], stored);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_store_that_fails_leaves_a_whole_history_that_goes_on(bool afterCommit)
    {
        for (var calls = 0; calls < 6; calls++)
        {
            using var pair = Pair();
            var memory = new MemoryCoreStore();
            var store = new FaultyStore(memory) { FailsAfterCommit = afterCommit };
            var core = await Core.CreateAsync(store, pair);
            store.CallsUntilFailure = calls;
            var appended = await AppendUntilFailureAsync(core);
            Assert.Equal((ulong)appended, core.Length); // what failed is not announced, even when it was committed
            var again = await Core.CreateAsync(memory, pair);
            Assert.InRange(again.Length, (ulong)appended, (ulong)appended + 1);
            Assert.Equal(again.Length, again.ContiguousLength);
            Assert.Equal(again.Length, await again.AppendAsync(Block("goes on")));
            var reader = await Core.OpenAsync(new MemoryCoreStore(), core.Key);
            await reader.UpgradeAsync(again);
            for (var i = 0UL; i < again.Length; i++)
                await reader.FetchAsync(again, i);
        }
    }

    [Fact]
    public async Task After_a_failure_that_was_none_the_writer_is_refused_once()
    {
        using var pair = Pair();
        var store = new FaultyStore(new MemoryCoreStore()) { FailsAfterCommit = true };
        var core = await Core.CreateAsync(store, pair);
        store.CallsUntilFailure = 0;
        await Assert.ThrowsAsync<IOException>(async () => await core.AppendAsync(Block("committed")));
        store.CallsUntilFailure = int.MaxValue;
        Assert.Equal(CoreRefusal.AnotherWriter, await RefusalAsync(core, lengthThen: 1));
        Assert.Equal(1UL, await core.AppendAsync(Block("next")));
        Assert.Equal(["committed", "next"], await TextsAsync(await Core.CreateAsync(store, pair), 2));
    }

    [Fact]
    public async Task Of_two_readers_on_one_store_each_learns_what_the_other_wrote()
    {
        var writer = await WriterAsync("one", "two", "three");
        var store = new FaultyStore(new MemoryCoreStore()) { FailsAfterCommit = true };
        var first = await Core.OpenAsync(store, writer.Key);
        var second = await Core.OpenAsync(store, writer.Key);
        var waiting = second.GetAsync(1).AsTask();
        await first.UpgradeAsync(writer);
        await first.FetchAsync(writer, 1);
        var proof = await writer.ProofAsync(new() { Id = 1, Upgrade = new(0, 3), Manifest = true });
        Assert.Equal(Verdict.Late, await second.AcceptAsync(proof));
        Assert.Equal("two"u8.ToArray(), (await waiting).ToArray());
        Assert.Equal((3UL, writer.Key), (second.Length, second.Manifest!.Key));

        store.CallsUntilFailure = 1; // after the node that the block is compared with
        proof = await writer.ProofAsync(new() { Id = 1, Block = new(0, 0) });
        await Assert.ThrowsAsync<IOException>(() => second.AcceptAsync(proof));
        store.CallsUntilFailure = int.MaxValue;
        Assert.Equal(Verdict.Late, await second.AcceptAsync(proof));
        Assert.Equal(2UL, second.ContiguousLength);

        var other = await WriterAsync("one", "TWO", "three");
        proof = await other.ProofAsync(new RequestMessage { Upgrade = new(0, 3) });
        Assert.Equal(Verdict.Conflict, await first.AcceptAsync(proof));
        Assert.Equal(Verdict.Late, await second.AcceptAsync(proof));
        Assert.True(second.IsFrozen);
    }

    [Fact]
    public async Task A_writer_whom_a_peer_has_seen_further_first_catches_up()
    {
        var whole = await WriterAsync("one", "two", "three");
        var restored = await WriterAsync("one");
        var peer = new object();
        restored.Sightings.Add(peer, 3);
        Assert.Equal(CoreRefusal.Behind, await RefusalAsync(restored));
        await restored.UpgradeAsync(whole);
        Assert.Equal(CoreRefusal.Behind, await RefusalAsync(restored)); // the blocks are missing yet
        await restored.FetchAsync(whole, 2);
        await restored.FetchAsync(whole, 1);
        Assert.Equal(3UL, await restored.AppendAsync(Block("four")));
        Assert.Equal(["one", "two", "three", "four"], await TextsAsync(restored, 4));
    }

    [Fact]
    public async Task A_writer_whom_a_peer_tells_first_of_what_another_process_wrote_reads_it()
    {
        var store = new MemoryCoreStore();
        using var pair = Pair();
        var (one, other) = (await Core.CreateAsync(store, pair), await Core.CreateAsync(store, pair));
        await other.AppendAsync(Block("one"));
        one.Sightings.Add(new object(), 1);

        Assert.Equal(CoreRefusal.AnotherWriter, await RefusalAsync(one, lengthThen: 1));

        Assert.Equal(1UL, await one.AppendAsync(Block("two")));
        one.Sightings.Add(new object(), 5);
        await other.ReloadAsync();
        await other.AppendAsync(Block("three"));
        Assert.Equal(CoreRefusal.AnotherWriter, await RefusalAsync(one, lengthThen: 3));
        Assert.Equal(CoreRefusal.Behind, await RefusalAsync(one));
    }

    [Fact]
    public async Task A_peer_without_proof_stops_the_writer_only_until_that_is_found()
    {
        var core = await WriterAsync("one");
        var (liar, other) = (new object(), new object());
        core.Sightings.Add(liar, 1_000_000);
        core.Sightings.Add(other, 2);
        core.Sightings.Disprove(liar);
        Assert.Equal(CoreRefusal.Behind, await RefusalAsync(core));
        core.DismissSightings();
        Assert.Equal(1UL, await core.AppendAsync(Block("two")));
    }

    [Fact]
    public async Task Liars_with_many_names_are_counted_but_not_remembered()
    {
        var core = await WriterAsync("one");
        object[] liars = [.. Enumerable.Range(0, 1000).Select(_ => new object())];
        foreach (var liar in liars)
            core.Sightings.Add(liar, 9);
        foreach (var liar in liars)
            core.Sightings.Disprove(liar);
        Assert.Equal(CoreRefusal.Behind, await RefusalAsync(core));
        core.DismissSightings();
        Assert.Equal(1UL, await core.AppendAsync(Block("two")));
    }

    [Fact]
    public async Task A_store_whose_tree_is_not_the_signed_one_is_not_opened()
    {
        var core = await WriterAsync("one", "two");
        var head = (await core.Store.ReadHeadAsync(core.Key, Never))!;
        var signature = head.Signature.ToArray();
        signature[10] ^= 1;
        var broken = new CoreCommit
        {
            ExpectedLength = 2, ExpectedSignature = head.Signature, Head = head with { Signature = signature },
        };
        Assert.True(await core.Store.CommitAsync(core.Key, broken, Never));
        using var pair = Pair();
        await Assert.ThrowsAsync<InvalidDataException>(async () => await Core.CreateAsync(core.Store, pair));
    }

    internal static async Task<CoreRefusal> RefusalAsync(Core core, ulong? lengthThen = null)
    {
        var length = lengthThen ?? core.Length;
        var refused = await Assert.ThrowsAsync<CoreRefusedException>(
            async () => await core.AppendAsync(Block("refused")));
        Assert.Equal(length, core.Length);
        return refused.Reason;
    }

    private static async Task<int> AppendUntilFailureAsync(Core core)
    {
        for (var appended = 0; ; appended++)
        {
            try
            {
                await core.AppendAsync(Block($"block {appended}"));
            }
            catch (IOException)
            {
                return appended;
            }
        }
    }

    private static async Task<List<string>> TextsAsync(Core core, int count)
    {
        List<string> texts = [];
        await foreach (var block in core.FollowAsync())
        {
            texts.Add(System.Text.Encoding.UTF8.GetString(block.Span));
            if (texts.Count == count)
                break;
        }
        return texts;
    }
}
