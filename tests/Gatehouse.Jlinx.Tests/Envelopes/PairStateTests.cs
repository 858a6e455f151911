using System.Runtime.CompilerServices;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Envelopes;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Tests.Support;

namespace Gatehouse.Jlinx.Tests.Envelopes;

public sealed class PairStateTests : IDisposable
{
    private static readonly CoreKey User = new(Made.Same(0xb1)), Account = new(Made.Same(0xb2));
    private static readonly byte[] Json = """{"type":"SessionEnded"}"""u8.ToArray();

    private readonly DocumentKey appKey = DocumentKey.FromSeed(Made.Repeated(1));
    private readonly DocumentKey customerKey = DocumentKey.FromSeed(Made.Repeated(2));
    private PairState app, customer;
    private ulong appWrote, customerWrote;

    public PairStateTests()
    {
        app = PairState.Begin(Party.App, User, Account, appKey, customerKey.PublicKey)!;
        customer = PairState.Begin(Party.Customer, User, Account, customerKey, appKey.PublicKey)!;
    }

    public void Dispose()
    {
        app.Dispose();
        customer.Dispose();
        appKey.Dispose();
        customerKey.Dispose();
    }

    [Fact]
    public void What_one_seals_the_other_opens_and_nobody_else()
    {
        var block = app.Seal(1, Json);
        Assert.True(customer.TryOpen(1, block, out var json, out _));
        Assert.Equal(Json, json);
        Assert.True(app.TryOpenOwn(1, block, out _));
        using var stranger = DocumentKey.FromSeed(Made.Repeated(3));
        using var other = PairState.Begin(Party.Customer, User, Account, stranger, appKey.PublicKey)!;
        Assert.False(other.TryOpen(1, block, out _, out _));
    }

    [Fact]
    public void A_block_thrown_back_at_its_writer_is_nothing()
    {
        var block = app.Seal(1, Json);
        Assert.False(app.TryOpen(1, block, out _, out var next));
        Assert.Same(app, next);
        Assert.False(customer.TryOpenOwn(1, block, out _));
    }

    [Fact]
    public void With_the_same_two_keys_another_pair_of_documents_shares_nothing()
    {
        CoreKey otherUser = new(Made.Same(0xc1)), otherAccount = new(Made.Same(0xc2));
        foreach (var (user, account) in new[] { (otherUser, Account), (User, otherAccount), (Account, User) })
        {
            using var other = PairState.Begin(Party.Customer, user, account, customerKey, appKey.PublicKey)!;
            Assert.False(other.TryOpen(1, app.Seal(1, Json), out _, out _));
            using var writer = PairState.Begin(Party.App, user, account, appKey, customerKey.PublicKey)!;
            Assert.False(customer.TryOpen(1, writer.Seal(1, Json), out _, out _));
        }
    }

    [Fact]
    public void One_pair_of_keys_for_both_parties_still_tells_their_documents_apart()
    {
        using var one = PairState.Begin(Party.App, User, Account, appKey, appKey.PublicKey)!;
        using var two = PairState.Begin(Party.Customer, User, Account, appKey, appKey.PublicKey)!;
        var block = one.Seal(1, Json);
        Assert.True(two.TryOpen(1, block, out _, out _));
        Assert.False(one.TryOpen(1, block, out _, out _));
    }

    [Fact]
    public void New_keys_are_used_when_both_have_offered_theirs_and_the_old_are_gone_when_both_have_used_them()
    {
        var old = app;
        AppOffers();
        Assert.True(app.AwaitsRekey);
        Assert.Equal(0UL, app.Epoch);
        Assert.True(customer.OwesRekey);
        Assert.Equal(0UL, customer.Epoch);
        CustomerOffers();
        Assert.Equal((1UL, 1UL), (app.Epoch, customer.Epoch));
        Assert.False(app.AwaitsRekey || app.OwesRekey || customer.AwaitsRekey || customer.OwesRekey);
        Assert.Equal("0, 1", Held(app));
        AppSays();
        Assert.Equal("1", Held(customer));
        CustomerSays();
        Assert.Equal("1", Held(app));

        var late = old.Seal(9, Json);
        Assert.False(customer.TryOpen(9, late, out _, out _));
        Assert.False(app.TryOpenOwn(9, late, out _));
    }

