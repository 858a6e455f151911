using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Tests.Support;
using static Gatehouse.Hypercore.Tests.Support.Cores;

namespace Gatehouse.Hypercore.Tests.Cores;

public sealed class EquivocationTests
{
    private static readonly System.Text.Json.JsonElement Vector = Vectors.Load("15-equivocation");

    [Fact]
    public async Task Two_histories_recorded_from_npm_freeze_the_core()
    {
        var ours = await WriterAsync("one", "two", "three-A");
        Assert.Equal(Vector.Get("key").Text, ours.Key.Bytes.ToString());
        Assert.Equal(Verdict.Refused, await ours.AcceptAsync(Recorded("equivocating writer", 2)));
        Assert.False(ours.IsFrozen);
        var proof = Recorded("equivocating writer", 0);
        Assert.Equal(Verdict.Conflict, await ours.AcceptAsync(proof));
        Assert.True(ours.IsFrozen);
        var evidence = await ours.ReadEvidenceAsync();
        Assert.Equal(proof, evidence!.Theirs.ToArray());
        Assert.True(DataMessage.TryDecode(evidence.Ours, out var kept));
        Assert.Equal(Vector.Get("A").Get("signature").Hex, kept.Upgrade!.Value.Signature.ToArray());
        Assert.NotNull(kept.Manifest);
    }

    [Fact]
    public async Task What_we_answer_to_the_question_is_what_npm_answered()
    {
        var theirs = await WriterAsync("one", "two", "three-B", "four-B");
        Assert.Equal(
            Recorded("equivocating writer", 0), await theirs.ProofAsync(new RequestMessage { Upgrade = new(0, 3) }));
    }

    [Fact]
    public async Task The_evidence_convicts_at_anybodys()
    {
        var (a, b) = (await WriterAsync("one", "two-A"), await WriterAsync("one", "two-B", "three-B"));
        var proof = await b.ProofAsync(new RequestMessage { Upgrade = new(0, 2) });
        Assert.Equal(Verdict.Conflict, await a.AcceptAsync(proof));
        var evidence = await a.ReadEvidenceAsync();
        var reader = await Core.OpenAsync(new MemoryCoreStore(), b.Key);
        await reader.UpgradeAsync(await WriterAsync("one", "two-B"));
        Assert.Equal(Verdict.Conflict, await reader.AcceptAsync(evidence!.Ours));
    }

    [Fact]
    public async Task The_evidence_is_what_is_signed_and_no_more()
    {
        var ours = await WriterAsync("one", "two-A");
        var other = await WriterAsync("one", new string('x', 100_000), "three-B");
        var request = new RequestMessage { Block = new(1, 0), Upgrade = new(0, 2) };
        byte[] proof = [.. await other.ProofAsync(request), .. new byte[1000]];
        Assert.Equal(Verdict.Refused, await ours.AcceptAsync(proof)); // with its block it is no proof of a history
        byte[] padded = [.. await other.ProofAsync(request with { Block = null, Manifest = true }), .. new byte[1000]];

        Assert.Equal(Verdict.Conflict, await ours.AcceptAsync(padded));

        var evidence = (await ours.ReadEvidenceAsync())!;
        Assert.InRange(evidence.Theirs.Length, 100, 300);
        Assert.Equal(
            await other.ProofAsync(new RequestMessage { Upgrade = new(0, 2) }), evidence.Theirs.ToArray());
        Assert.True(evidence.Convicts(ours.Key));
    }

    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    [InlineData(5UL)]
    [InlineData(8UL)]
    public async Task Whatever_a_reader_holds_its_evidence_convicts(ulong length)
    {
        string[] texts = [.. Enumerable.Range(0, 9).Select(i => $"block {i}")];
        var writer = await WriterAsync(texts[..(int)length]);
        var other = await WriterAsync(["another", .. texts]);
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        await reader.UpgradeAsync(writer);
        await reader.UpgradeAsync(await WriterAsync(texts)); // and not one block

        var proof = await other.ProofAsync(new RequestMessage { Upgrade = new(0, length) });

        Assert.Equal(Verdict.Conflict, await reader.AcceptAsync(proof));
        Assert.True((await reader.ReadEvidenceAsync())!.Convicts(reader.Key));
    }

