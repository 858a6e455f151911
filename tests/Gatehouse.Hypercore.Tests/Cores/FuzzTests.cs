using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Manifests;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Tests.Support;

namespace Gatehouse.Hypercore.Tests.Cores;

/// <summary>
/// Mutated messages: no exception, no hang, little memory, and never anything that the writer did not sign.
/// </summary>
public sealed class FuzzTests
{
    private const int Rounds = 20_000;

    private static readonly byte[][] Answers =
    [
        .. Vectors.Load("06-proofs").Get("proofs").EnumerateArray().Select(proof => proof.Get("responseEncoded").Hex),
    ];

    private static readonly ReadOnlyMemory<byte>[] Blocks =
    [
        .. Vectors.Load("06-proofs").Get("core").Get("blocks").EnumerateArray()
            .Select(block => (ReadOnlyMemory<byte>)block.Hex),
    ];

    [Fact]
    public async Task Mutated_answers_change_nothing_but_to_the_truth()
    {
        var garbage = new Garbage(1);
        var writer = await Support.Cores.WriterAsync(Blocks);
        var readers = new Core[12];
        for (var i = 0; i < Rounds; i++)
        {
            var which = garbage.Next(readers.Length);
            var reader = readers[which] ??= await Support.Cores.ReaderAsync((ulong)which, Blocks);
            var body = garbage.Mutate(Answers[garbage.Next(Answers.Length)]);
            if (await reader.AcceptAsync(body) != Verdict.Accepted)
                continue;
            Assert.False(reader.IsFrozen);
            await ProofTests.AssertPartOfAsync(reader, writer);
            readers[which] = null!;
        }
    }

    [Fact]
    public async Task Mutated_requests_are_answered_or_refused()
    {
        var garbage = new Garbage(2);
        var writer = await Support.Cores.WriterAsync(Blocks);
        var requests = Vectors.Load("06-proofs").Get("proofs").EnumerateArray()
            .Select(proof => proof.Get("requestEncoded").Hex).ToArray();
        using var output = new PooledBuffer();
        for (var i = 0; i < Rounds; i++)
        {
            if (!RequestMessage.TryDecode(garbage.Mutate(requests[garbage.Next(requests.Length)]), out var request))
                continue;
            output.Clear();
            var answer = await writer.ProveAsync(request, output, Support.Cores.Never);
            Assert.Equal(answer == Answer.Proof, output.Length > 0);
            Assert.InRange(output.Length, 0, 8192);
        }
    }

    [Fact]
    public void Mutated_messages_take_no_more_memory_than_they_have_bytes()
    {
        var garbage = new Garbage(3);
        var bodies = new byte[Rounds][];
        for (var i = 0; i < Rounds; i++)
            bodies[i] = garbage.Mutate(Answers[garbage.Next(Answers.Length)]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var body in bodies)
            DataMessage.TryDecode(body, out _);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4L * bodies.Sum(body => body.Length));
    }

    [Fact]
    public void Mutated_signatures_convince_nobody_of_another_tree()
    {
        var garbage = new Garbage(6);
        var vector = Vectors.Load("07-multisig");
        Assert.True(Manifest.TryDecode(vector.Get("plain").Get("manifest").Hex, out var manifest));
        Bytes32 truth = new(vector.Get("treeHash").Hex), lie = new(manifest.Key.Bytes.ToArray());
        var container = vector.Get("plain").Get("container").Hex;
        var believed = 0;
        for (var i = 0; i < 2000; i++)
        {
            var mutated = garbage.Mutate(container);
            Assert.False(TreeSignature.Verify(manifest, manifest.Key, lie, 11, 0, mutated));
            believed += TreeSignature.Verify(manifest, manifest.Key, truth, 11, 0, mutated) ? 1 : 0;
        }
        Assert.InRange(believed, 0, 1500); // where only what is ignored was changed
    }

    [Fact]
    public async Task Mutated_histories_of_one_writer_convict_nobody()
    {
        var garbage = new Garbage(7);
        var writer = await Support.Cores.WriterAsync(Blocks);
        var history = await writer.ProofAsync(new RequestMessage { Upgrade = new(0, 5), Manifest = true });
        Assert.False(new Evidence(history, history, default).Convicts(writer.Key));
        for (var i = 0; i < 5000; i++)
        {
            var (ours, theirs) = (garbage.Mutate(history), garbage.Next(2) == 0 ? history : garbage.Mutate(history));
            Assert.False(new Evidence(ours, theirs, default).Convicts(writer.Key));
        }
    }

    [Fact]
    public void Mutated_manifests_are_read_as_what_they_are_written_or_refused()
    {
        var garbage = new Garbage(4);
        var manifests = Vectors.Load("04-manifests").Get("manifests").EnumerateArray()
            .Select(manifest => manifest.Get("encoded").Hex).ToArray();
        for (var i = 0; i < Rounds; i++)
        {
            if (!Manifest.TryDecode(garbage.Mutate(manifests[garbage.Next(manifests.Length)]), out var manifest))
                continue;
            Assert.True(Manifest.TryDecode(manifest.Encoded, out var again));
            Assert.Equal(manifest.Key, again.Key);
        }
    }
}
