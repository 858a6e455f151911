using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Names;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Jlinx;

/// <summary>Keys that are lost, stolen, or held by two.</summary>
public abstract class KeyLossTests(StoreKind kind) : JlinxTests
{
    [Fact]
    public async Task Who_lost_the_keys_comes_back_with_the_one_that_was_set_apart()
    {
        await using var app = await App.StartAsync(kind);
        var old = NewBrowser(app);
        var (lost, joined) = await JoinAsync(app, old);
        await using var _1 = lost;
        var browser = NewBrowser(app);
        var offer = await OfferAsync(browser);
        var found = await new Holder(app, Holder.LinkOf(offer)) { Author = lost.Successor }.TakeAsync(Succeeding(lost));
        await using var _2 = found;

        (await app.PostAsync(Accounts, Holder.Json("app_account", found.Id))).IsOk();
        var session = await WaitAsync(browser, offer.Text("ticket")!);

        Assert.Equal(joined.Text("account", "id"), session.Text("account", "id"));
        await IsGuestAsync(old); // what the old keys had opened is closed
        await lost.NextAsync<DestroyedAccount>();
        Assert.Equal(1, await app.Store.CountAsync("accounts"));
        Assert.Equal(1, await app.Store.CountAsync("identities"));
        Assert.Equal(1, await app.Store.CountAsync("security_events", "type = 'identity_replaced'"));
        await AskAsync(NewBrowser(app), found.Id);
        await found.NextAsync<SessionRequested>();
    }

    [Fact]
    [Meets("GH-SEC-325")]
    public async Task Nobody_succeeds_with_a_key_that_was_not_set_apart()
    {
        await using var app = await App.StartAsync(kind);
        var old = NewBrowser(app);
        var (lost, _) = await JoinAsync(app, old);
        await using var _1 = lost;
        var browser = NewBrowser(app);
        var offer = await OfferAsync(browser);
        var thief = await new Holder(app, Holder.LinkOf(offer)).TakeAsync(Succeeding(lost));
        await using var _2 = thief;

        (await app.PostAsync(Accounts, Holder.Json("app_account", thief.Id))).IsOk();

        Assert.Equal("pending", (await WaitAsync(browser, offer.Text("ticket")!, 2)).Text("status"));
        (await old.GetAsync("/api/auth/session")).IsOk();
        Assert.Equal(1, await app.Store.CountAsync("identities"));
    }

    [Fact]
    public async Task Where_nobody_new_is_welcome_owners_come_back_and_nobody_else_comes_in()
    {
        await using var store = await Store.CreateAsync(kind);
        var clock = new FakeClock();
        var open = await App.StartOnAsync(store, clock);
        var (lost, joined) = await JoinAsync(open, NewBrowser(open));
        await using var _1 = lost;
        await lost.DisconnectAsync();
        await open.DisposeAsync();
        await using var app = await App.StartOnAsync(store, clock, ("SignUp:Mode", "Closed"));
        var (browser, other) = (NewBrowser(app), NewBrowser(app));
        (await browser.PostAsync(SignUp, "{}")).IsProblem(403, "signup_closed");

        var strange = await OfferAsync(other, Recovery);
        await using var stranger = await new Holder(app, Holder.LinkOf(strange)).TakeAsync();
        (await app.PostAsync(Accounts, Holder.Json("app_account", stranger.Id))).IsOk();
        Assert.Equal("pending", (await WaitAsync(other, strange.Text("ticket")!, 2)).Text("status"));
        Assert.Equal(1, await store.CountAsync("identities"));

        var offer = await OfferAsync(browser, Recovery);
        await using var found = await new Holder(app, Holder.LinkOf(offer)) { Author = lost.Successor }.TakeAsync(Succeeding(lost));
        (await app.PostAsync(Accounts, Holder.Json("app_account", found.Id))).IsOk();
        Assert.Equal(joined.Text("account", "id"), (await WaitAsync(browser, offer.Text("ticket")!)).Text("account", "id"));
        Assert.Equal(1, await store.CountAsync("accounts"));
    }