    [Fact]
    public void A_party_that_has_not_read_the_answer_is_still_understood()
    {
        AppOffers();
        Offer(ref customer, ref customerWrote); // not read by the app yet
        Assert.Equal((0UL, 1UL), (app.Epoch, customer.Epoch));
        AppSays();
        AppSays();
        Assert.Equal("0, 1", Held(customer));
    }

    [Fact]
    public void Both_may_begin_at_once()
    {
        var (byApp, appNext) = app.Renew();
        var (byCustomer, customerNext) = customer.Renew();
        byte[] one = app.Seal(1, Made.Plain(byApp).Span), other = customer.Seal(1, Made.Plain(byCustomer).Span);
        Assert.True(appNext.TryOpen(1, other, out _, out _) && customerNext.TryOpen(1, one, out _, out _));
        Assert.True(appNext.TryTake(byCustomer, out app) && customerNext.TryTake(byApp, out customer));
        Assert.Equal((1UL, 1UL), (app.Epoch, customer.Epoch));
        (appWrote, customerWrote) = (1, 1);
        AppSays();
        CustomerSays();
        Assert.Equal("1", Held(app));
        Assert.Equal("1", Held(customer));
    }

    [Fact]
    public void No_second_offer_for_an_epoch_is_taken_and_none_for_another()
    {
        var key = Made.Pair(1).PublicKey.Bytes;
        using var made = DocumentKey.FromSeed(Made.Repeated(0x11));
        foreach (var epoch in new ulong[] { 0, 2, 3, (1UL << 53) - 1, ulong.MaxValue })
            Assert.False(customer.TryTake(new Rekey(made.PublicKey, epoch), out _));
        Assert.True(customer.TryTake(new Rekey(made.PublicKey, 1), out customer));
        foreach (var epoch in new ulong[] { 0, 1, 2 })
        {
            Assert.False(customer.TryTake(new Rekey(key, epoch), out var next));
            Assert.Same(customer, next);
        }
        customer = customer.Renew().Next;
        Assert.Throws<InvalidOperationException>(() => app.Renew().Next.Renew());
        Assert.False(customer.TryTake(new Rekey(key, 1), out _));
    }

    [Fact]
    public void An_offer_sealed_in_an_older_epoch_is_not_taken()
    {
        // Otherwise a party that never uses its new keys makes the other keep all of its old ones.
        AppOffers();
        CustomerOffers();
        using var key = DocumentKey.FromSeed(Made.Repeated(0x11));
        Assert.False(app.TryTake(new Rekey(key.PublicKey, 2), out _));
        CustomerSays();
        Assert.True(app.TryTake(new Rekey(key.PublicKey, 2), out _));
    }

    [Fact]
    public void A_key_that_makes_no_secret_is_refused()
    {
        string[] small =
        [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ];
        foreach (var key in small.Select(hex => new Bytes32(Convert.FromHexString(hex))))
        {
            Assert.Null(PairState.Begin(Party.App, User, Account, appKey, key));
            Assert.Null(PairState.Begin(Party.Customer, User, Account, customerKey, key));
            Assert.False(app.TryTake(new Rekey(key, 1), out _));
        }
    }

    [Fact]
    public void An_older_epoch_is_refused_after_a_newer_one_was_seen()
    {
        AppOffers();
        CustomerOffers();
        var (before, after) = (PairState.TryImport(app.Export(), out var copy) ? copy : app, app);
        AppSays();
        Assert.Equal(1UL, customer.Epoch);
        Assert.False(customer.TryOpen(50, SealedBefore(50), out _, out _));
        Assert.True(customer.TryOpen(51, after.Seal(51, Json), out _, out _));
        before.Dispose();

        byte[] SealedBefore(ulong index)
        {
            using var first = PairState.Begin(Party.App, User, Account, appKey, customerKey.PublicKey)!;
            return first.Seal(index, Json);
        }
    }

    [Fact]
    public void Relabelled_with_another_epoch_a_block_does_not_open()
    {
        AppOffers();
        CustomerOffers();
        var block = app.Seal(5, Json);
        Assert.Equal(1, block[1]);
        block[1] = 0;
        Assert.False(customer.TryOpen(5, block, out _, out _));
        block[1] = 2;
        Assert.False(customer.TryOpen(5, block, out _, out _));
        block[1] = 1;
        Assert.True(customer.TryOpen(5, block, out _, out _));
    }

