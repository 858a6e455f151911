using System.Net;
using Gatehouse.Jlinx;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Jlinx;

public abstract class LogInTests(StoreKind kind) : JlinxTests
{
    [Theory]
    [Meets("GH-SEC-317", "GH-SEC-320")]
    [InlineData("the id")]
    [InlineData("the username")]
    public async Task The_owner_says_yes_and_the_browser_that_asked_is_in(string by)
    {
        await using var app = await App.StartAsync(kind);
        var (holder, joined) = await JoinAsync(app, NewBrowser(app));
        await using var _ = holder;
        await app.Store.AskAsync("UPDATE accounts SET username = 'Ada', username_key = 'ada'");
        var browser = NewBrowser(app);

        var asked = await AskAsync(browser, by == "the id" ? holder.Id : "ADA");
        var request = await holder.NextAsync<SessionRequested>();

        Assert.Equal(asked.Text("code"), request.Body.Code);
        Assert.Matches("^[0-9]{3}$", request.Body.Code);
        Assert.Equal("http://localhost:8080", request.Body.Origin.ToString());
        Assert.Equal("pending", (await WaitAsync(browser, asked.Text("ticket")!, 0)).Text("status"));
        await holder.ApproveAsync(request);
        var session = await WaitAsync(browser, asked.Text("ticket")!);
        Assert.Equal("approved", session.Text("status"));
        Assert.Equal(joined.Text("account", "id"), session.Text("account", "id"));
        Assert.Equal("Ada", session.Text("user", "name"));
        (await browser.GetAsync("/api/auth/session")).IsOk();
        Assert.Equal("expired", (await WaitAsync(browser, asked.Text("ticket")!, 0)).Text("status")); // once
    }

    [Theory]
    [Meets("GH-SEC-318", "GH-SEC-317", "GH-SEC-320", "GH-SEC-326")]
    [InlineData("hash")]
    [InlineData("nonce")]
    [InlineData("origin")]
    [InlineData("expires")]
    [InlineData("code")]
    [InlineData("request")]
    public async Task An_answer_to_anything_else_lets_nobody_in(string wrong)
    {
        await using var app = await App.StartAsync(kind);
        var (holder, _) = await JoinAsync(app, NewBrowser(app));
        await using var _1 = holder;
        var browser = NewBrowser(app);
        var asked = await AskAsync(browser, holder.Id);
        var request = await holder.NextAsync<SessionRequested>();

        await holder.ApproveAsync(request, approved => wrong switch
        {
            "hash" => approved with { RequestHash = default },
            "nonce" => approved with { Nonce = default },
            "origin" => approved with { Origin = OriginOf("https://elsewhere.example") },
            "expires" => approved with { Expires = approved.Expires + TimeSpan.FromSeconds(1) },
            "code" => approved with { Code = approved.Code == "123" ? "321" : "123" },
            _ => approved with { Request = "another" },
        });
        await HeardAsync(app, holder);

        // The right request was answered wrongly: that is a no. An answer to another request is none to this one.
        Assert.Equal(wrong == "request" ? "pending" : "rejected", (await WaitAsync(browser, asked.Text("ticket")!, 0)).Text("status"));
        Assert.Equal(1, await app.Store.CountAsync("sessions")); // the one of the sign-up
        await IsGuestAsync(browser);
    }

    [Theory]
    [Meets("GH-SEC-326")]
    [InlineData("rejected")]
    [InlineData("denied")]
    [InlineData("resolved")]
    [InlineData("malformed")]
    [InlineData("garbage")]
    public async Task Every_word_for_no_and_what_nobody_understands_is_a_no(string word)
    {
        await using var app = await App.StartAsync(kind);
        var (holder, _) = await JoinAsync(app, NewBrowser(app));
        await using var _1 = holder;
        var browser = NewBrowser(app);
        var asked = await AskAsync(browser, holder.Id);
        var request = await holder.NextAsync<SessionRequested>();
        var hash = Multibase.Format(Labels.Block(request.Block.Span));
        var data = $$"""{"request":"{{request.Event.Id}}","requestHash":"{{hash}}"{{(word == "resolved" ? ",\"accepted\":false" : null)}}}""";
        var name = word switch { "denied" => "SessionDenied", "resolved" => "SessionRequestResolved", _ => "SessionRejected" };
        var json = $$"""{"type":"{{name}}","id":"1","at":"2026-01-01T00:00:00Z","data":{{(word == "malformed" ? "{}" : data)}}}""";

        await holder.AppendRawAsync(word == "garbage"
            ? new byte[300]
            : holder.Keys.Seal(holder.Account.Length, System.Text.Encoding.UTF8.GetBytes(json)));
        var outcome = await WaitAsync(browser, asked.Text("ticket")!);

        Assert.Equal("rejected", outcome.Text("status"));
        await holder.ApproveAsync(request); // the first answer counts
        await HeardAsync(app, holder);
        Assert.Equal("rejected", (await WaitAsync(browser, asked.Text("ticket")!, 0)).Text("status"));
        await IsGuestAsync(browser);
    }

