using Gatehouse.Jlinx.Events;
using Gatehouse.Tests.SocialLogin;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Jlinx;

public abstract class EndTests(StoreKind kind) : JlinxTests
{
    [Fact]
    [Meets("GH-SEC-327")]
    public async Task When_its_owner_destroys_it_sessions_requests_and_an_account_without_another_way_in_are_gone()
    {
        await using var app = await App.StartAsync(kind);
        var browser = NewBrowser(app);
        var (holder, _) = await JoinAsync(app, browser);
        await using var _1 = holder;
        var other = NewBrowser(app);
        var asked = await AskAsync(other, holder.Id);
        await holder.NextAsync<SessionRequested>();

        await holder.AppendAsync(new DestroyedAccount());

        Assert.Equal("rejected", (await WaitAsync(other, asked.Text("ticket")!)).Text("status"));
        await IsGuestAsync(browser);
        Assert.Equal(0, await app.Store.CountAsync("accounts"));
        Assert.Equal(0, await app.Store.CountAsync("identities"));
        Assert.Equal(1, await app.Store.CountAsync("jlinx_pairs", "state = 'ended' AND length(secrets) = 0"));
        await holder.AppendAsync(new SetProfile("Ghost")); // nothing comes after it
        await Task.Delay(500);
        Assert.Equal(0, await app.Store.CountAsync("users"));
    }

    [Fact]
    [Meets("GH-SEC-327", "GH-SEC-336", "GH-SEC-216")]
    public async Task An_account_with_a_password_outlives_its_identity()
    {
        await using var app = await App.StartAsync(kind);
        var person = await app.JoinAsync(App.NewEmail());
        var browser = NewBrowser(app).As(person);
        await using var holder = await LinkAsync(app, browser);
        Assert.Equal(1, await app.Store.CountAsync("accounts"));
        var elsewhere = NewBrowser(app);
        var asked = await AskAsync(elsewhere, person.Email);
        await holder.ApproveAsync(await holder.NextAsync<SessionRequested>());
        Assert.Equal(person.AccountId, (await WaitAsync(elsewhere, asked.Text("ticket")!)).Text("account", "id"));

        await holder.AppendAsync(new DestroyedAccount());

        await Eventually.TrueAsync(async () => await app.Store.CountAsync("identities") == 0);
        await IsGuestAsync(elsewhere); // it had come in by it
        (await browser.GetAsync("/api/auth/session")).IsOk();
        Assert.Equal(1, await app.Store.CountAsync("security_events", "type = 'identity_unlinked' AND detail = 'jlinx'"));
    }

    [Fact]
    [Meets("GH-SEC-336")]
    public async Task Linking_takes_a_grant_and_one_identity_is_enough()
    {
        await using var app = await App.StartAsync(kind);
        var person = await app.JoinAsync(App.NewEmail());
        var browser = NewBrowser(app).As(person);

        (await browser.PostAsync("/api/auth/account/identities", Holder.Json("via", "jlinx"))).IsProblem(403, "grant_required");
        Assert.Equal(0, await app.Store.CountAsync("jlinx_pairs"));
        await using var holder = await LinkAsync(app, browser);

        var again = await browser.PostAsync("/api/auth/account/identities", Holder.Json("via", "jlinx"), await GrantAsync(browser));
        again.IsProblem(422, "limit_reached");
        Assert.Equal(1, await app.Store.CountAsync("jlinx_pairs"));
    }

    [Theory]
    [InlineData("password")]
    [InlineData("logged out")]
    [Meets("GH-SEC-336")]
    public async Task A_link_that_was_begun_before_the_credentials_changed_comes_to_nothing(string change)
    {
        await using var app = await App.StartAsync(kind);
        var person = await app.JoinAsync(App.NewEmail());
        var browser = NewBrowser(app).As(person);
        var offer = await browser.PostAsync("/api/auth/account/identities", Holder.Json("via", "jlinx"), await GrantAsync(browser));
        await using var holder = await new Holder(app, Holder.LinkOf(offer)).TakeAsync();

        if (change == "password")
            await app.Store.AskAsync("UPDATE accounts SET epoch = epoch + 1");
        else
            (await browser.PostAsync("/api/auth/logout", null)).IsOk();
        (await app.PostAsync(Accounts, Holder.Json("app_account", holder.Id))).IsOk();

        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.Equal(1, await app.Store.CountAsync("jlinx_tickets", "status = 'pending'"));
        Assert.Equal(0, await app.Store.CountAsync("identities"));
    }

    [Fact]
    public async Task Settings_open_by_an_approval_and_a_deleted_account_is_told_and_its_keys_destroyed()
    {
        await using var app = await App.StartAsync(kind);
        var browser = NewBrowser(app);
        var (holder, _) = await JoinAsync(app, browser);
        await using var _1 = holder;

        var grant = await OpenAsync(browser, holder);
        var identity = (await browser.GetAsync("/api/auth/account", grant)).Json.GetProperty("identities")[0];
        Assert.Equal("jlinx", identity.GetProperty("via").GetString());
        (await browser.DeleteAsync($"/api/auth/account/identities/{identity.GetProperty("id").GetString()}", grant))
            .IsProblem(422, "last_one"); // the last way in
        (await browser.DeleteAsync("/api/auth/account", grant)).IsOk();

        await holder.NextAsync<DestroyedAccount>();
        await Eventually.TrueAsync(async () => await app.Store.CountAsync("jlinx_pairs", "state = 'ended' AND length(secrets) = 0") == 1);
        Assert.Equal(0, await app.Store.CountAsync("accounts"));
    }

