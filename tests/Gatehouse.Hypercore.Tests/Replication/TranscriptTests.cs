using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Multiplexing;
using Gatehouse.Hypercore.Noise;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Streams;
using Gatehouse.Hypercore.Tests.Support;
using static Gatehouse.Hypercore.Tests.Support.Cores;

namespace Gatehouse.Hypercore.Tests.Replication;

/// <summary>
/// Sessions that two npm peers had: our bytes are theirs, and each of our sides can take the place of one.
/// </summary>
public sealed class TranscriptTests
{
    private const string Live = "12-transcript-sync-3-then-live", Empty = "13-transcript-empty-writer-first",
        OnDemand = "14-transcript-no-download-get-only";

    [Theory]
    [InlineData(Live)]
    [InlineData(Empty)]
    [InlineData(OnDemand)]
    public void Both_streams_have_the_recorded_bytes(string file)
    {
        var transcript = new Transcript(file);
        List<byte>[] streams = [[], []];
        using var initiatorIdentity = transcript.Identity(true);
        using var responderIdentity = transcript.Identity(false);
        using var initiator = new NoiseHandshake(true, initiatorIdentity, transcript.Ephemeral(true));
        using var responder = new NoiseHandshake(false, responderIdentity, transcript.Ephemeral(false));
        for (var step = 0; step < 3; step++)
        {
            var (from, to) = step % 2 == 0 ? (initiator, responder) : (responder, initiator);
            var message = new byte[from.NextMessageBytes];
            Assert.True(from.TryWrite(message) && to.TryRead(message));
            Put(streams[step % 2], message);
        }
        Assert.Equal(transcript.Session.Get("handshakeHash").Hex, initiator.Hash.ToArray());

        foreach (var isInitiator in new[] { true, false })
        {
            var stream = streams[isInitiator ? 0 : 1];
            var id = Caps.StreamId(initiator.Hash, isInitiator).ToArray();
            Put(stream, [.. id, .. transcript.StreamHeader(isInitiator)]);
            using var writer = new FrameWriter(transcript.CipherOf(isInitiator));
            foreach (var plaintext in transcript.MessagesOf(isInitiator))
            {
                writer.Begin().Writer.WriteFixed(plaintext);
                writer.End();
            }
            stream.AddRange(writer.Pending.Span);
            Assert.Equal(transcript.RawOf(isInitiator), stream);
        }
    }

    [Theory]
    [InlineData(Live)]
    [InlineData(Empty)]
    [InlineData(OnDemand)]
    public async Task Recorded_bytes_are_read_in_any_pieces(string file)
    {
        var transcript = new Transcript(file);
        foreach (var isInitiator in new[] { true, false })
        {
            var raw = new PiecemealStream(transcript.RawOf(isInitiator));
            using var reader = new FrameReader(raw);
            for (var skipped = isInitiator ? 3 : 2; skipped > 0; skipped--)
                Assert.NotNull(await reader.ReadAsync(112, Never));
            await using var stream = new SecretStream(
                raw,
                reader,
                transcript.SessionOf(!isInitiator),
                new byte[Sodium.StreamStateBytes],
                transcript.CipherOf(isInitiator));
            foreach (var plaintext in transcript.MessagesOf(isInitiator))
                Assert.Equal(plaintext, (await stream.ReadAsync(Never))?.ToArray());
            Assert.Null(await stream.ReadAsync(Never));
            Assert.Equal(ConnectionEnd.Closed, stream.End);
        }
    }

    [Theory]
    [InlineData(Live, 3)]
    [InlineData(Empty, 0)]
    [InlineData(OnDemand, 5)]
    public async Task As_the_writer_we_answer_every_request_with_the_recorded_bytes(string file, int blocksAtFirst)
    {
        var transcript = new Transcript(file);
        var blocks = BlocksOf(transcript);
        var core = await WriterAsync(blocks[..blocksAtFirst]);
        Assert.Equal(transcript.Key, core.Key);
        using var side = new LoneSide(core, transcript.SessionOf(transcript.IsInitiator("writer")));
        List<MuxMessage> said = [], recorded = [];
        foreach (var entry in transcript.Log)
        {
            if (entry.Find("note") is { } note && note.Text.Contains("append", StringComparison.Ordinal))
                await core.AppendAsync(NextBlocks(note.Text, blocks, core));
            if (entry.Find("plaintext") is not { } plaintext)
                continue;
            if (entry.Get("role").Text == "writer")
                recorded.AddRange(Split(plaintext.Hex));
            else
                Assert.Equal(Receipt.Taken, await side.HearAsync(plaintext.Hex));
            said.AddRange(await side.SpeakAsync());
        }

        Assert.True(side.IsProven);
        Assert.Equal(Bodies(recorded, DataMessage.Type), Bodies(said, DataMessage.Type));
        Assert.Empty(Bodies(said, NoDataMessage.Type));
        AssertAllSaid(said, recorded, SyncMessage.Type);
        AssertAllSaid(said, recorded, RangeMessage.Type);
        Assert.Equal(Capability(recorded), Capability(said));
    }

