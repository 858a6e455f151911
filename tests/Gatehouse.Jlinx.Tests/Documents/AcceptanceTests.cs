using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;
using Gatehouse.Jlinx.Tests.Support;

namespace Gatehouse.Jlinx.Tests.Documents;

public sealed class AcceptanceTests
{
    private static readonly KeyPair App = Made.Pair(1), User = Made.Pair(2), Customer = Made.Pair(3),
        Account = Made.Pair(4);
    private static readonly KeyPair Stranger = Made.Pair(5);

    [Fact]
    public async Task An_offer_is_taken_while_it_lasts()
    {
        Assert.Equal(PairFault.None, await OfferAsync());
        Assert.Equal(PairFault.None, await OfferAsync(secret: []));
        Assert.Equal(PairFault.None, await OfferAsync(now: Made.Noon.AddMinutes(10).AddTicks(-1)));
        Assert.Equal(PairFault.Expired, await OfferAsync(now: Made.Noon.AddMinutes(10)));
        Assert.Equal(PairFault.None, await OfferAsync(change: header => header with { Endpoint = null }));
    }

    [Fact]
    public async Task An_offer_is_proven_by_the_did_of_its_origin()
    {
        Assert.Equal(PairFault.Unproven, await OfferAsync(by: Stranger));
        Assert.Equal(PairFault.Unproven, await OfferAsync(change: header => header with { Author = Made.IdOf(
            Stranger) }));
        Assert.Equal(PairFault.Unproven, await OfferAsync(events: [new KeyRevoked(App.PublicKey)]));
        Assert.Equal(PairFault.Unproven, await OfferAsync(events: [new Deactivated()]));
        Assert.Equal(PairFault.None, await OfferAsync(by: Stranger, events: [new KeyAdded(Stranger.PublicKey)]));
        var did = await Made.ReadDidAsync(App, Made.Did(App, isApp: true));
        var account = Made.Sign(Made.AppAccount(App, new DocumentRef(Made.IdOf(User), new Head(1, default))), User,
            App);
        Assert.Equal(PairFault.Unproven, Acceptance.CheckOffer(account, did, Made.Origin, Made.Secret, Made.Noon));
        var profile = Made.Sign(Made.Profile(App), User, App);
        Assert.Equal(PairFault.Unproven, Acceptance.CheckOffer(profile, did, Made.Origin, Made.Secret, Made.Noon));
    }

    [Fact]
    public async Task An_offer_has_one_origin_everywhere()
    {
        var other = Made.OriginOf("https://app.example:8443");
        Assert.Equal(PairFault.WrongOrigin, await OfferAsync(origin: other));
        Assert.Equal(PairFault.WrongOrigin, await OfferAsync(change: header => header with { App = new AppName(other,
            "App") }));
        Assert.Equal(PairFault.WrongOrigin, await OfferAsync(
            did: Made.Did(App, isApp: true) with { App = new AppName(other, "App") }));
        Assert.Equal(PairFault.WrongOrigin, await OfferAsync(did: Made.Did(App))); // the Did names none
        foreach (var endpoint in new[] { "https://evil.example/x", "http://app.example/x",
            "https://app.example:8443/x", "file:///x" })
        {
            Assert.Equal(
                PairFault.WrongOrigin, await OfferAsync(change: header => header with { Endpoint = new Uri(
                    endpoint) }));
        }
    }

    [Fact]
    public async Task The_secret_is_that_of_the_offer()
    {
        foreach (var wrong in new byte[][] { Made.Repeated(8), Made.Secret[..31], [.. Made.Secret, 0] })
            Assert.Equal(PairFault.WrongSecret, await OfferAsync(secret: wrong));
    }

    [Fact]
    public async Task An_account_is_taken_that_answers_this_offer()
    {
        Assert.Equal(PairFault.None, await AccountAsync());
        Assert.Equal(PairFault.None, await AccountAsync(secretHash: null, secret: null));
        Assert.Equal(PairFault.None, await AccountAsync(secretHash: null, secret: Made.Repeated(8)));
    }