    [Fact]
    public async Task Settings_of_an_account_with_a_password_open_by_that_alone()
    {
        await using var app = await App.StartAsync(kind);
        var person = await app.JoinAsync(App.NewEmail());
        var browser = NewBrowser(app).As(person);
        await using var holder = await LinkAsync(app, browser);

        (await browser.PostAsync("/api/auth/account/open", Holder.Json("via", "jlinx"))).IsProblem(422, "invalid_input");

        Assert.Equal(0, await app.Store.CountAsync("jlinx_tickets", "purpose = 'open'"));
    }

    [Fact]
    public async Task A_client_with_a_token_and_no_cookies_links_an_identity_and_opens_settings_by_it()
    {
        await using var app = await App.StartAsync(kind);
        var person = await app.JoinAsync(App.NewEmail());
        var bearer = App.Bearer(await person.TakeTokenAsync());
        var opened = await app.PostAsync("/api/auth/account/open", Holder.Json("password", App.Password), bearer);
        var offer = await app.PostAsync(
            "/api/auth/account/identities", Holder.Json("via", "jlinx"), bearer, ("Account-Grant", opened.Text("grant")!));
        await using var holder = await new Holder(app, Holder.LinkOf(offer)).TakeAsync();
        var other = App.Bearer(await (await app.JoinAsync(App.NewEmail())).TakeTokenAsync());

        (await PasteAsync(other)).IsProblem(404, "not_found");
        Assert.Equal(System.Net.HttpStatusCode.Accepted, (await PasteAsync(bearer)).Status);
        Assert.Equal("approved", (await CollectAsync(offer, bearer)).Text("status"));
        await holder.NextAsync<Gatehouse.Jlinx.Events.AccountOpened>();

        await app.Store.AskAsync($"UPDATE accounts SET password_hash = NULL WHERE id = '{person.AccountId}'");
        var asked = await app.PostAsync("/api/auth/account/open", Holder.Json("via", "jlinx"), bearer);
        await holder.ApproveAsync(await holder.NextAsync<SessionRequested>());
        (await CollectAsync(asked, other)).IsProblem(404, "not_found");
        Assert.Equal(43, (await CollectAsync(asked, bearer)).Text("grant")!.Length);

        Task<Answer> PasteAsync((string, string) token) =>
            app.PostAsync($"{SignUp}/{offer.Text("ticket")}", Holder.Json("app_account", holder.Id), token);
        Task<Answer> CollectAsync(Answer begun, (string, string) token) =>
            app.GetAsync($"/api/auth/jlinx/tickets/{begun.Text("ticket")}?wait=20", token);
    }

    [Fact]
    public async Task The_identity_beside_a_password_renames_nobody()
    {
        await using var app = await App.StartAsync(kind);
        var person = await app.JoinAsync(App.NewEmail());
        await using var holder = await LinkAsync(app, NewBrowser(app).As(person));

        await holder.AppendAsync(new SetProfile("Grace"));
        await HeardAsync(app, holder);

        Assert.Equal(1, await app.Store.CountAsync("users", "name = 'Alice'"));
    }

    [Fact]
    public async Task An_identity_that_is_unlinked_is_told_and_opens_nothing_any_more()
    {
        await using var app = await App.StartAsync(kind);
        var person = await app.JoinAsync(App.NewEmail());
        var browser = NewBrowser(app).As(person);
        await using var holder = await LinkAsync(app, browser);
        var id = (string?)await app.Store.AskAsync("SELECT id FROM identities");

        (await browser.DeleteAsync($"/api/auth/account/identities/{id}", await GrantAsync(browser))).IsOk();

        await holder.NextAsync<DestroyedAccount>();
        await AskAsync(NewBrowser(app), holder.Id);
        Assert.Equal(0, await app.Store.CountAsync("jlinx_tickets", "pair_id IS NOT NULL AND purpose = 'log_in'"));
    }

    private static async Task<(string Name, string Value)> OpenAsync(Traveller browser, Holder holder)
    {
        var asked = await browser.PostAsync("/api/auth/account/open", Holder.Json("via", "jlinx"));
        asked.IsOk();
        await holder.ApproveAsync(await holder.NextAsync<SessionRequested>());
        var opened = await WaitAsync(browser, asked.Text("ticket")!);
        Assert.Equal("approved", opened.Text("status"));
        return ("Account-Grant", opened.Text("grant")!);
    }
}

public sealed class EndOnSqlite() : EndTests(StoreKind.Sqlite);

public sealed class EndOnPostgres() : EndTests(StoreKind.Postgres);
