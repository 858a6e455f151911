using System.Globalization;
using Gatehouse.Tests.Support;
using Xunit.Abstractions;

namespace Gatehouse.Tests.Mail.Broker;

/// <summary>
/// Mails by the broker while everything on their way is taken away at random: the broker's connections, the broker, the
/// mail server, and the process that sends. Whoever was answered 202 gets the mail, and once: a second copy is only of a
/// mail whose acceptance nobody heard, which SMTP can't exclude.
/// </summary>
[Collection(BrokerTests.Name)]
public sealed class MailChaosTests(ITestOutputHelper output)
{
    private const int Mails = 1_500;
    private const int Writers = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    [Meets("GH-SEC-279", "GH-SEC-280", "GH-SEC-281", "GH-SEC-290", "GH-SEC-292", "GH-SEC-295")]
    public async Task Whatever_is_killed_each_mail_arrives_and_arrives_once()
    {
        await using var store = await Store.CreateAsync(StoreKind.Postgres);
        await using var broker = new TestBroker();
        await using var server = new MailServer();
        await using var proxy = TestBroker.Proxy();
        string[] settings =
        [
            "Passwords:MemoryKiB=8", "Passwords:Iterations=1", "RateLimits:Enabled=false", "Secrets:Key=" + App.Key,
            "Database=" + store.ConnectionString,
            .. broker.SettingsBy(proxy, server.Settings).Select(setting => $"{setting.Key}={setting.Value}"),
        ];
        await using var web = await StartAsync(store, [.. settings, "Mail:Workers=0"]);
        await using var steady = await StartAsync(store, [.. settings, "Mail:Workers=2"]);
        var signingUp = Enumerable.Range(0, Writers).Select(writer => SignUpAsync(web, writer)).ToArray();

        var since = System.Diagnostics.Stopwatch.StartNew();
        await DisturbAsync(store, settings, server, proxy);
        output.WriteLine($"Disturbed until {since.Elapsed}.");
        await Task.WhenAll(signingUp);
        output.WriteLine($"Signed up until {since.Elapsed}.");
        await ArrivedAsync(server);
        output.WriteLine($"Arrived until {since.Elapsed}; {await store.CountAsync("mail_outbox")} rows left.");

        var copies = server.Accepted.GroupBy(mail => mail.Id, StringComparer.Ordinal).ToArray();
        var again = copies.Where(mail => mail.Count() > 1).ToArray();
        output.WriteLine($"{copies.Length} mails; the acceptance of {copies.Count(mail => !mail.First().WasHeard)} was perhaps not heard, "
            + $"and {again.Length} came again.");
        Assert.Equal(Mails, server.Accepted.Select(mail => mail.To).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(Mails, copies.Length);
        Assert.All(again, mail => Assert.All(mail.SkipLast(1), copy => Assert.False(copy.WasHeard, mail.Key)));
        await Eventually.TrueAsync(async () => await store.CountAsync("mail_outbox") == 0, "an empty outbox");
        Assert.Equal(0, await broker.CountAsync(broker.DeadQueue));
    }

    private static Task<ServerProcess> StartAsync(Store store, string[] settings) =>
        ServerProcess.StartReadyAsync(store.Folder, ServerProcess.FreePort(), "Development", settings);

    private static async Task SignUpAsync(ServerProcess web, int writer)
    {
        for (var i = writer; i < Mails; i += Writers)
        {
            var email = string.Create(CultureInfo.InvariantCulture, $"c{i}@example.com");
            var answer = await web.PostAsync(
                "/api/auth/signup", App.Json(("email", email), ("password", App.Password)), CancellationToken.None);
            Assert.Equal(System.Net.HttpStatusCode.Accepted, answer.Status);
        }
    }

    private static async Task DisturbAsync(Store store, string[] settings, MailServer server, TcpProxy proxy)
    {
        var random = new Lcg(20302);
        var killed = await StartAsync(store, settings);
        for (var round = 0; round < 8; round++)
        {
            await Task.Delay(random.Next(400));
            switch (round % 4)
            {
                case 0:
                    proxy.Cut();
                    await Task.Delay(random.Next(500));
                    proxy.Pass();
                    break;
                case 1:
                    await server.StopAsync();
                    await Task.Delay(random.Next(500));
                    server.Start();
                    break;
                case 2:
                    await killed.DisposeAsync(); // SIGKILL
                    if (round == 2)
                        killed = await StartAsync(store, settings);
                    break;
                case 3 when round == 3:
                    await TestBroker.ControlAsync("stop_app");
                    await TestBroker.ControlAsync("start_app");
                    break;
            }
        }
    }

    private static async Task ArrivedAsync(MailServer server)
    {
        var since = System.Diagnostics.Stopwatch.StartNew();
        while (since.Elapsed < Patience && server.Accepted.DistinctBy(mail => mail.To, StringComparer.Ordinal).Count() < Mails)
            await Task.Delay(100);
    }
}