    [Fact]
    [Meets("GH-SEC-318", "GH-SEC-321", "GH-SEC-338")]
    public async Task A_late_yes_is_dead_whatever_its_own_clock_says()
    {
        await using var app = await App.StartAsync(kind);
        var (holder, _) = await JoinAsync(app, NewBrowser(app));
        await using var _1 = holder;
        var browser = NewBrowser(app);
        var asked = await AskAsync(browser, holder.Id);
        var request = await holder.NextAsync<SessionRequested>();
        app.Clock.Advance(TimeSpan.FromMinutes(2));

        await holder.ApproveAsync(request);
        await HeardAsync(app, holder);

        Assert.Equal("expired", (await WaitAsync(browser, asked.Text("ticket")!, 0)).Text("status"));
        await IsGuestAsync(browser);
    }

    [Theory]
    [InlineData("ended")]
    [InlineData("rejected")]
    public async Task A_yes_is_taken_back_before_the_browser_comes_for_it(string how)
    {
        await using var app = await App.StartAsync(kind);
        var (holder, _) = await JoinAsync(app, NewBrowser(app));
        await using var _1 = holder;
        var browser = NewBrowser(app);
        var asked = await AskAsync(browser, holder.Id);
        var request = await holder.NextAsync<SessionRequested>();
        await holder.ApproveAsync(request);

        if (how == "ended")
            await holder.AppendAsync(new SessionEnded(request.Event.Id));
        else
            await holder.RejectAsync(request);
        await HeardAsync(app, holder);

        Assert.Equal("rejected", (await WaitAsync(browser, asked.Text("ticket")!)).Text("status"));
        await IsGuestAsync(browser);
        Assert.Equal(1, await app.Store.CountAsync("sessions")); // the one of the sign-up
    }

    [Fact]
    [Meets("GH-SEC-318", "GH-SEC-337")]
    public async Task An_old_yes_said_again_lets_nobody_in()
    {
        await using var app = await App.StartAsync(kind);
        var (holder, _) = await JoinAsync(app, NewBrowser(app));
        await using var _1 = holder;
        var first = NewBrowser(app);
        var asked = await AskAsync(first, holder.Id);
        var request = await holder.NextAsync<SessionRequested>();
        await holder.ApproveAsync(request);
        Assert.Equal("approved", (await WaitAsync(first, asked.Text("ticket")!)).Text("status"));
        var second = NewBrowser(app);
        var again = await AskAsync(second, holder.Id);
        await holder.NextAsync<SessionRequested>();

        await holder.ApproveAsync(request);
        await HeardAsync(app, holder);

        Assert.Equal("pending", (await WaitAsync(second, again.Text("ticket")!, 0)).Text("status"));
        await IsGuestAsync(second);
    }

    [Fact]
    [Meets("GH-SEC-321")]
    public async Task The_newest_request_replaces_an_older_one()
    {
        await using var app = await App.StartAsync(kind);
        var (holder, _) = await JoinAsync(app, NewBrowser(app));
        await using var _1 = holder;
        var (first, second) = (NewBrowser(app), NewBrowser(app));
        var older = await AskAsync(first, holder.Id);
        var olderRequest = await holder.NextAsync<SessionRequested>();
        var newer = await AskAsync(second, holder.Id);
        var newerRequest = await holder.NextAsync<SessionRequested>();

        await holder.ApproveAsync(olderRequest);
        await holder.ApproveAsync(newerRequest);

        Assert.Equal("approved", (await WaitAsync(second, newer.Text("ticket")!)).Text("status"));
        Assert.Equal("pending", (await WaitAsync(first, older.Text("ticket")!, 0)).Text("status")); // as one that nobody answers
        await IsGuestAsync(first);
    }

