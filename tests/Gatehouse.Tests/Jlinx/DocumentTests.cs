using System.Text;
using Gatehouse.Jlinx.Events;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Jlinx;

public abstract class DocumentTests(StoreKind kind) : JlinxTests
{
    [Fact]
    [Meets("GH-SEC-335")]
    public async Task What_happens_to_the_account_is_copied_to_its_owner_without_an_address()
    {
        await using var app = await App.StartAsync(kind);
        var (holder, session) = await JoinAsync(app, NewBrowser(app));
        await using var _ = holder;
        app.Clock.Advance(TimeSpan.FromSeconds(11));

        var (first, second) = (await holder.NextAsync<SecurityEvent>(), await holder.NextAsync<SecurityEvent>());

        Assert.Equal( // in one millisecond they are in no order
            ["identity_linked", "logged_in"], new[] { first.Body.Event, second.Body.Event }.Order(StringComparer.Ordinal), StringComparer.Ordinal);
        var text = Encoding.UTF8.GetString(first.Event.Encode()) + Encoding.UTF8.GetString(second.Event.Encode());
        Assert.All(
            ["127.0.0.1", "::1", session.Text("session", "id")!, session.Text("account", "id")!],
            secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        Assert.Equal(second.Event.Id, await app.Store.AskAsync("SELECT log_read FROM jlinx_pairs"));
    }

    [Fact]
    public async Task New_keys_are_answered_and_the_old_ones_are_gone()
    {
        await using var app = await App.StartAsync(kind);
        var (holder, _) = await JoinAsync(app, NewBrowser(app));
        await using var _1 = holder;

        await holder.RekeyAsync();
        var answer = await holder.NextAsync<Rekey>();

        Assert.Equal(1UL, answer.Body.Epoch);
        Assert.Equal(1UL, holder.Keys.Epoch);
        var browser = NewBrowser(app);
        var asked = await AskAsync(browser, holder.Id);
        await holder.ApproveAsync(await holder.NextAsync<SessionRequested>());
        Assert.Equal("approved", (await WaitAsync(browser, asked.Text("ticket")!)).Text("status"));
    }

    [Fact]
    [Meets("GH-SEC-337", "GH-SEC-340")]
    public async Task A_request_outlives_a_restart_is_said_once_and_its_answer_counts_once()
    {
        var store = await Store.CreateAsync(kind);
        var clock = new FakeClock();
        var first = await App.StartOnAsync(store, clock);
        var (holder, _) = await JoinAsync(first, NewBrowser(first));
        await using var _1 = holder;
        var browser = NewBrowser(first);
        var asked = await AskAsync(browser, holder.Id);
        var request = await holder.NextAsync<SessionRequested>();
        await holder.DisconnectAsync();
        await first.DisposeAsync();
        var second = await App.StartOnAsync(store, clock);
        var later = NewBrowser(second);
        browser.CopyTo(later, "gatehouse-flow");

        holder.Connect(new UriBuilder(second.Address) { Scheme = "ws", Path = "/jlinx/replicate" }.Uri);
        await holder.ApproveAsync(request);
        Assert.Equal("approved", (await WaitAsync(later, asked.Text("ticket")!)).Text("status"));
        Assert.Equal("expired", (await WaitAsync(later, asked.Text("ticket")!, 0)).Text("status"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => holder.NextAsync<SessionRequested>(TimeSpan.FromSeconds(2)));

        await holder.DisconnectAsync();
        await second.DisposeAsync();
        await using var third = await App.StartOnAsync(store, clock);
        holder.Connect(new UriBuilder(third.Address) { Scheme = "ws", Path = "/jlinx/replicate" }.Uri);
        var last = NewBrowser(third);
        browser.CopyTo(last, "gatehouse-flow");
        Assert.Equal("expired", (await WaitAsync(last, asked.Text("ticket")!, 1)).Text("status"));
        await holder.DisconnectAsync();
        await third.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    [Meets("GH-SEC-329", "GH-SEC-330")]
    public async Task A_program_that_writes_what_no_document_has_gets_nowhere_and_harms_nobody()
    {
        await using var app = await App.StartAsync(kind);
        var browser = NewBrowser(app);
        var (holder, _) = await JoinAsync(app, NewBrowser(app));
        var (honest, _) = await JoinAsync(app, NewBrowser(app));
        await using var _1 = holder;
        await using var _2 = honest;

        await holder.AppendRawAsync(new byte[200 * 1024]); // larger than a frame may be
        await holder.AppendAsync(new SetProfile("Huge"));

        var asked = await AskAsync(browser, honest.Id);
        await honest.ApproveAsync(await honest.NextAsync<SessionRequested>());
        Assert.Equal("approved", (await WaitAsync(browser, asked.Text("ticket")!)).Text("status"));
        Assert.Equal(0, await app.Store.CountAsync("users", "name = 'Huge'"));
        Assert.True(await app.Store.CountAsync("core_blocks", "length(value) > 65536") == 0);
    }

    [Fact]
    [Meets("GH-SEC-315")]
    public async Task Two_histories_of_one_document_end_what_it_has_opened()
    {
        await using var app = await App.StartAsync(kind);
        var browser = NewBrowser(app);
        var (holder, _) = await JoinAsync(app, browser);
        await using var _1 = holder;

        await using var fork = await holder.ForkAsync(app);

        await Eventually.TrueAsync(async () => await app.Store.CountAsync("jlinx_pairs", "state = 'contradicted'") == 1);
        await IsGuestAsync(browser);
        Assert.Equal(1, await app.Store.CountAsync("core_evidence"));
    }

    [Fact]
    public async Task Off_there_is_nothing()
    {
        await using var app = await App.StartAsync(kind, ("Jlinx:Enabled", "false"));

        (await app.PostAsync(SignUp, "{}")).IsProblem(404, "not_found");
        (await app.GetAsync("/.well-known/did.json")).IsProblem(404, "not_found");
        Assert.False((await app.GetAsync("/api/auth/info")).Json.GetProperty("config").GetProperty("jlinx").GetBoolean());
        Assert.Equal(0, await app.Store.CountAsync("jlinx_keys"));
    }
}

public sealed class DocumentOnSqlite() : DocumentTests(StoreKind.Sqlite);

public sealed class DocumentOnPostgres() : DocumentTests(StoreKind.Postgres)
{
    [Fact]
    public async Task Several_nodes_are_one()
    {
        var store = await Store.CreateAsync(StoreKind.Postgres);
        var clock = new FakeClock();
        var (first, second) = (await App.StartOnAsync(store, clock), await App.StartOnAsync(store, clock));
        var (holder, _) = await JoinAsync(first, NewBrowser(first)); // its program stays with the first
        var browser = NewBrowser(second);

        var asked = await AskAsync(browser, holder.Id);
        await holder.ApproveAsync(await holder.NextAsync<SessionRequested>());

        Assert.Equal("approved", (await WaitAsync(browser, asked.Text("ticket")!)).Text("status"));
        var other = NewBrowser(second);
        var offer = await OfferAsync(other);
        await using var newcomer = await new Holder(first, Holder.LinkOf(offer)).TakeAsync();
        (await second.PostAsync(Accounts, Holder.Json("app_account", newcomer.Id))).IsOk();
        Assert.Equal("approved", (await WaitAsync(other, offer.Text("ticket")!)).Text("status"));
        await holder.DisposeAsync();
        await first.DisposeAsync();
        await second.DisposeAsync();
        await store.DisposeAsync();
    }
}