    [Theory]
    [InlineData(Live)]
    [InlineData(Empty)]
    [InlineData(OnDemand)]
    public async Task As_the_reader_we_ask_for_what_the_recorded_one_asked_for(string file)
    {
        var transcript = new Transcript(file);
        var core = await Core.OpenAsync(new MemoryCoreStore(), transcript.Key);
        using var side = new LoneSide(core, transcript.SessionOf(transcript.IsInitiator("reader")));
        side.Peer.Served.WantsAll = file != OnDemand;
        List<MuxMessage> said = [], recorded = [];
        Dictionary<ulong, RequestMessage> asked = [], askedThen = [];
        List<Task> waits = [];
        foreach (var entry in transcript.Log)
        {
            if (entry.Find("note") is { } note && note.Text.StartsWith("reader.get", StringComparison.Ordinal))
                waits.Add(core.GetAsync(ulong.Parse(note.Text[11..^1], null)).AsTask());
            if (entry.Find("plaintext") is not { } plaintext)
                continue;
            if (entry.Get("role").Text == "reader")
            {
                recorded.AddRange(Split(plaintext.Hex));
                foreach (var request in Requests(Split(plaintext.Hex)))
                    askedThen[request.Id] = request;
            }
            else
            {
                Assert.Equal(Receipt.Taken, await side.HearAsync(Renumber(plaintext.Hex, askedThen, asked)));
            }
            var now = await side.SpeakAsync();
            foreach (var request in Requests(now))
                asked[request.Id] = request;
            said.AddRange(now);
        }

        await Task.WhenAll(waits);
        Assert.Empty(side.Reports);
        Assert.Equal((ulong)BlocksOf(transcript).Length, core.Length);
        Assert.Equal(Requests(recorded).Select(Content).ToHashSet(), Requests(said).Select(Content).ToHashSet());
        Assert.Equal(Capability(recorded), Capability(said));
        if (file == OnDemand)
            return;
        for (var i = 0; i < transcript.Blocks.Count; i++)
            Assert.Equal(transcript.Blocks[i], (await core.GetAsync((ulong)i)).ToArray());
        var lastRange = Bodies(recorded, RangeMessage.Type)[^1];
        Assert.Contains(lastRange, Bodies(said, RangeMessage.Type), StringComparer.Ordinal);
    }

    private static ReadOnlyMemory<byte>[] BlocksOf(Transcript transcript) =>
        transcript.Core.Find("blocks") is null
            ? [.. Enumerable.Range(0, 6).Select(i => Block($$"""{"n":{{i}},"t":"event"}"""))]
            : [.. transcript.Blocks.Select(block => (ReadOnlyMemory<byte>)block)];

    private static ReadOnlyMemory<byte>[] NextBlocks(string note, ReadOnlyMemory<byte>[] blocks, Core core)
    {
        var count = note.Contains("two", StringComparison.Ordinal) ? 2 : 1;
        return blocks[(int)core.Length..((int)core.Length + count)];
    }

    private static IEnumerable<RequestMessage> Requests(IEnumerable<MuxMessage> messages)
    {
        foreach (var message in messages)
        {
            if (message.Channel != 0 && message.Type == RequestMessage.Type
                && RequestMessage.TryDecode(message.Body.Span, out var request))
            {
                yield return request;
            }
        }
    }

    private static RequestMessage Content(RequestMessage request) => request with { Id = 0, Priority = 0 };

    /// <summary>An answer to their request, as an answer to ours of the same content.</summary>
    private static byte[] Renumber(
        byte[] plaintext, Dictionary<ulong, RequestMessage> theirs, Dictionary<ulong, RequestMessage> ours)
    {
        if (plaintext[0] != 1 || plaintext[1] != DataMessage.Type)
            return plaintext;
        var content = Content(theirs[plaintext[3]]);
        plaintext[3] = (byte)ours.Values.Last(request => Content(request) == content).Id;
        return plaintext;
    }

    private static List<MuxMessage> Split(byte[] plaintext)
    {
        List<MuxMessage> messages = [];
        Assert.True(MuxMessage.TryDecode(plaintext, out var message));
        if (message is not { Channel: 0, Type: MuxMessage.BatchType })
            return [message];
        var batch = new Batch(message.Body);
        while (batch.TryRead(out message))
            messages.Add(message);
        Assert.False(batch.IsMalformed);
        return messages;
    }

    private static void AssertAllSaid(List<MuxMessage> said, List<MuxMessage> recorded, ulong type) =>
        Assert.Empty(Bodies(recorded, type).Except(Bodies(said, type), StringComparer.Ordinal));

    private static List<string> Bodies(IEnumerable<MuxMessage> messages, ulong type) =>
    [
        .. from message in messages
           where message.Channel != 0 && message.Type == type
           select Convert.ToHexStringLower(message.Body.Span),
    ];

    private static string Capability(IEnumerable<MuxMessage> messages) => Convert.ToHexStringLower(
        messages.First(message => message is { Channel: 0, Type: MuxMessage.OpenType }).Body.Span[^Bytes32.Size..]);

    private static void Put(List<byte> stream, byte[] payload)
    {
        var prefix = new byte[FrameFormat.PrefixBytes];
        FrameFormat.WriteLength(prefix, payload.Length);
        stream.AddRange([.. prefix, .. payload]);
    }
}
