using System.Net;
using Gatehouse.Sessions;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Sessions;

public sealed class SessionNodesOnPostgres() : SessionNodesTests(withRedis: false);

public sealed class SessionNodesOnPostgresWithRedis() : SessionNodesTests(withRedis: true);

/// <summary>
/// Two nodes on one PostgreSQL. Their clock stands still, so nothing here holds because a memory has grown old: it holds
/// because the nodes hear of each other.
/// </summary>
public abstract class SessionNodesTests(bool withRedis) : IAsyncLifetime
{
    private readonly FakeClock clock = new();
    private Store store = null!;
    private SharedRedis? redis;
    private App one = null!;
    private App two = null!;

    public async Task InitializeAsync()
    {
        store = await Store.CreateAsync(StoreKind.Postgres);
        redis = withRedis ? await SharedRedis.CreateAsync() : null;
        one = await NodeAsync();
        two = await NodeAsync();
    }

    public async Task DisposeAsync()
    {
        await one.DisposeAsync();
        await two.DisposeAsync();
        if (redis is not null)
            await redis.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    [Meets("GH-SEC-264", "GH-SEC-070")]
    public async Task A_session_made_on_one_node_works_on_the_other_and_ends_there_too()
    {
        var person = await one.JoinAsync();
        var bearer = App.Bearer(await person.TakeTokenAsync());
        var elsewhere = person with { App = two };
        (await elsewhere.GetAsync("/api/auth/session")).IsOk();
        (await two.GetAsync("/account", bearer)).IsOk();
        await RememberedAsync(two);

        (await person.PostAsync("/api/auth/logout", null)).IsOk();
        (await one.PostAsync("/api/auth/logout", null, bearer)).IsOk();

        (await person.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
        await RefusedAsync(elsewhere);
        await Eventually.AnswerAsync(() => two.GetAsync("/account", bearer), answer => answer.Status == HttpStatusCode.Unauthorized);
    }

    [Fact]
    [Meets("GH-SEC-072", "GH-SEC-277")]
    public async Task What_an_account_changes_on_one_node_holds_on_the_other()
    {
        var person = await one.JoinAsync();
        var phone = await person.LogInAsync() with { App = two };
        (await phone.GetAsync("/api/auth/session")).IsOk();
        await RememberedAsync(two);

        (await person.SendAsync(HttpMethod.Patch, $"/api/auth/users/{person.UserId}", """{"name":"Alicia"}""")).IsOk();
        await Eventually.AnswerAsync(() => phone.GetAsync("/api/auth/session"), answer => answer.Body.Contains("Alicia", StringComparison.Ordinal));

        (await person.SendAsync(HttpMethod.Patch, "/api/auth/account", """{"username":"alicia"}""", await person.OpenAsync())).IsOk();
        await Eventually.AnswerAsync(() => phone.GetAsync("/api/auth/session"), answer => answer.Body.Contains("alicia", StringComparison.Ordinal));

        var changed = await person.PostAsync(
            "/api/auth/account/password", App.Json(("password", "another long passphrase")), await person.OpenAsync());
        changed.IsOk();
        await RefusedAsync(phone);
    }

    [Fact]
    public async Task A_session_that_makes_room_for_a_newer_one_ends_on_every_node()
    {
        var person = await one.JoinAsync();
        var elsewhere = person with { App = two };
        (await elsewhere.GetAsync("/api/auth/session")).IsOk();

        for (var i = 0; i < 50; i++)
        {
            clock.Advance(TimeSpan.FromMilliseconds(1));
            await person.LogInAsync();
        }

        await RefusedAsync(elsewhere);
    }

    [Fact]
    public async Task What_the_operator_ends_is_refused_everywhere()
    {
        var person = await one.JoinAsync();
        var elsewhere = person with { App = two };
        (await elsewhere.GetAsync("/api/auth/session")).IsOk();
        await RememberedAsync(two);

        (await Operator.Of(one).RunAsync("session", "revoke", "--email", person.Email)).Ended(0);

        await RefusedAsync(person);
        await RefusedAsync(elsewhere);
    }

    /// <summary>The word between nodes is lost; the log of changes is read all the same.</summary>
    [Fact]
    public async Task A_node_whose_listener_is_cut_off_learns_of_endings_by_itself_and_listens_again()
    {
        var person = await one.JoinAsync();
        var elsewhere = person with { App = two };
        await RememberedAsync(two);

        for (var round = 0; round < 3; round++)
        {
            var device = await person.LogInAsync() with { App = two };
            (await device.GetAsync("/api/auth/session")).IsOk();
            await store.AskAsync("""
                SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE datname = current_database() AND query LIKE 'LISTEN%'
                """);
            (await (device with { App = one }).PostAsync("/api/auth/logout", null)).IsOk();
            await RefusedAsync(device);
        }

        (await elsewhere.GetAsync("/api/auth/session")).IsOk();
        await Eventually.TrueAsync(async () => await store.CountAsync(
            "pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%' AND state = 'idle'") == 2);
    }

    /// <summary>A fail-over to a replica that lagged behind, as seen by the nodes that live through it.</summary>
    [Fact]
    [Meets("GH-SEC-276", "GH-SEC-309")]
    public async Task A_database_that_has_forgotten_commits_is_noticed_and_every_memory_dropped()
    {
        var person = await one.JoinAsync();
        for (var i = 0; i < 3; i++)
            (await (await person.LogInAsync()).PostAsync("/api/auth/logout", null)).IsOk();
        var lines = new[] { one, two }.Select(node => node.Services.GetRequiredService<SessionFeed>()).ToArray();
        await Eventually.TrueAsync(() => lines.All(feed => feed.Line == lines[0].Line && feed.Line.Length > 0 && feed.IsLive));
        await Eventually.TrueAsync(async () => await KnowsAsync(two));
        var before = lines[0].Line;

        var ended = await person.LogInAsync();
        (await (ended with { App = two }).GetAsync("/api/auth/session")).IsOk();
        await store.AskAsync(Forget(ended.SessionId));

        await Eventually.TrueAsync(() => lines.All(feed => feed.Line != before && feed.Line == lines[0].Line));
        await Eventually.TrueAsync(() => (one.Logs.Text + two.Logs.Text).Contains("has forgotten", StringComparison.Ordinal));
        await RefusedAsync(ended with { App = two });
        (await person.GetAsync("/api/auth/session")).IsOk();
        (await (person with { App = two }).GetAsync("/api/auth/session")).IsOk();
        (await person.PostAsync("/api/auth/logout", null)).IsOk();
        await RefusedAsync(person with { App = two });
    }

    /// <summary>
    /// The newest two changes are gone; before anybody looks others have been committed, one of which ended the session: the
    /// generation is greater than any that was seen.
    /// </summary>
    private static string Forget(string endedSession) => $"""
        BEGIN;
        DELETE FROM session_changes WHERE generation IN (SELECT generation FROM session_changes ORDER BY generation DESC LIMIT 2);
        DELETE FROM sessions WHERE id = '{endedSession}';
        UPDATE session_generation SET generation = generation + 1;
        INSERT INTO session_changes (generation, subject)
            SELECT (SELECT max(generation) FROM session_changes) + 1, '{endedSession}';
        INSERT INTO session_changes (generation, subject) SELECT generation, 'other' FROM session_generation;
        COMMIT
        """;

    private Task<App> NodeAsync() => redis is null
        ? App.StartOnAsync(store, clock)
        : App.StartOnAsync(store, clock, ("Redis", redis.Address));

    private static Task<Answer> RefusedAsync(Person person) => Eventually.AnswerAsync(
        () => person.GetAsync("/api/auth/session"), answer => answer.Code == "unauthenticated");

    /// <summary>Waits until the node answers from memory: its feed has read all that was committed.</summary>
    private async Task RememberedAsync(App node) => await Eventually.TrueAsync(() => KnowsAsync(node));

    private async Task<bool> KnowsAsync(App node)
    {
        var feed = node.Services.GetRequiredService<SessionFeed>();
        var head = Convert.ToInt64(await store.AskAsync("SELECT generation FROM session_generation"), System.Globalization.CultureInfo.InvariantCulture);
        return feed.IsLive && feed.Generation >= head;
    }
}