    [Fact]
    [Meets("GH-SEC-319")]
    public async Task Another_browser_gets_nothing_of_what_was_approved()
    {
        await using var app = await App.StartAsync(kind);
        var (holder, _) = await JoinAsync(app, NewBrowser(app));
        await using var _1 = holder;
        var (browser, other) = (NewBrowser(app), NewBrowser(app));
        var asked = await AskAsync(browser, holder.Id);
        await AskAsync(other, "nobody");
        await holder.ApproveAsync(await holder.NextAsync<SessionRequested>());
        await HeardAsync(app, holder);

        (await WaitAsync(other, asked.Text("ticket")!, 0)).IsProblem(404, "not_found");
        (await app.GetAsync($"/api/auth/jlinx/tickets/{asked.Text("ticket")}")).IsProblem(404, "not_found");

        await IsGuestAsync(other);
        Assert.Equal("approved", (await WaitAsync(browser, asked.Text("ticket")!, 0)).Text("status"));
    }

    [Fact]
    [Meets("GH-SEC-304")]
    public async Task Where_nobody_is_there_a_request_expires_and_other_ways_in_go_on()
    {
        await using var app = await App.StartAsync(kind);
        var person = await app.JoinAsync(App.NewEmail());
        await using var holder = await LinkAsync(app, NewBrowser(app).As(person));
        await holder.DisconnectAsync();
        var browser = NewBrowser(app);

        var asked = await AskAsync(browser, holder.Id);

        Assert.Equal("pending", (await WaitAsync(browser, asked.Text("ticket")!, 0)).Text("status"));
        (await app.LogInAsync(person.Email)).IsOk();
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("expired", (await WaitAsync(browser, asked.Text("ticket")!, 0)).Text("status"));
        await IsGuestAsync(browser);
    }

    [Fact]
    [Meets("GH-SEC-012")]
    public async Task Whoever_is_named_the_answer_is_the_same()
    {
        await using var app = await App.StartAsync(kind);
        var (holder, _) = await JoinAsync(app, NewBrowser(app));
        await using var _1 = holder;
        var person = await app.JoinAsync(App.NewEmail());

        string[] names = [holder.Id, "nobody", person.Email, "jlinx:u" + new string('A', 43), "nobody@example.com"];
        var answers = new List<Answer>();
        foreach (var name in names)
            answers.Add(await NewBrowser(app).PostAsync(LogIn, Holder.Json("identifier", name)));

        Assert.All(answers, answer => Assert.Equal(
            ["ticket", "code", "expires_at"], answer.Json.EnumerateObject().Select(member => member.Name), StringComparer.Ordinal));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(5, await app.Store.CountAsync("jlinx_tickets", "purpose = 'log_in'"));
    }

    [Theory]
    [Meets("GH-SEC-322")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nobody_is_asked_more_than_three_times_in_ten_minutes_known_or_not(bool isKnown)
    {
        await using var app = await App.StartAsync(kind, ("RateLimits:Enabled", "true"));
        var (holder, _) = await JoinAsync(app, NewBrowser(app));
        await using var _1 = holder;
        var browser = NewBrowser(app);
        var name = isKnown ? holder.Id : "nobody";
        for (var i = 0; i < 3; i++)
            await AskAsync(browser, name);

        var fourth = await browser.PostAsync(LogIn, Holder.Json("identifier", name));

        fourth.IsProblem(429, "too_many_requests");
        Assert.Equal(3, await app.Store.CountAsync("jlinx_tickets", "purpose = 'log_in'"));
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        await AskAsync(browser, name);
    }

    [Fact]
    [Meets("GH-SEC-322")]
    public async Task Two_names_of_one_account_are_refused_like_two_accounts_and_its_owner_is_asked_no_more()
    {
        await using var app = await App.StartAsync(kind, ("RateLimits:Enabled", "true"));
        var (holder, _) = await JoinAsync(app, NewBrowser(app));
        await using var _1 = holder;
        await app.Store.AskAsync("UPDATE accounts SET username = 'Ada', username_key = 'ada'");
        await AskAsync(NewBrowser(app), holder.Id);
        await holder.NextAsync<SessionRequested>();
        await AskAsync(NewBrowser(app), holder.Id);
        await holder.NextAsync<SessionRequested>();
        var browser = NewBrowser(app);
        var third = await AskAsync(browser, holder.Id);
        var request = await holder.NextAsync<SessionRequested>();

        await AskAsync(NewBrowser(app), "Ada"); // else whoever asks for both would learn that they are one

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => holder.NextAsync<SessionRequested>(TimeSpan.FromSeconds(2)));
        Assert.Equal(3, await app.Store.CountAsync("jlinx_tickets", "request_hash IS NOT NULL"));
        Assert.Equal("pending", (await WaitAsync(browser, third.Text("ticket")!, 0)).Text("status")); // nor does it replace one that asks
        await holder.RejectAsync(request);
        app.Clock.Advance(TimeSpan.FromMinutes(10));
        await AskAsync(NewBrowser(app), "ada");
        await holder.NextAsync<SessionRequested>();
    }