    [Fact]
    public async Task Evidence_with_a_bit_flipped_or_of_one_history_convicts_nobody()
    {
        var (a, b) = (await WriterAsync("one", "two-A"), await WriterAsync("one", "two-B"));
        var key = a.Key;
        var request = new RequestMessage { Upgrade = new(0, 2), Manifest = true };
        byte[] one = await a.ProofAsync(request), two = await b.ProofAsync(request with { Manifest = false });
        var evidence = new Evidence(one, two, default);
        Assert.True(evidence.Convicts(key));
        Assert.False(evidence.Convicts((await Core.CreateAsync(new MemoryCoreStore(), Pair(9))).Key));
        Assert.False(new Evidence(one, one, default).Convicts(key));
        Assert.False(new Evidence(two, two, default).Convicts(key));
        Assert.False(new Evidence(default, two, default).Convicts(key));
        var shorter = await b.ProofAsync(new RequestMessage { Upgrade = new(0, 1) });
        Assert.False(new Evidence(one, shorter, default).Convicts(key));
        var convictions = Flips.Of(two).Count(flipped => new Evidence(one, flipped, default).Convicts(key));
        Assert.InRange(convictions, 1, 40); // flags that mean nothing, the request, and the patch that isn't allowed
    }

    [Fact]
    public async Task A_frozen_core_stays_frozen_keeps_what_it_has_and_takes_nothing()
    {
        var store = new MemoryCoreStore();
        using var pair = Pair();
        var core = await Core.CreateAsync(store, pair);
        await core.AppendAsync(Blocks("one", "two-A"));
        var other = await WriterAsync("one", "two-B", "three-B");
        List<CoreChangeKind> told = [];
        core.Subscribe(change => told.Add(change.Kind));
        var proof = await other.ProofAsync(new RequestMessage { Upgrade = new(0, 2) });
        Assert.Equal(Verdict.Conflict, await core.AcceptAsync(proof));
        Assert.Equal([CoreChangeKind.Frozen], told);
        Assert.Equal(CoreRefusal.Frozen, await WritingTests.RefusalAsync(core));
        var again = await Core.CreateAsync(store, pair);
        Assert.True(again.IsFrozen);
        Assert.Equal(CoreRefusal.Frozen, await WritingTests.RefusalAsync(again));
        Assert.Equal("two-A", await again.TextAsync(1));
        var refused = await Assert.ThrowsAsync<CoreRefusedException>(async () => await again.GetAsync(2));
        Assert.Equal(CoreRefusal.Frozen, refused.Reason);
        var request = new RequestMessage { Id = 1, Block = new(0, 0), Manifest = true };
        Assert.Equal(Answer.NotAvailable, await again.AnswerAsync(request));
        Assert.Equal(Verdict.Refused, await again.AcceptAsync(proof));
    }

    [Fact]
    public async Task A_waiting_reader_is_told_that_the_core_is_frozen()
    {
        var core = await WriterAsync("one", "two-A");
        var waiting = core.GetAsync(2).AsTask();
        var other = await WriterAsync("one", "two-B");
        await core.AcceptAsync(await other.ProofAsync(new RequestMessage { Upgrade = new(0, 2) }));
        await Assert.ThrowsAsync<CoreRefusedException>(() => waiting);
    }

    [Fact]
    public async Task One_history_of_two_lengths_is_no_conflict()
    {
        var shorter = await WriterAsync("one", "two", "three");
        var longer = await WriterAsync("one", "two", "three", "four", "five");
        var request = new RequestMessage { Upgrade = new(0, 3) };
        Assert.Equal(Verdict.Late, await shorter.AcceptAsync(await longer.ProofAsync(request)));
        Assert.Equal(Verdict.Late, await longer.AcceptAsync(await shorter.ProofAsync(request)));
        Assert.False(shorter.IsFrozen || longer.IsFrozen);
        Assert.Null(await shorter.ReadEvidenceAsync());
    }

