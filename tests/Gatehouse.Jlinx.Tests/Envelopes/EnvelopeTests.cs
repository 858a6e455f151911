using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Envelopes;
using Gatehouse.Jlinx.Tests.Support;

namespace Gatehouse.Jlinx.Tests.Envelopes;

public sealed class EnvelopeTests
{
    private static readonly CoreKey User = new(Made.Same(0xb1)), Account = new(Made.Same(0xb2));
    private static readonly byte[] Key = Made.Repeated(0x5a), Nonce = Enumerable.Repeat((byte)3, 24).ToArray();
    private static readonly byte[] Json = """{"type":"SessionEnded"}"""u8.ToArray();

    [Fact]
    public void The_vector_is_sealed_byte_for_byte_and_opened()
    {
        var vector = Vectors.Load("16-proposal-event-encryption");
        Assert.Equal(vector.Get("appUserCoreKey").Hex, User.Bytes.ToArray());
        Assert.Equal(vector.Get("appAccountCoreKey").Hex, Account.Bytes.ToArray());
        using var appKey = DocumentKey.FromSeed(vector.Get("appDocX25519").Get("seed").Hex);
        using var accountKey = DocumentKey.FromSeed(vector.Get("accountDocX25519").Get("seed").Hex);
        Assert.Equal(vector.Get("appDocX25519").Get("pk").Hex, appKey.PublicKey.ToArray());
        Assert.Equal(vector.Get("accountDocX25519").Get("pk").Hex, accountKey.PublicKey.ToArray());
        using var app = PairState.Begin(Party.App, User, Account, appKey, accountKey.PublicKey)!;
        using var customer = PairState.Begin(Party.Customer, User, Account, accountKey, appKey.PublicKey)!;
        foreach (var sealedEvent in vector.Get("events").EnumerateArray())
        {
            var isApp = sealedEvent.Get("doc").Text == "AppUser";
            var (index, block) = (sealedEvent.Get("index").Number, sealedEvent.Get("block").Hex);
            var json = System.Text.Encoding.UTF8.GetBytes(sealedEvent.Get("json").Text);
            var (writer, reader) = isApp ? (app, customer) : (customer, app);
            Assert.Equal(block, writer.Seal(index, json, sealedEvent.Get("nonce").Hex));
            Assert.True(reader.TryOpen(index, block, out var opened, out var next));
            Assert.Equal(json, opened);
            Assert.Same(reader, next);
            Assert.True(writer.TryOpenOwn(index, block, out opened));
            Assert.Equal(json, opened);
        }
    }

    [Fact]
    public void The_vectors_keys_are_those_of_the_documents_and_their_blocks()
    {
        var vector = Vectors.Load("16-proposal-event-encryption");
        using var appKey = DocumentKey.FromSeed(vector.Get("appDocX25519").Get("seed").Hex);
        using var accountKey = DocumentKey.FromSeed(vector.Get("accountDocX25519").Get("seed").Hex);
        byte[] receive = new byte[32], send = new byte[32];
        Assert.True(accountKey.TryAgree(isApp: false, appKey.PublicKey, receive, send));
        Assert.Equal(vector.Get("kx").Get("clientRx").Hex, receive);
        Assert.Equal(vector.Get("kx").Get("clientTx").Hex, send);
        foreach (var sealedEvent in vector.Get("events").EnumerateArray())
        {
            var isApp = sealedEvent.Get("doc").Text == "AppUser";
            var key = vector.Get(isApp ? "keyAppUserEvents" : "keyAppAccountEvents").Hex;
            var core = isApp ? User : Account;
            var (index, block) = (sealedEvent.Get("index").Number, sealedEvent.Get("block").Hex);
            Assert.True(Envelope.TryReadEpoch(block, out var epoch, out var headLength));
            Assert.Equal(vector.Get("epoch").Number, epoch);
            Assert.True(Envelope.TryOpen(key, core, index, block, headLength, out var json));
            Assert.Equal(sealedEvent.Get("json").Text, System.Text.Encoding.UTF8.GetString(json));
            Assert.Equal(sealedEvent.Get("ad").Hex[..headLength], block[..headLength]);
        }
    }

    [Fact]
    public void Every_bit_counts()
    {
        var block = Envelope.Seal(Key, User, 3, 0, Json, Nonce);
        foreach (var flipped in Flips.Of(block))
            Assert.False(Opens(flipped));
    }

    [Fact]
    public void Cut_or_extended_it_is_refused()
    {
        var block = Envelope.Seal(Key, User, 3, 0, new byte[600], Nonce);
        for (var length = 0; length < block.Length; length++)
        {
            Assert.False(Opens(block[..length]));
        }
        Assert.False(Opens([.. block, 0]));
        Assert.False(Opens([.. block, .. new byte[256]]));
    }

    [Fact]
    public void Moved_to_another_index_document_or_key_it_does_not_open()
    {
        var block = Envelope.Seal(Key, User, 3, 0, Json, Nonce);
        Assert.True(Envelope.TryReadEpoch(block, out _, out var head));
        Assert.True(Envelope.TryOpen(Key, User, 3, block, head, out _));
        Assert.False(Envelope.TryOpen(Key, User, 4, block, head, out _));
        Assert.False(Envelope.TryOpen(Key, User, 3 + (1UL << 32), block, head, out _));
        Assert.False(Envelope.TryOpen(Key, Account, 3, block, head, out _));
        Assert.False(Envelope.TryOpen(Made.Repeated(0x5b), User, 3, block, head, out _));
    }

