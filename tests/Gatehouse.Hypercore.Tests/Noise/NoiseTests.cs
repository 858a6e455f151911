using System.Text.Json;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Noise;
using Gatehouse.Hypercore.Tests.Support;

namespace Gatehouse.Hypercore.Tests.Noise;

public sealed class NoiseTests
{
    private static readonly JsonElement File = Vectors.Load("09-noise");

    private static JsonElement Handshake => File.Get("handshakes")[0];

    [Fact]
    public void The_mac_is_that_of_the_vectors()
    {
        var sample = File.Get("hmacBlake2b512");
        var mac = new byte[Blake2Hmac.Size];

        Blake2Hmac.Mac(mac, sample.Get("key").Hex, sample.Get("message").Hex);

        Assert.Equal(sample.Get("mac").Hex, mac);
    }

    [Fact]
    public void Derived_keys_are_those_of_the_vectors()
    {
        var sample = File.Get("hkdf");
        byte[] first = new byte[Blake2Hmac.Size], second = new byte[Blake2Hmac.Size];

        Blake2Hmac.Derive(first, second, sample.Get("chainingKey").Hex, sample.Get("ikm").Hex);

        Assert.Equal(sample.Get("out")[0].Hex, first);
        Assert.Equal(sample.Get("out")[1].Hex, second);
    }

    [Fact]
    public void The_handshake_has_the_bytes_of_the_vectors()
    {
        using var pair = new Pair();
        var messages = Handshake.Get("messages");

        for (var i = 0; i < 3; i++)
            Assert.Equal(messages[i].Get("bytes").Hex, pair.Step());

        Assert.Equal(Handshake.Get("handshakeHash").Hex, pair.Initiator.Hash.ToArray());
        Assert.Equal(Handshake.Get("handshakeHash").Hex, pair.Responder.Hash.ToArray());
        Assert.Equal(pair.ResponderIdentity.PublicKey, pair.Initiator.Remote);
        Assert.Equal(pair.InitiatorIdentity.PublicKey, pair.Responder.Remote);
    }

    [Fact]
    public void Both_sides_have_the_same_keys_crosswise()
    {
        using var pair = new Pair();
        for (var i = 0; i < 3; i++)
            pair.Step();
        byte[] sending = new byte[32], receiving = new byte[32], sending2 = new byte[32], receiving2 = new byte[32];

        pair.Initiator.Split(sending, receiving);
        pair.Responder.Split(sending2, receiving2);

        Assert.Equal(Handshake.Get("initiatorTx").Hex, sending);
        Assert.Equal(sending, receiving2);
        Assert.Equal(receiving, sending2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Any_flipped_bit_of_a_sealed_message_is_refused(int step)
    {
        var length = step == 1 ? 96 : 64;
        for (var bit = 0; bit < 8 * length; bit++)
        {
            using var pair = new Pair();
            for (var i = 0; i < step; i++)
                pair.Step();
            Assert.Null(pair.Step(bit));
        }
    }

    [Fact]
    public void A_flipped_bit_of_the_first_message_is_found_by_the_second()
    {
        for (var bit = 0; bit < 256; bit++)
        {
            using var pair = new Pair();
            if (pair.Step(bit) is null)
                continue;
            Assert.True(pair.Step() is null || pair.Refused);
        }
    }

    [Fact]
    public void A_point_of_small_order_is_refused()
    {
        using var identity = KeyPair.Generate();
        using var responder = new NoiseHandshake(false, identity);
        var identityPoint = new byte[32];
        identityPoint[0] = 1;

        Assert.True(responder.TryRead(identityPoint));
        Assert.False(responder.TryWrite(new byte[responder.NextMessageBytes]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_message_of_another_size_is_refused(int length)
    {
        using var identity = KeyPair.Generate();
        using var responder = new NoiseHandshake(false, identity);

        Assert.False(responder.TryRead(new byte[length]));
    }

    private sealed class Pair : IDisposable
    {
        private readonly KeyPair initiatorEphemeral = Key("initiatorEphemeralSeed");
        private readonly KeyPair responderEphemeral = Key("responderEphemeralSeed");
        private int step;

        public Pair()
        {
            Initiator = new NoiseHandshake(true, InitiatorIdentity, initiatorEphemeral);
            Responder = new NoiseHandshake(false, ResponderIdentity, responderEphemeral);
        }

        public KeyPair InitiatorIdentity { get; } = Key("initiatorStaticSeed");

        public KeyPair ResponderIdentity { get; } = Key("responderStaticSeed");

        public NoiseHandshake Initiator { get; }

        public NoiseHandshake Responder { get; }

        public bool Refused { get; private set; }

        /// <summary>Passes the next message on; null when it was refused.</summary>
        public byte[]? Step(int flippedBit = -1)
        {
            var (from, to) = step++ % 2 == 0 ? (Initiator, Responder) : (Responder, Initiator);
            var message = new byte[from.NextMessageBytes];
            if (!from.TryWrite(message))
                return null;
            if (flippedBit >= 0)
                message[flippedBit / 8] ^= (byte)(1 << (flippedBit % 8));
            Refused = !to.TryRead(message);
            return Refused ? null : message;
        }

        public void Dispose()
        {
            Initiator.Dispose();
            Responder.Dispose();
            InitiatorIdentity.Dispose();
            ResponderIdentity.Dispose();
        }

        private static KeyPair Key(string name) => KeyPair.FromSeed(Handshake.Get(name).Hex);
    }
}
