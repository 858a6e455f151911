using FsCheck;
using FsCheck.Fluent;
using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Manifests;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Tests.Support;
using static Gatehouse.Hypercore.Tests.Support.Cores;

namespace Gatehouse.Hypercore.Tests.Cores;

/// <summary>Any history of appends, any request: what one core proves, another believes, and it is the truth.</summary>
public sealed class ProofProperties
{
    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(300);

    [Fact]
    public void A_reader_that_asks_at_any_time_for_any_blocks_ends_with_all() =>
        Prop.ForAll<byte[], byte[]>((batches, order) => FollowAsync(batches, order).GetAwaiter().GetResult())
            .Check(Config);

    [Fact]
    public void Any_request_is_answered_with_what_is_believed_or_refused() =>
        Prop.ForAll<byte, byte, byte[]>((length, known, numbers) =>
                AskAsync(length, known, numbers).GetAwaiter().GetResult())
            .Check(Config);

    [Fact]
    public void Any_bytes_are_a_message_or_refused() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            bytes ??= [];
            RequestMessage.TryDecode(bytes, out _);
            DataMessage.TryDecode(bytes, out _);
            Manifest.TryDecode(bytes, out _);
        }).Check(Config);

    private static async Task<bool> FollowAsync(byte[] batches, byte[] order)
    {
        var writer = await WriterAsync(Array.Empty<string>());
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        var at = 0;
        foreach (var size in (batches ?? []).Take(12))
        {
            await writer.AppendAsync([.. Enumerable.Range(0, 1 + (size % 9)).Select(i => Block($"{size}/{i}/{at}"))]);
            if (order is not { Length: > 0 } || order[at++ % order.Length] % 2 == 0)
                continue;
            await reader.UpgradeAsync(writer);
            for (var i = 0; i < 3; i++)
            {
                var index = order[at++ % order.Length] % reader.Length;
                if (!reader.Has(index))
                    await reader.FetchAsync(writer, index);
            }
        }
        if (writer.Length > reader.Length)
            await reader.UpgradeAsync(writer);
        for (var i = 0UL; i < reader.Length; i++)
        {
            if (!reader.Has(i))
                await reader.FetchAsync(writer, i);
        }
        await ProofTests.AssertPartOfAsync(reader, writer);
        return reader.ContiguousLength == writer.Length;
    }

    private static async Task<bool> AskAsync(byte length, byte known, byte[] numbers)
    {
        ReadOnlyMemory<byte>[] blocks = [.. Enumerable.Range(0, length % 40).Select(i => Block($"block {i}"))];
        var writer = await WriterAsync(blocks);
        var reader = await ReaderAsync(Math.Min(known % 40u, writer.Length), blocks);
        var n = numbers is { Length: > 0 } ? numbers : [0];
        var request = new RequestMessage
        {
            Id = 1,
            Manifest = (n[0] & 1) == 0 || reader.Manifest is null, // without it no signature is believed
            Block = (n[0] & 2) == 0 ? new BlockRequest(At(1), At(2) % 8) : null,
            Hash = (n[0] & 12) == 0 ? new HashRequest(At(3), At(4) % 8) : null,
            Upgrade = (n[0] & 16) == 0 ? new UpgradeRequest(reader.Length, At(5)) : null,
        };
        using var output = new PooledBuffer();
        if (await writer.ProveAsync(request, output, Never) != Answer.Proof)
            return output.Length == 0;
        var verdict = await reader.AcceptAsync(output.Written.ToArray());
        await ProofTests.AssertPartOfAsync(reader, writer);
        // Refused only where the path ends below what the reader can compare it with.
        return verdict != Verdict.Refused || (request.Block ?? (object?)request.Hash) is not null;

        ulong At(int i) => (ulong)(n[i % n.Length] % 48);
    }
}