    [Theory]
    [InlineData(0UL, 1)]
    [InlineData(252UL, 1)]
    [InlineData(253UL, 3)]
    [InlineData(65_535UL, 3)]
    [InlineData(65_536UL, 5)]
    [InlineData(uint.MaxValue, 5)]
    [InlineData(1UL << 32, 9)]
    [InlineData(ulong.MaxValue, 9)]
    public void An_epoch_has_one_form(ulong epoch, int size)
    {
        var block = Envelope.Seal(Key, User, 3, epoch, Json, Nonce);
        Assert.True(Envelope.TryReadEpoch(block, out var read, out var headLength));
        Assert.Equal((epoch, 1 + size + 24), (read, headLength));
        Assert.True(Envelope.TryOpen(Key, User, 3, block, headLength, out _));
        foreach (var (tag, digits) in new[] { (0xfd, 2), (0xfe, 4), (0xff, 8) })
        {
            var form = new byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(form, epoch);
            if (1 + digits > size)
                Assert.False(Opens(SealBy([1, (byte)tag, .. form[..digits], .. Nonce], Padded(Json.Length, Json))));
        }
    }

    [Fact]
    public void Sealed_by_hand_it_opens_and_anything_but_the_one_padding_does_not()
    {
        byte[] head = [1, 0, .. Nonce];
        Assert.True(Opens(SealBy(head, Padded(Json.Length, Json))));
        Assert.Equal(Envelope.Seal(Key, User, 3, 0, Json, Nonce), SealBy(head, Padded(Json.Length, Json)));

        Assert.False(Opens(SealBy(head, [.. Padded(Json.Length, Json), .. new byte[256]])));
        Assert.False(Opens(SealBy(head, Padded(Json.Length, Json)[..^1])));
        Assert.False(Opens(SealBy(head, [])));
        Assert.False(Opens(SealBy(head, new byte[4])));
        Assert.False(Opens(SealBy(head, Padded(Json.Length - 1, Json))));
        foreach (var lie in new uint[] { 253, 256, 0x7fffffff, 0x80000000, uint.MaxValue, uint.MaxValue - 3 })
            Assert.False(Opens(SealBy(head, Padded(unchecked((int)lie), Json))), $"{lie}");
        for (var at = 4 + Json.Length; at < 256; at++)
        {
            var padded = Padded(Json.Length, Json);
            padded[at] = 1;
            Assert.False(Opens(SealBy(head, padded)));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(251)]
    [InlineData(252)]
    [InlineData(253)]
    [InlineData(508)]
    [InlineData(509)]
    public void The_size_tells_how_many_times_256_bytes_there_are(int length)
    {
        var block = Envelope.Seal(Key, User, 3, 0, new byte[length], Nonce);
        Assert.Equal(26 + 16 + (length + 4 + 255) / 256 * 256, block.Length);
        Assert.True(Opens(block));
    }

    [Fact]
    public void The_longest_event_fits_a_block_in_any_epoch()
    {
        var longest = new byte[Envelope.MaxJsonBytes];
        foreach (var epoch in new[] { 0UL, ulong.MaxValue })
        {
            var block = Envelope.Seal(Key, User, 3, epoch, longest, Nonce);
            Assert.InRange(block.Length, 16_000, DocumentLimits.BlockBytes);
            Assert.True(Opens(block));
        }
        Assert.Throws<ArgumentException>(() => Envelope.Seal(Key, User, 3, 0, new byte[longest.Length + 1], Nonce));
        Assert.False(Opens(SealBy([1, 0, .. Nonce], Padded(64 * 256 - 4, new byte[64 * 256 - 4]))));
    }

    [Fact]
    public void Two_seals_of_one_event_have_nothing_in_common()
    {
        using var key = DocumentKey.Generate();
        using var other = DocumentKey.Generate();
        using var state = PairState.Begin(Party.App, User, Account, key, other.PublicKey)!;
        byte[] one = state.Seal(3, Json), two = state.Seal(3, Json); // as by a writer that was set back
        Assert.NotEqual(one[2..26], two[2..26]);
        Assert.NotEqual(one[26..], two[26..]);
    }

    [Fact]
    public void Any_bytes_are_opened_or_refused() => Prop.ForAll<byte[]>(bytes =>
    {
        Opens([1, .. bytes ?? []]);
        Opens(bytes ?? []);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Mutated_blocks_are_refused()
    {
        var garbage = new Garbage(7);
        var block = Envelope.Seal(Key, User, 3, 300, Json, Nonce);
        for (var i = 0; i < 30_000; i++)
        {
            var mutated = garbage.Mutate(block);
            Assert.True(!Opens(mutated) || mutated.AsSpan().SequenceEqual(block));
        }
        Assert.False(Opens(new byte[20_000_000]));
    }

    private static bool Opens(byte[] block) =>
        Envelope.TryReadEpoch(block, out _, out var head) && Envelope.TryOpen(Key, User, 3, block, head, out _);

    private static byte[] Padded(int length, byte[] json)
    {
        var plaintext = new byte[(4 + json.Length + 255) / 256 * 256];
        BinaryPrimitives.WriteInt32LittleEndian(plaintext, length);
        json.CopyTo(plaintext, 4);
        return plaintext;
    }

    /// <summary>What a peer with the right key can make, whatever the plaintext is.</summary>
    private static byte[] SealBy(byte[] head, byte[] plaintext) => Envelope.SealPadded(Key, User, 3, head, plaintext);
}