    [Fact]
    public async Task A_recovery_makes_no_account_where_everybody_is_welcome_either()
    {
        await using var app = await App.StartAsync(kind);
        var browser = NewBrowser(app);
        var offer = await OfferAsync(browser, Recovery);
        await using var stranger = await new Holder(app, Holder.LinkOf(offer)).TakeAsync();

        (await app.PostAsync(Accounts, Holder.Json("app_account", stranger.Id))).IsOk();

        Assert.Equal("pending", (await WaitAsync(browser, offer.Text("ticket")!, 2)).Text("status"));
        Assert.Equal(0, await app.Store.CountAsync("accounts"));
    }

    [Fact]
    [Meets("GH-SEC-315")]
    public async Task Two_histories_are_told_to_the_owner()
    {
        await using var app = await App.StartAsync(kind);
        var person = await app.JoinAsync(App.NewEmail());
        await using var holder = await LinkAsync(app, NewBrowser(app).As(person));

        await using var fork = await holder.ForkAsync(app);

        await IsFrozenAsync(app, person.Email);
    }

    [Theory]
    [InlineData("revoked")]
    [InlineData("over")]
    [InlineData("succeeded")]
    [Meets("GH-SEC-315")]
    public async Task An_owner_who_revokes_the_key_from_elsewhere_ends_what_it_has_opened(string how)
    {
        await using var app = await App.StartAsync(kind);
        var person = await app.JoinAsync(App.NewEmail());
        await using var holder = await LinkAsync(app, NewBrowser(app).As(person));
        var (elsewhere, browser) = (NewBrowser(app), NewBrowser(app));
        var asked = await AskAsync(elsewhere, holder.Id);
        await holder.ApproveAsync(await holder.NextAsync<SessionRequested>());
        (await WaitAsync(elsewhere, asked.Text("ticket")!)).IsOk();
        var waiting = await AskAsync(browser, holder.Id);
        var request = await holder.NextAsync<SessionRequested>();

        await holder.SayInDidAsync(how switch
        {
            "revoked" => new KeyRevoked(holder.Author.PublicKey),
            "over" => new Deactivated(),
            _ => new Rotated(new DocumentId(holder.AppUser.Key)),
        });

        await IsFrozenAsync(app, person.Email);
        await IsGuestAsync(elsewhere);
        await holder.ApproveAsync(request);
        Assert.Equal("rejected", (await WaitAsync(browser, waiting.Text("ticket")!)).Text("status"));
        await AskAsync(NewBrowser(app), holder.Id);
        Assert.Equal(0, await app.Store.CountAsync("jlinx_tickets", "pair_id IS NOT NULL AND status IN ('pending', 'approved') AND purpose = 'log_in'"));
        Assert.Equal(1, await app.Store.CountAsync("accounts"));
    }

    [Fact]
    public async Task Another_key_in_it_changes_nothing()
    {
        await using var app = await App.StartAsync(kind);
        var (holder, _) = await JoinAsync(app, NewBrowser(app));
        await using var _1 = holder;
        using var added = Gatehouse.Hypercore.Keys.KeyPair.Generate();

        var before = await app.Store.CountAsync("cores", "length = 2");
        await holder.SayInDidAsync(new KeyAdded(added.PublicKey));
        await Eventually.TrueAsync(async () => await app.Store.CountAsync("cores", "length = 2") == before + 1);

        var browser = NewBrowser(app);
        var asked = await AskAsync(browser, holder.Id);
        await holder.ApproveAsync(await holder.NextAsync<SessionRequested>());
        Assert.Equal("approved", (await WaitAsync(browser, asked.Text("ticket")!)).Text("status"));
    }

    private const string Recovery = """{"recovery":true}""";

    private static Func<Holder.Taking, Holder.Taking> Succeeding(Holder lost) => taking => taking with
    {
        Previous = new DocumentId(lost.Account.Key),
        PreviousDid = new DocumentId(lost.Did.Key),
    };

    private static async Task IsFrozenAsync(App app, string email)
    {
        await Eventually.TrueAsync(async () => await app.Store.CountAsync("jlinx_pairs", "state = 'contradicted'") == 1);
        Assert.Equal(1, await app.Store.CountAsync("security_events", "type = 'identity_frozen'"));
        await Eventually.TrueAsync(async () => (await app.MailsAsync(email)).Any(mail => mail.Kind == "identity_frozen"));
    }
}

public sealed class KeyLossOnSqlite() : KeyLossTests(StoreKind.Sqlite);

public sealed class KeyLossOnPostgres() : KeyLossTests(StoreKind.Postgres);
