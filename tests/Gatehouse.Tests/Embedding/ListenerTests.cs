using System.Collections.Concurrent;
using Gatehouse.Events;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Embedding;

public sealed class ListenersOnSqlite() : ListenerTests(StoreKind.Sqlite);

public sealed class ListenersOnPostgres() : ListenerTests(StoreKind.Postgres);

/// <summary>An application's listeners are told what happened: all of it, and nothing that didn't.</summary>
public abstract class ListenerTests(StoreKind kind)
{
    [Fact]
    public async Task They_are_told_of_a_verified_account_and_of_each_session()
    {
        var diary = new Diary();
        await using var app = await EmbedAsync(diary);

        var person = await app.JoinAsync();
        var phone = await person.LogInAsync();
        await person.TakeTokenAsync();
        await app.Services.GetRequiredService<EventRelay>().DeliverDueAsync(CancellationToken.None);

        var at = app.Clock.GetUtcNow();
        Assert.Equal(new AccountVerified("", person.AccountId, at), Assert.Single(diary.Verified) with { EventId = "" });
        Assert.Equal(3, diary.Started.Count);
        Assert.Contains(new SessionStarted("", person.SessionId, person.AccountId, person.UserId, "cookie", at), diary.Started.Select(Bare));
        Assert.Contains(new SessionStarted("", phone.SessionId, person.AccountId, person.UserId, "cookie", at), diary.Started.Select(Bare));
        Assert.Single(diary.Started, started => started.Via == "token");
        Assert.Equal(4, diary.Ids.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(0, await app.Store.CountAsync("event_deliveries"));
    }

    [Fact]
    public async Task They_are_told_of_a_deleted_account()
    {
        var diary = new Diary();
        await using var app = await EmbedAsync(diary);
        var person = await app.JoinAsync();
        var grant = await person.OpenAsync();

        (await person.SendAsync(HttpMethod.Delete, "/api/auth/account", null)).IsProblem(403, "grant_required");
        (await person.SendAsync(HttpMethod.Delete, "/api/auth/account", null, grant)).IsOk();
        await DeliverAsync(app);

        Assert.Equal(person.AccountId, Assert.Single(diary.Deleted).AccountId);
    }

    [Fact]
    public async Task The_worker_tells_by_itself()
    {
        var diary = new Diary();
        await using var app = await EmbedAsync(diary, alone: false);

        await app.JoinAsync();
        for (var tries = 0; tries < 500 && diary.Ids.Count < 2; tries++)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10);
        }

