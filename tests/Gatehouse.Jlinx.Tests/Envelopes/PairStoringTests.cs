using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Envelopes;
using Gatehouse.Jlinx.Tests.Support;

namespace Gatehouse.Jlinx.Tests.Envelopes;

public sealed class PairStoringTests
{
    private const int Counts = 74, Entries = 76, EntryBytes = 40;

    private static readonly CoreKey User = new(Made.Same(0xb1)), Account = new(Made.Same(0xb2));
    private static readonly byte[] Json = """{"type":"SessionEnded"}"""u8.ToArray();

    [Theory]
    [InlineData(Party.App)]
    [InlineData(Party.Customer)]
    public void What_was_exported_is_the_same_state(Party party)
    {
        using var ownKey = DocumentKey.Generate();
        using var theirKey = DocumentKey.Generate();
        using var state = PairState.Begin(party, User, Account, ownKey, theirKey.PublicKey)!;
        using var renewed = state.Renew().Next;
        foreach (var one in new[] { state, renewed })
        {
            var bytes = one.Export();
            Assert.True(PairState.TryImport(bytes, out var again));
            using (again)
            {
                Assert.Equal(bytes, again.Export());
                Assert.Equal(
                    (one.Party, one.Epoch, one.AwaitsRekey, one.OwesRekey),
                    (again.Party, again.Epoch, again.AwaitsRekey, again.OwesRekey));
                Assert.True(again.TryOpenOwn(1, one.Seal(1, Json), out _));
            }
        }
    }

    [Fact]
    public void What_could_be_no_state_is_refused()
    {
        using var ownKey = DocumentKey.Generate();
        using var theirKey = DocumentKey.Generate();
        using var state = PairState.Begin(Party.App, User, Account, ownKey, theirKey.PublicKey)!;
        var bytes = state.Export();
        Assert.Equal(Entries + (2 * EntryBytes), bytes.Length);
        for (var length = 0; length < bytes.Length; length++)
            Refused(bytes[..length]);
        Refused([.. bytes, 0]);
        Refused(Changed(0, 0));
        Refused(Changed(0, 2));
        Refused(Changed(1, 2));
        Refused(Changed(66, 1)); // an epoch seen that there are no keys of
        Refused(Changed(73, 0x80));
        Refused(Changed(Counts, 0));
        Refused(Changed(Counts + 1, 0));
        Refused([.. bytes[..Counts], 0, 2, .. bytes[Entries..]]);
        Refused([.. bytes[..Counts], 2, 0, .. bytes[Entries..]]);
        Refused(Changed(Entries, 1));
        Refused(Changed(Entries + EntryBytes, 1));
        Refused([.. bytes[..^32], .. new byte[32]]); // a key that makes no secret
        byte[] entry = bytes[Entries..(Entries + EntryBytes)];
        Refused([.. bytes[..Counts], 2, 1, .. entry, .. bytes[Entries..]]); // one epoch twice
        Refused([.. bytes[..Counts], 255, 255, .. Enumerable.Repeat(entry, 510).SelectMany(one => one)]);

        byte[] Changed(int at, byte value)
        {
            byte[] changed = [.. bytes];
            changed[at] = value;
            return changed;
        }
    }

    [Fact]
    public void Mutated_states_are_refused_or_work()
    {
        var garbage = new Garbage(8);
        using var ownKey = DocumentKey.Generate();
        using var theirKey = DocumentKey.Generate();
        using var state = PairState.Begin(Party.App, User, Account, ownKey, theirKey.PublicKey)!;
        var bytes = state.Renew().Next.Export();
        var block = state.Seal(1, Json);
        for (var i = 0; i < 10_000; i++)
        {
            if (!PairState.TryImport(garbage.Mutate(bytes), out var read))
                continue;
            using (read)
            {
                Assert.True(PairState.TryImport(read.Export(), out _));
                Assert.True(read.TryOpenOwn(1, read.Seal(1, Json), out _));
                read.TryOpen(1, block, out _, out _);
                Assert.Equal(read.AwaitsRekey, read.Offered is not null);
            }
        }
    }

    private static void Refused(byte[] bytes) => Assert.False(PairState.TryImport(bytes, out _));
}
