using System.Collections.Concurrent;
using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Hosting;

/// <summary>
/// Three nodes on one PostgreSQL, Redis and RabbitMQ, each restarted in turn while customers come and go: none of them
/// notices.
/// </summary>
[Collection(BrokerTests.Name)]
public sealed class RollingRestartTests : IDisposable
{
    private const string Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    private const int Nodes = 3;
    private const int Customers = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Thought = TimeSpan.FromMilliseconds(50); // leaves a starting node some processor
    private readonly string folder = Directory.CreateTempSubdirectory("gatehouse-rolling-").FullName;
    private readonly ConcurrentQueue<string> failures = new();
    private readonly ConcurrentDictionary<string, int> answered = new(StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    [Meets("GH-SEC-264", "GH-SEC-308", "GH-SEC-310")]
    public async Task No_request_fails_while_each_node_is_restarted()
    {
        await using var store = await Store.CreateAsync(StoreKind.Postgres);
        await using var redis = await SharedRedis.CreateAsync();
        await using var broker = new TestBroker();
        string[] shared =
        [
            $"Database={store.ConnectionString}", $"Redis={redis.Address}",
            .. broker.Settings().Select(setting => $"{setting.Key}={setting.Value}"),
        ];
        var servers = await Task.WhenAll(Enumerable.Range(0, Nodes).Select(at => StartAsync(shared, at)));
        var balancer = new Balancer(servers);
        using var stop = new CancellationTokenSource();
        try
        {
            await UntilAsync(() => Enumerable.Range(0, Nodes).All(balancer.IsReady));
            var customers = Enumerable.Range(0, Customers).Select(at => ComeAndGoAsync(balancer, at, stop.Token)).ToArray();
            for (var at = 0; at < Nodes; at++)
            {
                await UntilEverythingHappenedAgainAsync();
                var before = servers[at];
                Assert.Equal(0, await before.TerminateAsync());
                await UntilEverythingHappenedAgainAsync();
                servers[at] = await StartAsync(shared, at);
                balancer.Replace(at, servers[at]);
                await before.DisposeAsync();
                await UntilAsync(() => balancer.IsReady(at));
            }
            await UntilEverythingHappenedAgainAsync();
            await stop.CancelAsync();
            await Task.WhenAll(customers);
        }
        finally
        {
            await stop.CancelAsync();
            await balancer.DisposeAsync();
            foreach (var server in servers)
                await server.DisposeAsync();
        }

        Assert.Empty(failures);
    }

    /// <summary>Starts a node and waits until it uses all that the nodes share.</summary>
    private async Task<ServerProcess> StartAsync(string[] shared, int at)
    {
        var server = await ServerProcess.StartReadyAsync(
            Path.Combine(folder, $"node{at}"), ServerProcess.FreePort(), "Development",
            [
                .. shared, "PublicUrl=http://localhost:8080", $"Secrets:Key={Key}", "Shutdown:Drain=00:00:04",
                "RateLimits:Enabled=false", "Passwords:MemoryKiB=8", "Passwords:Iterations=1",
                "Tokens:RenewAfter=00:00:00.001",
            ]);
        await Eventually.TrueAsync(
            async () => Uses((await server.GetAsync("/readyz")).Body, "database", "redis", "rabbitmq"),
            $"node {at} with database, Redis and RabbitMQ");
        return server;
    }

    private static bool Uses(string readiness, params string[] parts) =>
        parts.All(part => readiness.Contains($"\"{part}\":\"ok\"", StringComparison.Ordinal));

    /// <summary>Joins, then over and over: logs in, looks, renews an access token, logs out, and is out.</summary>
    private async Task ComeAndGoAsync(Balancer door, int number, CancellationToken stop)
    {
        var email = $"customer{number}@example.com";
        var login = App.Json(("email", email), ("password", App.Password));
        try
        {
            await JoinAsync(door, email);
            while (!stop.IsCancellationRequested)
            {
                var session = await TellAsync("log in", door.SendAsync(HttpMethod.Post, "/api/auth/login", login));
                var cookie = ("Cookie", "gatehouse=" + session.Cookie("gatehouse"));
                await TellAsync("check", door.SendAsync(HttpMethod.Get, "/api/auth/session", null, cookie));
                var token = (await TellAsync("take a token", door.SendAsync(HttpMethod.Post, "/account/login", login)))
                    .Header("GN-Access-Token")!;
                for (var renewal = 0; renewal < 3; renewal++)
                {
                    token = (await TellAsync("renew", door.SendAsync(HttpMethod.Get, "/account", null, App.Bearer(token))))
                        .Header("GN-Access-Token")!;
                }
                await TellAsync("log out", door.SendAsync(HttpMethod.Post, "/api/auth/logout", null, cookie));
                await TellAsync("log out", door.SendAsync(HttpMethod.Post, "/api/auth/logout", null, App.Bearer(token)));
                await Task.Delay(Thought, CancellationToken.None);
            }
        }
#pragma warning disable CA1031 // whatever went wrong for this customer is what the test is about
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failures.Enqueue($"{email}: {exception}");
        }
    }

    private static async Task JoinAsync(Balancer door, string email)
    {
        var credentials = App.Json(("email", email), ("password", App.Password));
        (await door.SendAsync(HttpMethod.Post, "/api/auth/signup", credentials)).IsOk();
        for (var tries = 0; tries < 1500; tries++)
        {
            var mails = (await door.SendAsync(HttpMethod.Get, $"/dev/mail.json?to={email}", null)).Json.GetProperty("mails");
            if (mails.GetArrayLength() > 0)
            {
                var link = mails[0].GetProperty("links")[0].GetString()!;
                (await door.SendAsync(HttpMethod.Post, "/api/auth/mail/verify/" + link.Split('/')[^1],
                    App.Json(("password", App.Password), ("user_name", "Alice")))).IsOk();
                return;
            }
            await Task.Delay(20);
        }
        throw new TimeoutException("No mail came.");
    }

    private async Task<Answer> TellAsync(string what, Task<Answer> sent)
    {
        var answer = await sent;
        if (answer.Status is not (HttpStatusCode.OK or HttpStatusCode.NoContent))
            throw new InvalidOperationException($"{what}: {(int)answer.Status} {answer.Body}");
        answered.AddOrUpdate(what, 1, (_, count) => count + 1);
        return answer;
    }

    /// <summary>Each of the calls has been answered some times more, or one has failed.</summary>
    private async Task UntilEverythingHappenedAgainAsync()
    {
        string[] calls = ["log in", "check", "take a token", "renew", "log out"];
        var before = calls.ToDictionary(call => call, call => answered.GetValueOrDefault(call), StringComparer.Ordinal);
        await UntilAsync(() => !failures.IsEmpty || before.All(call => answered.GetValueOrDefault(call.Key) >= call.Value + 3));
        Assert.Empty(failures);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
            await Task.Delay(20, limit.Token);
    }
}
