using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Tests.Support;

namespace Gatehouse.Jlinx.Tests.Documents;

public sealed class DidTests
{
    private static readonly KeyPair Signer = Made.Pair(1), Document = Made.Pair(2), Added = Made.Pair(3),
        Third = Made.Pair(4);

    [Fact]
    public async Task A_new_one_has_its_signer_as_its_key()
    {
        var did = await Made.ReadDidAsync(Signer, Made.Did(Signer, isApp: true));
        Assert.Equal(Made.IdOf(Signer), did.Id);
        Assert.Equal([Signer.PublicKey], did.Keys);
        Assert.Equal(2, did.Services.Count);
        Assert.False(did.IsOver);
        Assert.True(did.AnswersFor(By(Signer)));
        Assert.False(did.AnswersFor(By(Added)));
    }

    [Fact]
    public async Task It_is_read_only_where_it_is_well()
    {
        Assert.Null(await Did.ReadAsync(await Core.CreateAsync(new MemoryCoreStore(), Signer)));
        Assert.Null(await Did.ReadAsync(await Core.OpenAsync(new MemoryCoreStore(), Made.KeyOf(Signer))));
        var key = Made.KeyOf(Signer);
        byte[][] bad =
        [
            HeaderCodec.Write(Made.Did(Signer), key, Added), // proven by another key
            HeaderCodec.Write(Made.Did(Added), key, Signer), // another's name
            HeaderCodec.Write(Made.Did(Signer), Made.KeyOf(Added), Signer), // another's header
            HeaderCodec.Write(Made.Profile(Signer), key, Signer), // another type
            Made.Plain(new Deactivated()).ToArray(),
        ];
        foreach (var block in bad)
            Assert.Null(await Did.ReadAsync(await Made.CoreAsync(Signer, block)));
    }

    [Fact]
    public async Task Keys_are_added_and_revoked()
    {
        var did = await Made.ReadDidAsync(Signer, Made.Did(Signer), new KeyAdded(Added.PublicKey), new KeyAdded(
            Added.PublicKey));
        Assert.Equal([Signer.PublicKey, Added.PublicKey], did.Keys);
        Assert.True(did.AnswersFor(By(Signer)) && did.AnswersFor(By(Added)));

        did = await Made.ReadDidAsync(
            Signer, Made.Did(Signer), new KeyAdded(Added.PublicKey), new KeyRevoked(Added.PublicKey),
            new KeyRevoked(Third.PublicKey));
        Assert.Equal([Signer.PublicKey], did.Keys);
        Assert.False(did.AnswersFor(By(Added)));
        Assert.False((await Made.ReadDidAsync(Added, Made.Did(Added))).AnswersFor(By(Added)));
    }

    [Fact]
    public async Task A_revoked_key_never_comes_back()
    {
        var did = await Made.ReadDidAsync(
            Signer, Made.Did(Signer), new KeyRevoked(Added.PublicKey), new KeyAdded(Added.PublicKey));
        Assert.Equal([Signer.PublicKey], did.Keys);
    }

    [Fact]
    public async Task Who_has_a_revoked_signer_can_take_away_and_give_nothing()
    {
        var did = await Made.ReadDidAsync(
            Signer, Made.Did(Signer, isApp: true), new KeyAdded(Added.PublicKey), new KeyRevoked(Signer.PublicKey),
            new KeyAdded(Third.PublicKey), new KeyAdded(Signer.PublicKey), new ServiceSet([]),
            new Rotated(Made.IdOf(Third)));
        Assert.Equal([Added.PublicKey], did.Keys);
        Assert.Equal(2, did.Services.Count);
        Assert.False(did.IsOver);
        Assert.Null(did.Next);
        Assert.True(did.AnswersFor(By(Added)));
        Assert.False(did.AnswersFor(By(Signer)));
        did = await Made.ReadDidAsync(
            Signer, Made.Did(Signer), new KeyAdded(Added.PublicKey), new KeyRevoked(Signer.PublicKey),
            new KeyRevoked(Added.PublicKey), new Deactivated());
        Assert.Empty(did.Keys);
        Assert.True(did.IsOver);
    }

    [Fact]
    public async Task It_has_at_most_eight_keys()
    {
        var many = Enumerable.Range(10, 12).Select(i => new KeyAdded(Made.Pair((
            byte)i).PublicKey)).ToArray<EventBody>();
        var did = await Made.ReadDidAsync(Signer, Made.Did(Signer), many);
        Assert.Equal(DocumentLimits.Keys, did.Keys.Count);
        Assert.Contains(Signer.PublicKey, did.Keys);
    }