        Assert.Equal(2, diary.Ids.Count);
    }

    [Fact]
    public async Task What_did_not_happen_is_not_told()
    {
        var diary = new Diary();
        await using var app = await EmbedAsync(diary);
        var link = await app.SignUpAsync();
        await app.Store.AskAsync("ALTER TABLE security_events RENAME TO away");

        (await app.VerifyAsync(link)).IsProblem(500, "internal");
        (await app.VerifyAsync(link, "a wrong password, really")).IsProblem(401, "invalid_credentials");
        await DeliverAsync(app);

        Assert.Empty(diary.Ids);
        Assert.Equal(0, await app.Store.CountAsync("event_deliveries"));
    }

    [Fact]
    public async Task Where_nobody_listens_nothing_is_written()
    {
        await using var app = await App.EmbedAsync(kind, Host.Nothing, Host.Map);

        await app.JoinAsync();

        Assert.Equal(0, await app.Store.CountAsync("event_deliveries"));
    }

    [Fact]
    public async Task One_that_throws_is_told_again_later_and_the_others_wait_for_nothing()
    {
        var diary = new Diary { Fails = verified => verified };
        await using var app = await EmbedAsync(diary);
        var person = await app.JoinAsync();

        await DeliverAsync(app);
        Assert.Empty(diary.Verified);
        Assert.Single(diary.Started);
        Assert.Equal(1, await app.Store.CountAsync("event_deliveries"));
        Assert.Contains("EventDeferred", app.Logs.Text, StringComparison.Ordinal);

        diary.Fails = _ => false;
        await DeliverAsync(app);
        Assert.Empty(diary.Verified); // not yet
        app.Clock.Advance(TimeSpan.FromSeconds(5));
        await DeliverAsync(app);

        Assert.Equal(person.AccountId, Assert.Single(diary.Verified).AccountId);
        Assert.Equal(0, await app.Store.CountAsync("event_deliveries"));
    }

    [Fact]
    public async Task One_that_keeps_failing_is_given_up_after_a_day_and_kept_for_the_operator()
    {
        var diary = new Diary { Fails = verified => verified };
        await using var app = await EmbedAsync(diary);
        await app.JoinAsync();
        await DeliverAsync(app);

        for (var hours = 0; hours <= 25; hours++)
        {
            app.Clock.Advance(TimeSpan.FromHours(1));
            await DeliverAsync(app);
        }

        Assert.Contains("EventGivenUp", app.Logs.Text, StringComparison.Ordinal);
        Assert.Equal("account_verified", await app.Store.AskAsync("SELECT type FROM event_deliveries WHERE dead_at IS NOT NULL"));
        diary.Fails = _ => false;
        app.Clock.Advance(TimeSpan.FromDays(1));
        await DeliverAsync(app);
        Assert.Empty(diary.Verified);
    }

    [Fact]
    public async Task One_that_hangs_is_left_behind()
    {
        var diary = new Diary { Hangs = true };
        await using var app = await EmbedAsync(diary);
        await app.JoinAsync();
        var relay = DeliverAsync(app);

        while (!relay.IsCompleted)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }
        await relay;

        Assert.Equal(2, await app.Store.CountAsync("event_deliveries"));
    }

    [Fact]
    public async Task A_scoped_one_is_made_anew_for_each_telling_and_all_are_told()
    {
        var diary = new Diary();
        await using var app = await App.EmbedAsync(kind, builder =>
        {
            builder.Services.AddSingleton(diary).AddSingleton<IGatehouseListener>(diary);
            builder.Services.AddScoped<IGatehouseListener, Scoped>();
        }, Host.Map);

        await app.Services.GetRequiredService<EventRelay>().StopAsync(CancellationToken.None);
        await app.JoinAsync();
        await DeliverAsync(app);

        Assert.Equal(4, diary.Ids.Count);
        Assert.Equal(2, diary.Scopes.Count);
    }

    private static SessionStarted Bare(SessionStarted started) => started with { EventId = "" };

    /// <param name="alone">The test alone delivers; the server's own worker has stopped.</param>
    private async Task<App> EmbedAsync(Diary diary, bool alone = true)
    {
        var app = await App.EmbedAsync(
            kind, builder => builder.Services.AddSingleton<IGatehouseListener>(diary), Host.Map);
        if (alone)
            await app.Services.GetRequiredService<EventRelay>().StopAsync(CancellationToken.None);
        return app;
    }

    private static async Task DeliverAsync(App app) =>
        await app.Services.GetRequiredService<EventRelay>().DeliverDueAsync(CancellationToken.None);

    private sealed class Diary : IGatehouseListener
    {
        /// <summary>Which to fail: called with whether it is a verified account.</summary>
        public Func<bool, bool> Fails { get; set; } = _ => false;

        public bool Hangs { get; init; }

        public ConcurrentBag<AccountVerified> Verified { get; } = [];

        public ConcurrentBag<SessionStarted> Started { get; } = [];

        public ConcurrentBag<AccountDeleted> Deleted { get; } = [];

        public ConcurrentBag<string> Ids { get; } = [];

        public ConcurrentBag<int> Scopes { get; } = [];

        public Task AccountVerifiedAsync(AccountVerified verified, CancellationToken cancellationToken) =>
            WriteAsync(Verified, verified, verified.EventId);

        public Task SessionStartedAsync(SessionStarted started, CancellationToken cancellationToken) =>
            WriteAsync(Started, started, started.EventId);

        public Task AccountDeletedAsync(AccountDeleted deleted, CancellationToken cancellationToken) =>
            WriteAsync(Deleted, deleted, deleted.EventId);

        private Task WriteAsync<T>(ConcurrentBag<T> page, T line, string id)
        {
            if (Hangs)
                return new TaskCompletionSource().Task; // whatever its token says
            if (Fails(line is AccountVerified))
                throw new InvalidOperationException("the listener's own trouble");
            page.Add(line);
            Ids.Add(id);
            return Task.CompletedTask;
        }
    }

    private sealed class Scoped(Diary diary) : IGatehouseListener
    {
        public Task AccountVerifiedAsync(AccountVerified verified, CancellationToken cancellationToken) => NoteAsync(verified.EventId);

        public Task SessionStartedAsync(SessionStarted started, CancellationToken cancellationToken) => NoteAsync(started.EventId);

        private Task NoteAsync(string id)
        {
            diary.Ids.Add(id);
            diary.Scopes.Add(GetHashCode());
            return Task.CompletedTask;
        }
    }
}