    [Fact]
    public async Task A_proof_with_a_bit_flipped_convicts_nobody()
    {
        var proof = Recorded("equivocating writer", 0);
        var ours = await WriterAsync("one", "two", "three-B", "four-B");
        Assert.Equal(Verdict.Late, await ours.AcceptAsync(proof)); // which is of the same history
        foreach (var flipped in Flips.Of(proof))
            Assert.NotEqual(Verdict.Conflict, await ours.AcceptAsync(flipped));
        Assert.False(ours.IsFrozen);
    }

    [Fact]
    public async Task A_bit_flipped_in_what_is_signed_takes_the_proof_its_force()
    {
        var proof = Recorded("equivocating writer", 0);
        var signed = Signed(proof);
        var convictions = 0;
        var ours = await WriterAsync("one", "two", "three-A");
        foreach (var flipped in Flips.Of(proof))
        {
            if (await ours.AcceptAsync(flipped) != Verdict.Conflict)
                continue;
            convictions++; // flags that mean nothing, and the patch that isn't allowed
            Assert.Equal(signed, Signed(flipped));
            ours = await WriterAsync("one", "two", "three-A");
        }
        Assert.InRange(convictions, 1, 40);
    }

    [Fact]
    public async Task Sizes_that_no_signature_covers_convict_nobody()
    {
        for (var signed = 1UL; signed <= 9; signed++)
        {
            string[] texts = [.. Enumerable.Range(0, (int)signed).Select(i => $"block {i}")];
            var writer = await WriterAsync(texts);
            var ours = await WriterAsync([.. texts, "more"]);
            for (var length = 1UL; length <= signed; length++)
            {
                var forgery = new Forgery(await writer.ProofAsync(new RequestMessage { Upgrade = new(0, length) }));
                for (var pair = 0; pair < forgery.Count * forgery.Count; pair++)
                {
                    var (from, to) = (pair / forgery.Count, pair % forgery.Count);
                    forgery.Shift(from, to);
                    var verdict = await ours.AcceptAsync(forgery.Encode());
                    Assert.True(verdict is Verdict.Late or Verdict.Refused, $"{length} of {signed}: {from}, {to}");
                    forgery.Shift(to, from);
                }
            }
        }
    }

    [Fact]
    public async Task Another_keys_history_convicts_nobody()
    {
        var ours = await WriterAsync("one", "two");
        var other = await Core.CreateAsync(new MemoryCoreStore(), Pair(9));
        await other.AppendAsync(Blocks("one", "TWO"));
        var request = new RequestMessage { Upgrade = new(0, 2), Manifest = true };
        Assert.Equal(Verdict.Refused, await ours.AcceptAsync(await other.ProofAsync(request)));
        Assert.False(ours.IsFrozen);
    }

    /// <summary>The nodes and the signature itself, without signer and patch.</summary>
    private static string Signed(byte[] proof)
    {
        var forgery = new Forgery(proof);
        Assert.True(DataMessage.TryDecode(proof, out var data));
        var signature = Convert.ToHexString(data.Upgrade!.Value.Signature.Span.Slice(2, 64));
        return $"{data.Upgrade.Value.Length} {string.Join(' ', forgery.Nodes.Concat(forgery.Additional))} {signature}";
    }

    /// <summary>The data message with that request id, without channel and type.</summary>
    private static byte[] Recorded(string role, ulong request)
    {
        foreach (var entry in Vector.Get("log").EnumerateArray().Where(entry => entry.Get("role").Text == role))
        {
            if (entry.Find("messages")?[0].Find("data") is { } data && data.Get("request").Number == request)
                return entry.Get("plaintext").Hex[2..];
        }
        throw new InvalidDataException("The recording has no such message.");
    }
}