    [Fact]
    public async Task After_its_end_nothing_counts()
    {
        foreach (var end in new EventBody[] { new Deactivated(), new Rotated(Made.IdOf(Third)) })
        {
            var did = await Made.ReadDidAsync(Signer, Made.Did(Signer), end, new KeyAdded(Added.PublicKey),
                new ServiceSet([]));
            Assert.True(did.IsOver);
            Assert.Equal([Signer.PublicKey], did.Keys);
            Assert.False(did.AnswersFor(By(Signer)));
            Assert.Equal(end is Rotated ? Made.IdOf(Third) : null, did.Next);
        }
    }

    [Fact]
    public async Task What_has_come_since_is_read_and_what_is_malformed_has_no_effect()
    {
        var core = await Made.CoreAsync(Signer, Made.Did(Signer));
        var did = (await Did.ReadAsync(core))!;
        await core.AppendAsync([new byte[] { 1, 2, 3 }, "{}"u8.ToArray(), Made.Plain(new DestroyedAccount())]);
        await core.AppendAsync(Made.Plain(new KeyAdded(Added.PublicKey)));
        Assert.Single(did.Keys);
        await did.ReadOnAsync(core);
        Assert.Equal([Signer.PublicKey, Added.PublicKey], did.Keys);
        await did.ReadOnAsync(core);
        Assert.Equal(2, did.Keys.Count);
    }

    [Fact]
    public async Task One_with_two_histories_answers_for_nothing()
    {
        var store = new MemoryCoreStore();
        var core = await Core.CreateAsync(store, Signer);
        await core.AppendAsync(HeaderCodec.Write(Made.Did(Signer), core.Key, Signer));
        var head = (await store.ReadHeadAsync(core.Key, CancellationToken.None))!;
        await store.CommitAsync(
            core.Key,
            new CoreCommit { ExpectedLength = 1, ExpectedSignature = head.Signature, Head = head with { IsFrozen = true } },
            CancellationToken.None);
        var did = (await Did.ReadAsync(await Core.OpenAsync(store, core.Key)))!;
        Assert.True(did.IsOver);
        Assert.False(did.AnswersFor(By(Signer)));
    }

    [Fact]
    public async Task Only_the_committed_key_succeeds()
    {
        using var next = Made.Pair(5);
        var old = await Made.ReadDidAsync(Signer, Made.Did(Signer, Labels.NextKey(next.PublicKey)));
        var successor = await Made.ReadDidAsync(next, Made.Did(next, previous: old.Id));
        Assert.True(successor.Succeeds(old));

        Assert.False((await Made.ReadDidAsync(next, Made.Did(next))).Succeeds(old)); // it doesn't say so
        Assert.False((await Made.ReadDidAsync(next, Made.Did(next, previous: Made.IdOf(Third)))).Succeeds(old));
        Assert.False((await Made.ReadDidAsync(Third, Made.Did(Third, previous: old.Id))).Succeeds(old));
        var uncommitted = await Made.ReadDidAsync(Signer, Made.Did(Signer));
        Assert.False(successor.Succeeds(uncommitted));
        Assert.False(old.Succeeds(successor));
        Assert.False(old.Succeeds(old));
    }

    [Fact]
    public async Task To_have_seen_the_committed_key_is_not_to_hold_it()
    {
        using var next = Made.Pair(5);
        var old = await Made.ReadDidAsync(Signer, Made.Did(Signer, Labels.NextKey(next.PublicKey)));
        var thief = Made.Did(Third, previous: old.Id);
        Assert.False((await Made.ReadDidAsync(Third, thief, new KeyAdded(next.PublicKey))).Succeeds(old));
        Assert.False((await Made.ReadDidAsync(
            Third, thief, new KeyAdded(next.PublicKey), new KeyRevoked(Third.PublicKey))).Succeeds(old));
    }

    [Fact]
    public async Task What_was_stolen_can_not_undo_the_commitment()
    {
        using var next = Made.Pair(5);
        var old = await Made.ReadDidAsync(
            Signer, Made.Did(Signer, Labels.NextKey(next.PublicKey)), new KeyAdded(Third.PublicKey), new Rotated(
                Made.IdOf(Third)));
        var thief = await Made.ReadDidAsync(Third, Made.Did(Third, previous: old.Id));
        Assert.False(thief.Succeeds(old));
        Assert.True((await Made.ReadDidAsync(next, Made.Did(next, previous: old.Id))).Succeeds(old));
    }

    [Fact]
    public async Task One_that_is_over_or_lost_its_signer_succeeds_nothing()
    {
        using var next = Made.Pair(5);
        var old = await Made.ReadDidAsync(Signer, Made.Did(Signer, Labels.NextKey(next.PublicKey)));
        var header = Made.Did(next, previous: old.Id);
        Assert.False((await Made.ReadDidAsync(next, header, new Deactivated())).Succeeds(old));
        Assert.False((await Made.ReadDidAsync(next, header, new KeyRevoked(next.PublicKey))).Succeeds(old));
    }

    private static SignedHeader By(KeyPair key) => Made.Sign(Made.Profile(Signer), Document, key);
}