    [Fact]
    public async Task An_account_is_proven_by_its_own_did()
    {
        Assert.Equal(PairFault.Unproven, await AccountAsync(by: Stranger));
        Assert.Equal(PairFault.Unproven, await AccountAsync(change: header => header with { Author = Made.IdOf(
            Stranger) }));
        Assert.Equal(PairFault.Unproven, await AccountAsync(events: [new KeyRevoked(Customer.PublicKey)]));
        Assert.Equal(PairFault.Unproven, await AccountAsync(events: [new Rotated(Made.IdOf(Stranger))]));
        Assert.Equal(PairFault.Unproven, await AccountAsync(change: header => Made.Profile(Customer)));
        Assert.Equal(PairFault.Unproven, await AccountAsync(change: header => Made.AppUser(Customer)));
    }

    [Fact]
    public async Task An_account_accepted_for_another_origin_is_not_taken() =>
        Assert.Equal(PairFault.WrongOrigin, await AccountAsync(origin: Made.OriginOf("https://evil.example")));

    [Fact]
    public async Task An_account_refers_to_this_document_and_this_history()
    {
        Assert.Equal(PairFault.WrongRef, await AccountAsync(reference: seen => seen with { Id = Made.IdOf(Stranger) }));
        Assert.Equal(PairFault.WrongRef, await AccountAsync(
            reference: seen => seen with { Head = seen.Head with { TreeHash = Made.Same(1) } }));
        Assert.Equal(PairFault.WrongRef, await AccountAsync(
            reference: seen => seen with { Head = seen.Head with { Length = 2 } }));
    }

    [Fact]
    public async Task An_account_knows_the_secret_where_it_must()
    {
        Assert.Equal(PairFault.WrongSecret, await AccountAsync(secret: Made.Repeated(8)));
        Assert.Equal(PairFault.WrongSecret, await AccountAsync(secret: null));
    }

    private static async Task<PairFault> OfferAsync(
        Func<Header, Header>? change = null, KeyPair? by = null, Header? did = null, EventBody[]? events = null,
        WebOrigin? origin = null, byte[]? secret = null, DateTimeOffset? now = null)
    {
        var header = Made.AppUser(App);
        var signed = Made.Sign(change?.Invoke(header) ?? header, User, by ?? App);
        var read = await Made.ReadDidAsync(App, did ?? Made.Did(App, isApp: true), events ?? []);
        return Acceptance.CheckOffer(signed, read, origin ?? Made.Origin, secret ?? Made.Secret, now ?? Made.Noon);
    }

    private static Task<PairFault> AccountAsync(
        Func<Header, Header>? change = null, KeyPair? by = null, EventBody[]? events = null, WebOrigin? origin = null,
        Func<DocumentRef, DocumentRef>? reference = null) =>
        AccountAsync(Labels.SignUpSecret(Made.Secret), Made.Secret, change, by, events, origin, reference);

    private static Task<PairFault> AccountAsync(byte[]? secret) =>
        AccountAsync(Labels.SignUpSecret(Made.Secret), secret, null, null, null, null, null);

    private static Task<PairFault> AccountAsync(Bytes32? secretHash, byte[]? secret) =>
        AccountAsync(secretHash, secret, null, null, null, null, null);

    private static async Task<PairFault> AccountAsync(
        Bytes32? secretHash, byte[]? secret, Func<Header, Header>? change, KeyPair? by, EventBody[]? events,
        WebOrigin? origin, Func<DocumentRef, DocumentRef>? reference)
    {
        var appUser = await Made.CoreAsync(User, HeaderCodec.Write(Made.AppUser(App), Made.KeyOf(User), App));
        var seen = new DocumentRef(Made.IdOf(User), (await appUser.ReadHeadAsync())!.Value);
        var header = Made.AppAccount(Customer, reference?.Invoke(seen) ?? seen);
        var signed = Made.Sign(change?.Invoke(header) ?? header, Account, by ?? Customer);
        var did = await Made.ReadDidAsync(Customer, Made.Did(Customer), events ?? []);
        var accepted = new AccountAccepted(origin ?? Made.Origin, secret is null ? null : (
            ReadOnlyMemory<byte>?)secret);
        return await Acceptance.CheckAccountAsync(signed, did, accepted, appUser, Made.Origin, secretHash);
    }
}
