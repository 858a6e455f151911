using Gatehouse.Hypercore.Streams;
using Gatehouse.Hypercore.Tests.Support;
using static Gatehouse.Hypercore.Tests.Support.Cores;

namespace Gatehouse.Hypercore.Tests.Streams;

/// <summary>Random and mutated bytes where a stream should be: refused, without an exception.</summary>
public sealed class StreamFuzzTests
{
    private static readonly Transcript Recorded = new("12-transcript-sync-3-then-live");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whatever_is_said_in_place_of_a_handshake_is_refused(bool isInitiator)
    {
        var garbage = new Garbage(8);
        using var identity = Pair(2);
        var raw = Recorded.RawOf(!isInitiator);
        for (var i = 0; i < 2000; i++)
        {
            byte[] bytes = garbage.Next(3) == 0 ? Random(garbage, 1 + garbage.Next(300)) : garbage.Mutate(raw.AsSpan(0, 200));
            await using var carrier = new PiecemealStream(bytes);
            using var opening = new StreamOpening(carrier, isInitiator, identity, null, null);
            Assert.Null(await opening.RunAsync(Never));
            Assert.Contains(
                opening.End, new[] { ConnectionEnd.HandshakeRefused, ConnectionEnd.Cut, ConnectionEnd.Closed });
        }
    }

    [Fact]
    public async Task Frames_are_cut_from_random_bytes_as_they_say_and_none_is_larger_than_it_may()
    {
        var garbage = new Garbage(9);
        for (var i = 0; i < 500; i++)
        {
            var bytes = Random(garbage, garbage.Next(5000));
            for (var at = 0; at + 3 < bytes.Length; at += 3 + bytes[at])
                (bytes[at + 1], bytes[at + 2]) = (garbage.Next(50) == 0 ? (byte)4 : (byte)0, 0); // small, mostly
            using var reader = new FrameReader(new PiecemealStream(bytes));
            var taken = 0;
            while (await reader.ReadAsync(512, Never) is { } frame)
            {
                Assert.InRange(frame.Length, 0, 512);
                Assert.Equal(bytes.AsSpan(taken + 3, frame.Length).ToArray(), frame.ToArray());
                taken += 3 + frame.Length;
            }
            Assert.InRange(taken, 0, bytes.Length);
            Assert.Equal(
                taken == bytes.Length ? ConnectionEnd.Closed
                : taken + 3 <= bytes.Length && FrameFormat.ReadLength(bytes.AsSpan(taken)) > 512 ? ConnectionEnd.Malformed
                : ConnectionEnd.Cut,
                reader.End);
        }
    }

    private static byte[] Random(Garbage garbage, int length) =>
        [.. Enumerable.Range(0, length).Select(_ => (byte)garbage.Next(256))];
}
