using System.Net;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Names;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Jlinx;

public abstract class SignUpTests(StoreKind kind) : JlinxTests
{
    [Fact]
    [Meets("GH-SEC-323", "GH-SEC-325")]
    public async Task Somebody_with_an_identity_of_their_own_signs_up_and_is_in()
    {
        await using var app = await App.StartAsync(kind);
        var browser = NewBrowser(app);

        var (holder, session) = await JoinAsync(app, browser);

        await using var _ = holder;
        Assert.Equal("Ada", session.Text("user", "name"));
        Assert.Null(session.Text("account", "email"));
        var own = await browser.GetAsync("/api/auth/session");
        Assert.Equal(session.Text("account", "id"), own.Text("account", "id"));
        Assert.Equal(1, await app.Store.CountAsync("accounts"));
        Assert.Equal(1, await app.Store.CountAsync("identities", "provider = 'jlinx'"));
        Assert.Equal("jlinx", await app.Store.AskAsync("SELECT via FROM sessions"));
    }

    [Fact]
    public async Task Where_the_program_cannot_post_the_customer_pastes_the_code()
    {
        await using var app = await App.StartAsync(kind);
        var browser = NewBrowser(app);
        var offer = await OfferAsync(browser);
        var bare = new SignUpLink(Holder.LinkOf(offer).AppUser, null, null); // the id alone was copied
        await using var holder = await new Holder(app, bare).TakeAsync();

        var pasted = await browser.PostAsync($"{SignUp}/{offer.Text("ticket")}", Holder.Json("app_account", holder.Id));

        Assert.Equal(HttpStatusCode.Accepted, pasted.Status);
        Assert.Equal("approved", (await WaitAsync(browser, offer.Text("ticket")!)).Text("status"));
    }

    [Theory]
    [Meets("GH-SEC-318", "GH-SEC-323", "GH-SEC-324", "GH-SEC-325")]
    [InlineData("secret")]
    [InlineData("no secret")]
    [InlineData("origin")]
    [InlineData("length")]
    [InlineData("tree")]
    [InlineData("another's author")]
    [InlineData("unproven")]
    [InlineData("succeeds nothing")]
    public async Task What_does_not_fit_the_offer_is_refused_and_nothing_comes_of_it(string fault)
    {
        await using var app = await App.StartAsync(kind);
        var browser = NewBrowser(app);
        var offer = await OfferAsync(browser);
        using var stranger = KeyPair.Generate();
        await using var holder = await new Holder(app, Holder.LinkOf(offer)).TakeAsync(taking => fault switch
        {
            "secret" => taking with { Secret = new byte[32] },
            "no secret" => taking with { Secret = null },
            "origin" => taking with { Origin = OriginOf("https://elsewhere.example") },
            "length" => taking with { Ref = taking.Ref with { Head = taking.Ref.Head with { Length = 2 } } },
            "tree" => taking with { Ref = taking.Ref with { Head = taking.Ref.Head with { TreeHash = default } } },
            "another's author" => taking with { Author = taking.Ref.Id },
            "unproven" => taking with { Prover = stranger },
            _ => taking with { Previous = taking.Ref.Id },
        });

        (await app.PostAsync(Accounts, Holder.Json("app_account", holder.Id))).IsOk();

        Assert.Equal("pending", (await WaitAsync(browser, offer.Text("ticket")!, 2)).Text("status"));
        Assert.Equal(0, await app.Store.CountAsync("accounts"));
        Assert.Equal(0, await app.Store.CountAsync("identities"));
        Assert.Equal(1, await app.Store.CountAsync("jlinx_pairs", "state = 'offered'"));
        await IsGuestAsync(browser);
    }

    [Fact]
    [Meets("GH-SEC-319", "GH-SEC-324")]
    public async Task Another_browser_with_the_ticket_gets_nothing_and_may_not_paste()
    {
        await using var app = await App.StartAsync(kind);
        var (browser, other) = (NewBrowser(app), NewBrowser(app));
        var offer = await OfferAsync(browser);
        await OfferAsync(other); // it has a cookie of its own
        await using var holder = await new Holder(app, Holder.LinkOf(offer)).TakeAsync();
        var ticket = offer.Text("ticket")!;

        (await other.PostAsync($"{SignUp}/{ticket}", Holder.Json("app_account", holder.Id))).IsProblem(404, "not_found");
        (await WaitAsync(other, ticket, 0)).IsProblem(404, "not_found");
        (await app.PostAsync(Accounts, Holder.Json("app_account", holder.Id))).IsOk();

        Assert.Equal("approved", (await WaitAsync(browser, ticket)).Text("status"));
        (await WaitAsync(other, ticket, 0)).IsProblem(404, "not_found");
        await IsGuestAsync(other);
    }