    [Fact]
    public void A_state_from_before_the_new_keys_knows_that_it_was_left_behind()
    {
        Assert.True(PairState.TryImport(app.Export(), out var old));
        AppOffers();
        CustomerOffers();
        var block = customer.Seal(5, Json);
        Assert.False(old.TryOpen(5, block, out _, out _));
        Assert.True(old.IsBeyond(block));
        Assert.False(old.IsBeyond(old.Seal(5, Json)));
        Assert.False(old.IsBeyond("{}"u8));
        Assert.False(app.IsBeyond(block));
        old.Dispose();
    }

    [Fact]
    public void What_was_offered_can_be_said_again()
    {
        Assert.Null(app.Offered);
        var (offer, next) = app.Renew();
        Assert.Equal(offer, next.Offered);
        Assert.True(PairState.TryImport(next.Export(), out var stored));
        Assert.Equal(offer, stored.Offered);
        stored.Dispose();
        next.Dispose();
        AppOffers();
        CustomerOffers();
        Assert.Null(app.Offered);
    }

    [Fact]
    public void Disposed_it_holds_zeros_and_does_nothing_with_them()
    {
        var block = customer.Seal(1, Json);
        var secrets = Secrets(app).Values.ToArray();
        Assert.All(secrets, secret => Assert.NotEqual(new byte[32], secret));
        var seed = appKey.Seed.ToArray();
        app.Dispose();
        Assert.All(secrets, secret => Assert.Equal(new byte[32], secret));
        Assert.NotEqual(new byte[32], seed); // it had a copy of its own
        Assert.Throws<ObjectDisposedException>(() => app.Seal(1, Json));
        Assert.Throws<ObjectDisposedException>(() => app.TryOpen(1, block, out _, out _));
        Assert.Throws<ObjectDisposedException>(() => app.TryOpenOwn(1, app.Seal(1, Json), out _));
        Assert.Throws<ObjectDisposedException>(() => app.Renew());
        Assert.Throws<ObjectDisposedException>(() => app.TryTake(new Rekey(customerKey.PublicKey, 1), out _));
        Assert.Throws<ObjectDisposedException>(() => app.Export());
        Assert.Throws<ObjectDisposedException>(() => app.Offered);

        appKey.Dispose();
        Assert.Throws<ObjectDisposedException>(() => appKey.Seed.Length);
        Assert.Throws<ObjectDisposedException>(
            () => PairState.Begin(Party.App, User, Account, appKey, customerKey.PublicKey));
    }

    [Fact]
    public void Disposing_a_state_leaves_the_next_one_alone()
    {
        var first = app;
        AppOffers();
        first.Dispose();
        AppSays();
        CustomerSays();
    }

    private void AppOffers()
    {
        var (block, rekey) = Offer(ref app, ref appWrote);
        Assert.True(customer.TryOpen(appWrote, block, out _, out customer));
        Assert.True(customer.TryTake(rekey, out customer));
    }

    private void CustomerOffers()
    {
        var (block, rekey) = Offer(ref customer, ref customerWrote);
        Assert.True(app.TryOpen(customerWrote, block, out _, out app));
        Assert.True(app.TryTake(rekey, out app));
    }

    private void AppSays()
    {
        var block = app.Seal(++appWrote, Json);
        Assert.True(customer.TryOpen(appWrote, block, out var json, out customer));
        Assert.Equal(Json, json);
    }

    private void CustomerSays()
    {
        var block = customer.Seal(++customerWrote, Json);
        Assert.True(app.TryOpen(customerWrote, block, out var json, out app));
        Assert.Equal(Json, json);
    }

    private static (byte[] Block, Rekey Rekey) Offer(ref PairState state, ref ulong wrote)
    {
        var (rekey, next) = state.Renew();
        var block = state.Seal(++wrote, Made.Plain(rekey).Span);
        state = next;
        return (block, rekey);
    }

    private static string Held(PairState state) => string.Join(", ", Secrets(state).Keys);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "own")]
    internal static extern ref SortedDictionary<ulong, byte[]> Secrets(PairState state);
}