    [Theory]
    [Meets("GH-SEC-322", "GH-SEC-046")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_sixteen_requests_at_once_three_are_let_through_known_or_not(bool isKnown)
    {
        await using var app = await App.StartAsync(kind, ("RateLimits:Enabled", "true"));
        var (holder, _) = await JoinAsync(app, NewBrowser(app));
        await using var _1 = holder;
        var name = isKnown ? holder.Id : "nobody";

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(
            _ => NewBrowser(app).PostAsync(LogIn, Holder.Json("identifier", name))));

        Assert.Equal(3, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.OK), answer => answer.IsProblem(429, "too_many_requests"));
        Assert.Equal(3, await app.Store.CountAsync("jlinx_tickets", "purpose = 'log_in'"));
    }

    [Fact]
    [Meets("GH-SEC-322")]
    public async Task Who_says_that_it_was_not_them_is_left_alone_for_an_hour()
    {
        await using var app = await App.StartAsync(kind);
        var (holder, _) = await JoinAsync(app, NewBrowser(app));
        await using var _1 = holder;
        await AskAsync(NewBrowser(app), holder.Id);
        await holder.RejectAsync(await holder.NextAsync<SessionRequested>(), block: true);
        await HeardAsync(app, holder);

        await AskAsync(NewBrowser(app), holder.Id); // as if nothing were
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => holder.NextAsync<SessionRequested>(TimeSpan.FromSeconds(2)));
        Assert.Equal(1, await app.Store.CountAsync("jlinx_tickets", "purpose = 'log_in' AND request_hash IS NOT NULL"));
        app.Clock.Advance(TimeSpan.FromHours(1));
        await AskAsync(NewBrowser(app), holder.Id);
        await holder.NextAsync<SessionRequested>();
    }

    [Fact]
    [Meets("GH-SEC-315")]
    public async Task What_contradicts_our_own_history_is_believed_no_more()
    {
        await using var app = await App.StartAsync(kind);
        var browser = NewBrowser(app);
        var (holder, _) = await JoinAsync(app, browser);
        await using var _1 = holder;
        var other = NewBrowser(app);
        var asked = await AskAsync(other, holder.Id);
        var request = await holder.NextAsync<SessionRequested>();

        await holder.ApproveAsync(request, approved => approved with { Head = new Head(approved.Head.Length, default) });

        Assert.Equal("rejected", (await WaitAsync(other, asked.Text("ticket")!)).Text("status"));
        await Eventually.TrueAsync(async () => await app.Store.CountAsync("jlinx_pairs", "state = 'contradicted'") == 1);
        await IsGuestAsync(browser); // what it had opened is closed
        Assert.Equal(1, await app.Store.CountAsync("security_events", "type = 'identity_frozen'"));
        await AskAsync(NewBrowser(app), holder.Id);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => holder.NextAsync<SessionRequested>(TimeSpan.FromSeconds(2)));
    }

    [Theory]
    [InlineData("wait=31")]
    [InlineData("wait=-1")]
    [InlineData("wait=x")]
    public async Task Nobody_waits_longer_than_thirty_seconds(string query)
    {
        await using var app = await App.StartAsync(kind);
        var browser = NewBrowser(app);
        var asked = await AskAsync(browser, "nobody");

        (await browser.GetAsync($"/api/auth/jlinx/tickets/{asked.Text("ticket")}?{query}")).IsProblem(400, "bad_request");
    }

    private static WebOrigin OriginOf(string text) =>
        WebOrigin.TryParse(text, out var origin) ? origin : throw new InvalidOperationException(text);
}

public sealed class LogInOnSqlite() : LogInTests(StoreKind.Sqlite);

public sealed class LogInOnPostgres() : LogInTests(StoreKind.Postgres);
