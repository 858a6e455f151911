using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Noise;
using Gatehouse.Hypercore.Streams;
using Gatehouse.Hypercore.Tests.Support;
using static Gatehouse.Hypercore.Tests.Support.Cores;

namespace Gatehouse.Hypercore.Tests.Streams;

/// <summary>What was secret is zero when it is done with, also where it failed.</summary>
public sealed class SecretsTests
{
    [Fact]
    public async Task Of_an_opening_that_failed_after_the_keys_were_made_nothing_is_left()
    {
        using KeyPair one = Pair(2), two = Pair(3);
        var (here, there) = Duplex.Create();
        using var dialling = new StreamOpening(here, true, one, null, null);
        using var accepting = new StreamOpening(there, false, two, null, null);
        there.BreakAfter(1); // its part of the handshake, without the header
        var opened = dialling.RunAsync(Never).AsTask();
        Assert.Null(await accepting.RunAsync(Never));
        Assert.Null(await opened);
        Assert.NotEqual(0, Sending(dialling).Max());
        Assert.NotEqual(0, Sending(accepting).Max());

        dialling.Dispose();
        accepting.Dispose();

        Assert.Equal(0, Sending(dialling).Max());
        Assert.Equal(0, Sending(accepting).Max());
    }

    [Fact]
    public async Task A_stream_that_was_handed_over_keeps_its_keys_until_it_is_disposed()
    {
        using KeyPair one = Pair(2), two = Pair(3);
        var (here, there) = Duplex.Create();
        var dialling = new StreamOpening(here, true, one, null, null);
        using var accepting = new StreamOpening(there, false, two, null, null);
        var opened = dialling.RunAsync(Never).AsTask();
        await using var other = await accepting.RunAsync(Never);
        var stream = await opened;
        dialling.Dispose();
        Assert.NotEqual(0, Sending(dialling).Max());
        Assert.NotEqual(0, Receiving(dialling).Max());
        Assert.NotEqual(0, stream!.Session.HandshakeHash.Span.ToArray().Max());

        await stream.DisposeAsync();

        Assert.Equal(0, stream.Session.HandshakeHash.Span.ToArray().Max());
        Assert.Equal(0, Sending(dialling).Max());
        Assert.Equal(0, Receiving(dialling).Max());
    }

    [Fact]
    public async Task Keys_are_zeroed_also_where_the_carrier_fails_to_close()
    {
        byte[] sending = new byte[Sodium.StreamStateBytes], receiving = new byte[Sodium.StreamStateBytes];
        sending.AsSpan().Fill(1);
        receiving.AsSpan().Fill(1);
        var carrier = new Unclosable();
        var session = new Session(true, default, default);
        var stream = new SecretStream(carrier, new FrameReader(carrier), session, sending, receiving);

        await Assert.ThrowsAsync<IOException>(async () => await stream.DisposeAsync());

        Assert.Equal((0, 0), (sending.Max(), receiving.Max()));
    }

    [Fact]
    public async Task What_was_read_is_not_left_in_the_pool()
    {
        byte[] frames = [16, 0, 0, .. new byte[16], 0, 0, 1, .. new byte[1 << 16]];
        using var reader = new FrameReader(new MemoryStream(frames));
        var first = (await reader.ReadAsync(1 << 20, Never))!.Value;
        first.Span.Fill(0xaa); // as if it were decrypted in place
        Assert.True(MemoryMarshal.TryGetArray((ReadOnlyMemory<byte>)first, out var array));

        Assert.Equal(1 << 16, (await reader.ReadAsync(1 << 20, Never))?.Length);

        Assert.DoesNotContain((byte)0xaa, array.Array!);
    }

    [Fact]
    public void What_is_put_down_is_not_left_in_the_pool()
    {
        byte[] key = new byte[Sodium.StreamKeyBytes], state = new byte[Sodium.StreamStateBytes];
        Sodium.StreamInitPush(state, new byte[Sodium.StreamHeaderBytes], key);
        using var writer = new FrameWriter(state);
        var output = writer.Begin();
        output.Writer.WriteFixed(Enumerable.Repeat((byte)0xaa, 32).ToArray());
        Assert.True(MemoryMarshal.TryGetArray(output.WrittenMemory, out var array));

        output.GetSpan(array.Array!.Length); // more than there is room for

        Assert.DoesNotContain((byte)0xaa, array.Array!);
    }

    [Fact]
    public void A_handshake_forgets_what_was_said()
    {
        var state = new SymmetricState("Noise_XX_Ed25519_ChaChaPoly_BLAKE2b"u8);
        Assert.NotEqual(0, state.Hash.ToArray().Max());
        state.Dispose();
        Assert.Equal(0, state.Hash.ToArray().Max());
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "sending")]
    private static extern ref byte[] Sending(StreamOpening opening);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "receiving")]
    private static extern ref byte[] Receiving(StreamOpening opening);

    private sealed class Unclosable : MemoryStream
    {
        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            throw new IOException("It does not close.");
        }
    }
}
