using Gatehouse.Sessions;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Sessions;

/// <summary>Redis is a copy: whatever becomes of it, the sessions are SQL's.</summary>
public sealed class SharedSessionsTests : IAsyncLifetime
{
    private readonly FakeClock clock = new();
    private Store store = null!;
    private SharedRedis redis = null!;
    private App app = null!;

    public async Task InitializeAsync()
    {
        store = await Store.CreateAsync(StoreKind.Postgres);
        redis = await SharedRedis.CreateAsync();
        app = await NodeAsync();
    }

    public async Task DisposeAsync()
    {
        await app.DisposeAsync();
        await redis.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    public async Task A_login_puts_the_session_into_redis_and_a_log_out_takes_it_away()
    {
        var person = await app.JoinAsync();
        await CopiedAsync(person.SessionId);

        (await person.PostAsync("/api/auth/logout", null)).IsOk();

        await Eventually.TrueAsync(async () => (await KeysAsync()).Length == 0);
    }

    /// <summary>The row is gone from SQL without a word in the log, as by hand: what answers now is the copy.</summary>
    [Fact]
    public async Task A_node_that_has_not_seen_the_session_finds_it_in_redis()
    {
        var person = await app.JoinAsync();
        await CopiedAsync(person.SessionId);
        await using var other = await NodeAsync();
        await LiveAsync(other);
        await store.AskAsync("DELETE FROM sessions");

        (await (person with { App = other }).GetAsync("/api/auth/session")).IsOk();
    }

    /// <summary>The delete never arrived, or Redis came back with what it had saved before: the generation in SQL outdates it.</summary>
    [Fact]
    [Meets("GH-SEC-276", "GH-SEC-305")]
    public async Task A_copy_that_outlives_its_session_lets_nobody_in()
    {
        var person = await app.JoinAsync();
        var phone = await person.LogInAsync();
        await CopiedAsync(person.SessionId);
        await CopiedAsync(phone.SessionId);
        var snapshot = await SnapshotAsync();

        (await person.PostAsync("/api/auth/logout", null)).IsOk();
        (await phone.PostAsync("/api/auth/account/password", App.Json(("password", "another long passphrase")), await phone.OpenAsync())).IsOk();
        await Eventually.TrueAsync(async () => (await KeysAsync()).Length < snapshot.Length);
        await RestoreAsync(snapshot);

        await using var other = await NodeAsync();
        await LiveAsync(other);
        (await (person with { App = other }).GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        (await (phone with { App = other }).GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        (await person.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
    }

    [Fact]
    public async Task An_emptied_redis_logs_nobody_out()
    {
        var person = await app.JoinAsync();
        await CopiedAsync(person.SessionId);
        await using var other = await NodeAsync();

        await redis.EmptyAsync();

        (await (person with { App = other }).GetAsync("/api/auth/session")).IsOk();
        await CopiedAsync(person.SessionId);
    }

    /// <summary>Who can write into Redis makes no session and moves none.</summary>
    [Fact]
    public async Task A_copy_that_was_forged_or_put_in_anothers_place_is_no_session()
    {
        var person = await app.JoinAsync("alice@example.com");
        var thief = await app.JoinAsync("mallory@example.com");
        await CopiedAsync(person.SessionId);
        await CopiedAsync(thief.SessionId);
        await using var other = await NodeAsync();
        await LiveAsync(other);
        var keys = await KeysAsync();
        var alices = await redis.Direct.StringGetAsync(keys.Single(key => key.EndsWith(person.SessionId, StringComparison.Ordinal)));

        foreach (var key in keys.Where(key => !key.EndsWith(person.SessionId, StringComparison.Ordinal)))
            await redis.Direct.StringSetAsync(key, alices);
        var answer = await (thief with { App = other }).GetAsync("/api/auth/session");
        answer.IsOk();
        Assert.Equal(thief.AccountId, answer.Json.GetProperty("account").GetProperty("id").GetString());

        foreach (var key in keys)
            await redis.Direct.StringSetAsync(key, """{"Id":"x","AccountId":"y"}""");
        await using var third = await NodeAsync();
        (await (thief with { App = third }).GetAsync("/api/auth/session")).IsOk();
    }

    /// <summary>A dump of Redis tells nobody's address and opens nothing.</summary>
    [Fact]
    [Meets("GH-SEC-058")]
    public async Task Redis_holds_nothing_that_can_be_read()
    {
        var person = await app.JoinAsync();
        await CopiedAsync(person.SessionId);

        foreach (var key in await KeysAsync())
        {
            var value = System.Text.Encoding.Latin1.GetString((byte[])(await redis.Direct.StringGetAsync(key))!);
            Assert.DoesNotContain("alice", key + value, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(person.AccountId, key + value, StringComparison.Ordinal);
            Assert.NotNull(await redis.Direct.KeyTimeToLiveAsync(key));
        }
    }

    [Fact]
    public async Task With_redis_cut_off_everything_goes_on_and_it_is_used_again_when_it_is_back()
    {
        await using var node = await App.StartOnAsync(store, clock, ("Redis", redis.AddressThroughProxy));
        await Eventually.AnswerAsync(() => node.GetAsync("/readyz"), answer => Redis(answer) == "ok");
        var person = await node.JoinAsync("cut@example.com");

        redis.Proxy.Cut();
        var ready = await Eventually.AnswerAsync(() => node.GetAsync("/readyz"), answer => Redis(answer) == "unavailable");
        Assert.Equal("ready", ready.Text("status"));
        (await person.GetAsync("/api/auth/session")).IsOk();
        var second = await person.LogInAsync();
        (await second.PostAsync("/api/auth/logout", null)).IsOk();
        (await second.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        await Eventually.AnswerAsync(() => (second with { App = app }).GetAsync("/api/auth/session"), answer => answer.Code == "unauthenticated");

        redis.Proxy.Pass();
        await Eventually.AnswerAsync(() => node.GetAsync("/readyz"), answer => Redis(answer) == "ok");
        await CopiedAsync((await person.LogInAsync()).SessionId);
    }

    private static string? Redis(Answer ready) => ready.Json.GetProperty("parts").GetProperty("redis").GetString();

    private Task<App> NodeAsync() => App.StartOnAsync(store, clock, ("Redis", redis.Address));

    private static async Task LiveAsync(App node)
    {
        var feed = node.Services.GetRequiredService<SessionFeed>();
        await Eventually.TrueAsync(() => feed.IsLive && feed.Line.Length > 0);
    }

    private async Task CopiedAsync(string sessionId) => await Eventually.TrueAsync(
        async () => (await KeysAsync()).Any(key => key.EndsWith(sessionId, StringComparison.Ordinal)));

    private async Task<string[]> KeysAsync() => (string[])(await redis.Direct.ExecuteAsync("KEYS", "gatehouse:session:*"))!;

    private async Task<(string Key, byte[] Dump)[]> SnapshotAsync()
    {
        var dumps = new List<(string, byte[])>();
        foreach (var key in await KeysAsync())
            dumps.Add((key, (await redis.Direct.KeyDumpAsync(key))!));
        return [.. dumps];
    }

    private async Task RestoreAsync((string Key, byte[] Dump)[] dumps)
    {
        foreach (var (key, dump) in dumps)
        {
            await redis.Direct.KeyDeleteAsync(key);
            await redis.Direct.KeyRestoreAsync(key, dump);
        }
    }
}