    [Fact]
    public async Task An_application_of_ones_own_is_told_that_it_was_by_a_key()
    {
        await using var app = await App.EmbedAsync(kind, Embedding.Host.Nothing, Embedding.Host.Map);
        var browser = NewBrowser(app);
        var (holder, _) = await JoinAsync(app, browser);
        await using var _1 = holder;

        Assert.Contains("amr=pop", (await browser.GetAsync("/claims")).Body, StringComparison.Ordinal);
    }

    [Fact]
    [Meets("GH-SEC-319", "GH-SEC-337")]
    public async Task Of_sixteen_that_wait_with_the_ticket_one_is_let_in()
    {
        await using var app = await App.StartAsync(kind);
        var browser = NewBrowser(app);
        var offer = await OfferAsync(browser);
        await using var holder = await new Holder(app, Holder.LinkOf(offer)).TakeAsync();
        var waiting = App.AtOnceAsync(16, _ => WaitAsync(browser, offer.Text("ticket")!));

        (await app.PostAsync(Accounts, Holder.Json("app_account", holder.Id))).IsOk();

        var answers = await waiting;
        Assert.Single(answers, answer => answer.Text("status") == "approved");
        Assert.Equal(15, answers.Count(answer => answer.Text("status") == "expired"));
        Assert.Equal(1, await app.Store.CountAsync("sessions"));
    }

    [Fact]
    [Meets("GH-SEC-323", "GH-SEC-325")]
    public async Task Of_sixteen_that_take_one_offer_one_has_it()
    {
        await using var app = await App.StartAsync(kind);
        var browser = NewBrowser(app);
        var offer = await OfferAsync(browser);
        var holders = await Task.WhenAll(Enumerable.Range(0, 16).Select(
            _ => new Holder(app, Holder.LinkOf(offer)).TakeAsync()));

        await App.AtOnceAsync(16, i => app.PostAsync(Accounts, Holder.Json("app_account", holders[i].Id)));

        Assert.Equal("approved", (await WaitAsync(browser, offer.Text("ticket")!)).Text("status"));
        Assert.Equal(1, await app.Store.CountAsync("accounts"));
        Assert.Equal(1, await app.Store.CountAsync("jlinx_pairs", "state = 'bound'"));
        Assert.Equal(1, await app.Store.CountAsync("identities"));
        foreach (var holder in holders)
            await holder.DisposeAsync();
    }

    [Fact]
    [Meets("GH-SEC-321", "GH-SEC-338")]
    public async Task An_offer_is_over_after_ten_minutes_by_our_clock()
    {
        await using var app = await App.StartAsync(kind);
        var browser = NewBrowser(app);
        var offer = await OfferAsync(browser);
        await using var holder = await new Holder(app, Holder.LinkOf(offer)).TakeAsync();
        app.Clock.Advance(TimeSpan.FromMinutes(10));

        (await app.PostAsync(Accounts, Holder.Json("app_account", holder.Id))).IsOk();

        Assert.Equal("expired", (await WaitAsync(browser, offer.Text("ticket")!, 1)).Text("status"));
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.Equal(0, await app.Store.CountAsync("accounts"));
    }

    [Fact]
    public async Task Invite_only_holds_here_too()
    {
        await using var app = await App.StartAsync(kind, ("SignUp:Mode", "InviteOnly"));
        var browser = NewBrowser(app);
        (await browser.PostAsync(SignUp, "{}")).IsProblem(403, "invite_required");
        (await browser.PostAsync(SignUp, Holder.Json("invite", "nonsense"))).IsProblem(403, "invite_invalid");
        Assert.Equal(0, await app.Store.CountAsync("jlinx_pairs"));
        var invite = await app.InviteAsync();

        var offer = await OfferAsync(browser, Holder.Json("invite", invite));
        await using var holder = await new Holder(app, Holder.LinkOf(offer)).TakeAsync();
        (await app.PostAsync(Accounts, Holder.Json("app_account", holder.Id))).IsOk();

        Assert.Equal("approved", (await WaitAsync(browser, offer.Text("ticket")!)).Text("status"));
        (await NewBrowser(app).PostAsync(SignUp, Holder.Json("invite", invite))).IsProblem(403, "invite_invalid");
    }

