using FsCheck;
using FsCheck.Fluent;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Envelopes;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Tests.Support;

namespace Gatehouse.Jlinx.Tests.Envelopes;

/// <summary>
/// Any order of what two parties write, read and renew, with crashes in between: each always understands the other,
/// epochs only grow, and old secrets are gone as soon as both have moved on.
/// </summary>
public sealed class RekeyProperties
{
    private static readonly CoreKey User = new(Made.Same(0xb1)), Account = new(Made.Same(0xb2));

    [Fact]
    public void Any_order_ends_in_understanding() =>
        Prop.ForAll<byte[]>(steps => Run(steps ?? [])).Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithEndSize(
            150));

    [Fact]
    public void Long_runs_keep_few_secrets() => Prop.ForAll<byte[]>(bytes =>
    {
        var garbage = new Garbage(bytes?.Sum(value => value) ?? 0);
        Run([.. Enumerable.Range(0, 600).Select(_ => (byte)garbage.Next(256))]);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    private static void Run(byte[] steps)
    {
        using var appKey = DocumentKey.FromSeed(Made.Repeated(1));
        using var customerKey = DocumentKey.FromSeed(Made.Repeated(2));
        var app = new Side(PairState.Begin(Party.App, User, Account, appKey, customerKey.PublicKey)!);
        var customer = new Side(PairState.Begin(Party.Customer, User, Account, customerKey, appKey.PublicKey)!);
        foreach (var step in steps)
        {
            var (one, other) = (step & 1) == 0 ? (app, customer) : (customer, app);
            one.Do(step >> 1 & 3, crashes: (step & 0x38) == 0, other);
            Assert.InRange(one.Epoch, other.Epoch == 0 ? 0 : other.Epoch - 1, other.Epoch + 1);
        }
        // Whatever happened: when both have read and answered everything and said a word, one secret is left to each.
        for (var i = 0; i < 3; i++)
        {
            app.Settle(customer);
            customer.Settle(app);
        }
        app.Do(0, crashes: false, customer);
        customer.Do(0, crashes: false, app);
        app.Settle(customer);
        customer.Settle(app);
        Assert.Equal(app.Epoch, customer.Epoch);
        Assert.Equal([app.Epoch], app.Secrets);
        Assert.Equal([app.Epoch], customer.Secrets);
    }

    /// <summary>
    /// A party with what is on its disk: document, state, how far it has read. A crash goes back to that.
    /// </summary>
    private sealed class Side(PairState begun)
    {
        private readonly List<byte[]> document = [[]]; // the header is nothing here
        private readonly HashSet<string> gone = new(StringComparer.Ordinal);
        private PairState state = begun;
        private byte[] stored = begun.Export();
        private int read = 1;
        private ulong seenEpoch;

        public ulong Epoch => state.Epoch;

        public IEnumerable<ulong> Secrets => PairStateTests.Secrets(state).Keys;

        public void Do(int what, bool crashes, Side other)
        {
            switch (what)
            {
                case 0:
                    Append(new SessionEnded("r"), state, crashes);
                    break;
                case 1 when !state.AwaitsRekey:
                    var (rekey, next) = state.Renew();
                    Append(rekey, next, crashes);
                    break;
                case 2 or 3 when read < other.document.Count:
                    Read(other, crashes);
                    break;
            }
        }

        public void Settle(Side other)
        {
            while (read < other.document.Count)
                Read(other, crashes: false);
            if (state.OwesRekey)
                Do(1, crashes: false, other);
        }

        private void Append(EventBody body, PairState next, bool crashes)
        {
            var index = (ulong)document.Count;
            var block = state.Seal(index, Made.Plain(body).Span);
            Assert.True(state.TryOpenOwn(index, block, out _));
            if (!crashes)
                document.Add(block);
            Commit(next, crashes);
        }

        private void Read(Side other, bool crashes)
        {
            var block = other.document[read];
            Assert.True(state.TryOpen((ulong)read, block, out var json, out var next), "not understood");
            Assert.False(state.TryOpen((ulong)read + 1, block, out _, out _));
            Assert.True(DocumentEvent.TryRead(json, DocType.AppUser, out var found)
                || DocumentEvent.TryRead(json, DocType.AppAccount, out found));
            if (found.Body is Rekey rekey)
            {
                Assert.True(next.TryTake(rekey, out var taken), "an honest offer was refused");
                Assert.False(taken.TryTake(rekey, out _), "an offer was taken twice");
                next = taken;
            }
            Assert.InRange(block[1], seenEpoch, byte.MaxValue);
            if (!crashes)
            {
                read++;
                seenEpoch = block[1];
            }
            Commit(next, crashes);
        }

        private void Commit(PairState next, bool crashes)
        {
            if (crashes)
            {
                next.Dispose();
                state.Dispose();
                Assert.True(PairState.TryImport(stored, out var restored));
                state = restored;
                return;
            }
            Assert.InRange(next.Epoch, state.Epoch, state.Epoch + 1);
            string[] before = [.. PairStateTests.Secrets(state).Values.Select(Convert.ToHexString)];
            string[] after = [.. PairStateTests.Secrets(next).Values.Select(Convert.ToHexString)];
            Assert.InRange(after.Length, 1, 3);
            gone.UnionWith(before.Except(after, StringComparer.Ordinal));
            Assert.DoesNotContain(after, gone.Contains);
            Assert.All(PairStateTests.Secrets(next).Keys, epoch => Assert.True(epoch >= Math.Min(seenEpoch,
                next.Epoch)));
            stored = next.Export();
            Assert.DoesNotContain(gone, secret => Convert.ToHexString(stored).Contains(secret,
                StringComparison.Ordinal));
            if (!ReferenceEquals(next, state))
                state.Dispose();
            state = next;
        }
    }
}