    [Theory]
    [InlineData("Open")]
    [InlineData("InviteOnly")]
    public async Task An_invite_that_is_somebody_elses_is_refused_at_the_start(string mode)
    {
        await using var app = await App.StartAsync(kind, ("SignUp:Mode", mode));
        var (bound, held) = (await app.InviteAsync(App.NewEmail()), await app.InviteAsync());
        (await app.PostAsync("/api/auth/signup", App.Json(("email", App.NewEmail()), ("password", App.Password), ("invite", held)))).IsOk();

        foreach (var invite in new[] { bound, held })
            (await NewBrowser(app).PostAsync(SignUp, Holder.Json("invite", invite))).IsProblem(403, "invite_invalid");

        Assert.Equal(0, await app.Store.CountAsync("jlinx_pairs"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")] // programs say what type a body has also where they send none
    public async Task It_takes_no_body_to_begin(string? body)
    {
        await using var app = await App.StartAsync(kind);

        var offer = await NewBrowser(app).PostAsync(SignUp, body);

        offer.IsOk();
        Assert.StartsWith("jlinx:u", offer.Text("app_user"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("identifier", "nobody", "log_in")]
    [InlineData("return", "/", "sign_up")]
    public async Task The_page_takes_the_fields_of_the_API_alone(string field, string value, string purpose)
    {
        await using var app = await App.StartAsync(kind);

        var answer = await NewBrowser(app).PostFormAsync("/auth/jlinx", (field, value));

        Assert.Equal(HttpStatusCode.SeeOther, answer.Status);
        Assert.Equal(1, await app.Store.CountAsync("jlinx_tickets", $"purpose = '{purpose}'"));
    }

    [Theory]
    [InlineData("taken")]
    [InlineData("late")]
    public async Task What_is_pasted_too_late_is_told_so(string when)
    {
        await using var app = await App.StartAsync(kind);
        var browser = NewBrowser(app);
        var offer = await OfferAsync(browser);
        await using var holder = await new Holder(app, Holder.LinkOf(offer)).TakeAsync();
        var path = $"{SignUp}/{offer.Text("ticket")}";
        if (when == "late")
        {
            app.Clock.Advance(TimeSpan.FromMinutes(10));
        }
        else
        {
            (await browser.PostAsync(path, Holder.Json("app_account", holder.Id))).IsOk();
            Assert.Equal("approved", (await WaitAsync(browser, offer.Text("ticket")!)).Text("status"));
        }
        var hints = await app.Store.CountAsync("jlinx_hints");

        (await browser.PostAsync(path, Holder.Json("app_account", holder.Id))).IsProblem(410, "link_invalid");

        Assert.Equal(hints, await app.Store.CountAsync("jlinx_hints"));
    }

    [Fact]
    public async Task Closed_is_closed()
    {
        await using var app = await App.StartAsync(kind, ("SignUp:Mode", "Closed"));

        (await app.PostAsync(SignUp, "{}")).IsProblem(403, "signup_closed");

        Assert.Equal(0, await app.Store.CountAsync("cores", "length = 1 AND core_key IN (SELECT app_user FROM jlinx_pairs)"));
    }

    [Theory]
    [Meets("GH-SEC-334")]
    [InlineData("""{"app_account":"nonsense"}""", 422, "invalid_input")]
    [InlineData("""{"app_account":""}""", 422, "invalid_input")]
    [InlineData("""{"app_account":7}""", 400, "bad_request")]
    [InlineData("{}", 400, "bad_request")]
    public async Task What_is_no_document_is_refused(string body, int status, string code)
    {
        await using var app = await App.StartAsync(kind);

        (await app.PostAsync(Accounts, body)).IsProblem(status, code);

        Assert.Equal(0, await app.Store.CountAsync("jlinx_hints"));
    }

    [Fact]
    [Meets("GH-SEC-328")]
    public async Task A_name_is_under_the_rules_of_names_and_without_one_there_is_no_user_yet()
    {
        await using var app = await App.StartAsync(kind);
        var (hostile, session) = await JoinAsync(app, NewBrowser(app), taking => taking with { Name = "A\u202Eda" });
        await using var first = hostile;
        var (quiet, without) = await JoinAsync(app, NewBrowser(app), taking => taking with { Name = null });
        await using var second = quiet;

        Assert.All([session, without], answer => Assert.Equal(System.Text.Json.JsonValueKind.Null, answer.Json.GetProperty("user").ValueKind));
        await quiet.AppendAsync(new SetProfile("Grace"));
        await HeardAsync(app, quiet);
        await Eventually.TrueAsync(async () => await app.Store.CountAsync("users", "name = 'Grace'") == 1);
        Assert.Equal(1, await app.Store.CountAsync("users"));
    }

    [Fact]
    public async Task The_well_known_documents_say_who_we_are()
    {
        await using var app = await App.StartAsync(kind);

        var known = await app.GetAsync("/.well-known/jlinx.json");
        var did = await app.GetAsync("/.well-known/did.json");

        Assert.Equal(known.Text("did"), did.Text("id"));
        Assert.StartsWith("did:jlinx:u", did.Text("id"), StringComparison.Ordinal);
        Assert.Equal("*", did.Header("Access-Control-Allow-Origin"));
        Assert.Equal("hypercore-ws", known.Json.GetProperty("service")[0].GetProperty("type").GetString());
        Assert.True((await app.GetAsync("/api/auth/info")).Json.GetProperty("config").GetProperty("jlinx").GetBoolean());
    }

    private static WebOrigin OriginOf(string text) =>
        WebOrigin.TryParse(text, out var origin) ? origin : throw new InvalidOperationException(text);
}

public sealed class SignUpOnSqlite() : SignUpTests(StoreKind.Sqlite);

public sealed class SignUpOnPostgres() : SignUpTests(StoreKind.Postgres);
