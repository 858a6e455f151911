using System.Diagnostics;
using Gatehouse.Mail;
using Gatehouse.Mail.Broker;
using Gatehouse.Storage;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Mail.Broker;

public sealed class MailByBrokerOnSqlite() : MailByBrokerTests(StoreKind.Sqlite);

public sealed class MailByBrokerOnPostgres() : MailByBrokerTests(StoreKind.Postgres);

/// <summary>From the outbox over RabbitMQ to the mail server, with everything real.</summary>
[Collection(BrokerTests.Name)]
public abstract class MailByBrokerTests(StoreKind kind) : IAsyncLifetime
{
    private readonly FakeClock clock = new();
    private TestBroker broker = null!;
    private MailServer server = null!;
    private Store store = null!;

    public async Task InitializeAsync() => (store, broker, server) = (await Store.CreateAsync(kind), new(), new());

    public async Task DisposeAsync()
    {
        await server.DisposeAsync();
        await broker.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    [Meets("GH-SEC-279", "GH-SEC-281")]
    public async Task A_mail_goes_by_the_broker_and_leaves_nothing_behind()
    {
        await using var app = await StartAsync();
        Assert.Null(app.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<MailRelay>().FirstOrDefault());

        await SignUpAsync(app, "alice@example.com");

        await SentAsync(1);
        Assert.Equal("alice@example.com", server.Accepted[0].To);
        await app.MailsSettledAsync();
        await QueueIsEmptyAsync();
        Assert.Equal(0, await broker.CountAsync(broker.DeadQueue));
        Assert.True(app.Services.GetRequiredService<BrokerConnections>().IsConnected);
    }

    [Fact]
    public async Task Without_a_mail_server_the_dev_mailbox_is_the_delivery()
    {
        await using var app = await App.StartOnAsync(store, clock, broker.Settings());

        await app.JoinAsync();

        await app.MailsSettledAsync();
    }

    [Fact]
    public async Task Two_nodes_share_the_work()
    {
        server.Hold = new TaskCompletionSource();
        await using var one = await StartAsync(("Mail:Workers", "1"));
        await using var two = await StartAsync(("Mail:Workers", "1"));
        await SignUpAsync(one, "alice@example.com");
        await SignUpAsync(one, "bob@example.com");

        await Eventually.TrueAsync(() => server.Held == 2, "a mail in the hands of each node");
        server.Hold.SetResult();

        await SentAsync(2);
        await one.MailsSettledAsync();
        Assert.All((App[])[one, two], app => Assert.Contains("MailSent", app.Logs.Text, StringComparison.Ordinal));
    }

    [Theory]
    [Meets("GH-SEC-292", "GH-SEC-295")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_the_broker_sign_up_goes_on_and_the_mail_follows(bool hangs)
    {
        await using var proxy = TestBroker.Proxy();
        await using var app = await App.StartOnAsync(store, clock, broker.SettingsBy(proxy, server.Settings));
        var connections = app.Services.GetRequiredService<BrokerConnections>();
        await SignUpAsync(app, "before@example.com");
        await SentAsync(1);
        if (hangs)
            proxy.Hang();
        else
            proxy.Cut();
        var since = Stopwatch.StartNew();

        for (var i = 0; i < 10; i++)
            await SignUpAsync(app, $"during{i}@example.com");

        Assert.True(since.Elapsed < TimeSpan.FromSeconds(30), $"ten sign-ups took {since.Elapsed}");
        await Eventually.TrueAsync(() => !connections.IsConnected, "a broker that is known to be away");
        Assert.Single(server.Accepted);
        Assert.Equal(10, await store.CountAsync("mail_outbox"));
        proxy.Pass();
        await Eventually.TrueAsync(() => connections.IsConnected, "a broker that is back");
        clock.Advance(TimeSpan.FromSeconds(15)); // what was claimed for a broker that didn't confirm
        await SentAsync(11);
        await app.MailsSettledAsync();
        Assert.Equal(11, server.Accepted.DistinctBy(mail => mail.Id, StringComparer.Ordinal).Count());
    }

    [Theory]
    [Meets("GH-SEC-279", "GH-SEC-295")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_broker_that_lost_its_messages_is_told_again(bool theQueueToo)
    {
        await using var web = await StartAsync(("Mail:Workers", "0"));
        await SignUpAsync(web, "alice@example.com");
        await Eventually.TrueAsync(async () => await broker.CountAsync(broker.Queue) == 1, "a published message");
        if (theQueueToo)
            await broker.DeleteAsync(broker.Queue);
        else
            Assert.Single(await broker.TakeAllAsync(broker.Queue));
        await using var worker = await StartAsync();
        if (kind == StoreKind.Sqlite)
            await worker.MailsSettledAsync(); // there a node that starts is the only one, and names all again at once

        clock.Advance(MailPublisher.BrokersTime);
        web.Services.GetRequiredService<Outbox>().Wake();

        await SentAsync(1);
        await worker.MailsSettledAsync();
        Assert.Single(server.Accepted);
    }

    [Fact]
    [Meets("GH-SEC-280")]
    public async Task A_message_that_comes_thrice_is_one_mail()
    {
        await using var web = await StartAsync(("Mail:Workers", "0"));
        await SignUpAsync(web, "alice@example.com");
        await Eventually.TrueAsync(async () => await broker.CountAsync(broker.Queue) == 1, "a published message");
        var message = Assert.Single(await broker.TakeAllAsync(broker.Queue));
        for (var i = 0; i < 3; i++)
            await broker.PublishAsync(message);

        await using var worker = await StartAsync();

        await SentAsync(1);
        await worker.MailsSettledAsync();
        await QueueIsEmptyAsync();
        await broker.PublishAsync(message); // and once more when the row has gone
        await SignUpAsync(web, "bob@example.com");
        await SentAsync(2);
        Assert.Equal("alice@example.com bob@example.com", string.Join(' ', server.Accepted.Select(mail => mail.To)));
        Assert.Equal(0, await broker.CountAsync(broker.DeadQueue));
    }

    [Fact]
    [Meets("GH-SEC-283", "GH-SEC-284", "GH-SEC-285")]
    public async Task What_is_not_ours_is_dead_lettered_and_in_nobody_s_way()
    {
        await using var web = await StartAsync(("Mail:Workers", "0"));
        await SignUpAsync(web, "alice@example.com");
        await Eventually.TrueAsync(async () => await broker.CountAsync(broker.Queue) == 1, "a published message");
        var ours = Assert.Single(await broker.TakeAllAsync(broker.Queue));
        string[] foreign =
        [
            "", "{", "[]", "null", "mail alice@example.com", new('x', BrokerMessage.MostBytes + 1), new('x', 1_000_000),
            ours.Replace("\"v\":1", "\"v\":2", StringComparison.Ordinal),
            ours.Replace("sign_up", "good_bye", StringComparison.Ordinal),
            ours.Replace("{", "{\"to\":\"mallory@example.com\",", StringComparison.Ordinal),
            ours.Replace("}", ",\"id\":\"1\"}", StringComparison.Ordinal),
        ];
        foreach (var text in foreign)
            await broker.PublishAsync(text);
        await broker.PublishAsync(ours);

        await using var worker = await StartAsync();

        await SentAsync(1);
        var dead = await broker.DeadAsync(foreign.Length);
        Assert.Equal(foreign.Order(StringComparer.Ordinal), dead.Order(StringComparer.Ordinal));
        await QueueIsEmptyAsync();
        Assert.Contains("UnknownVersion", worker.Logs.Text, StringComparison.Ordinal);
        Assert.Contains("Forged", worker.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("mallory", worker.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    [Meets("GH-SEC-249", "GH-SEC-282", "GH-SEC-283")]
    public async Task A_mail_that_cannot_be_made_is_dead_lettered_at_its_third_try()
    {
        await using var app = await StartAsync();
        var now = UnixMicros.NowMicros(clock);
        await store.AskAsync(
            $"INSERT INTO mail_outbox (id, kind, recipient, created_at, due_at, tries) VALUES ('0', 'poison', 'x', {now}, {now}, 0)");

        for (var tries = 1; tries <= 3; tries++)
        {
            await Eventually.TrueAsync(async () => await TriesAsync() == tries, $"try {tries}");
            Assert.Equal(tries == 3 ? 1 : 0, (await broker.DeadAsync(tries == 3 ? 1 : 0)).Count);
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        await SignUpAsync(app, "alice@example.com");
        await SentAsync(1);

        async Task<long> TriesAsync() => Convert.ToInt64(
            await store.AskAsync("SELECT max(tries) FROM mail_outbox WHERE sending_until IS NULL AND last_error IS NOT NULL") is long tries ? tries : 0,
            System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    [Meets("GH-SEC-280", "GH-SEC-282")]
    public async Task A_mail_server_that_is_away_gets_its_mails_later()
    {
        await server.StopAsync();
        await using var app = await StartAsync();
        await SignUpAsync(app, "alice@example.com");
        await Eventually.TrueAsync(
            async () => await store.AskAsync("SELECT last_error FROM mail_outbox WHERE sending_until IS NULL") is string, "a deferred mail");
        await QueueIsEmptyAsync();
        server.Start();

        clock.Advance(TimeSpan.FromSeconds(10));

        await SentAsync(1);
        await app.MailsSettledAsync();
    }

    [Fact]
    [Meets("GH-SEC-285", "GH-SEC-286")]
    public async Task No_address_and_no_secret_is_in_a_message()
    {
        await using var app = await StartAsync(("Mail:Workers", "0"));
        await SignUpAsync(app, "canary.address@example.com");
        await app.PostAsync("/api/auth/passwd", App.Json(("email", "canary.address@example.com")));

        await Eventually.TrueAsync(async () => await broker.CountAsync(broker.Queue) == 2, "two messages");
        var messages = await broker.TakeAllAsync(broker.Queue);

        Assert.All(messages, message => Assert.Matches(
            "^\\{\"v\":1,\"id\":\"[0-9a-f-]{36}\",\"kind\":\"(sign_up|recovery)\",\"mac\":\"[A-Za-z0-9_-]{43}\"\\}$", message));
    }

    [Fact]
    [Meets("GH-SEC-310")]
    public async Task A_node_that_stops_ends_the_mail_it_is_at_and_leaves_the_others_to_be_sent()
    {
        server.Hold = new TaskCompletionSource();
        var app = await StartAsync(("Mail:Workers", "1"));
        await SignUpAsync(app, "alice@example.com");
        await SignUpAsync(app, "bob@example.com");
        await Eventually.TrueAsync(() => server.Held == 1, "a mail that is being sent");

        var stopping = app.DisposeAsync().AsTask();
        await Eventually.TrueAsync(async () => await broker.CountAsync(broker.Queue) == 1, "a message for others");
        Assert.False(stopping.IsCompleted);
        server.Hold.SetResult();
        await stopping;

        Assert.Single(server.Accepted);
        Assert.Equal(1, await store.CountAsync("mail_outbox"));
        Assert.Equal(1, await broker.CountAsync(broker.Queue));
        await using var next = await StartAsync();
        await SentAsync(2);
        Assert.Equal(2, server.Accepted.DistinctBy(mail => mail.Id, StringComparer.Ordinal).Count());
    }

    private Task<App> StartAsync(params (string Key, string Value)[] settings) =>
        App.StartOnAsync(store, clock, broker.Settings([.. server.Settings, .. settings]));

    private static async Task SignUpAsync(App app, string email) => (await app.PostAsync(
        "/api/auth/signup", App.Json(("email", email), ("password", App.Password)))).IsOk();

    private Task SentAsync(int count) => Eventually.TrueAsync(() => Task.FromResult(server.Accepted.Count >= count), $"{count} mails");

    private Task QueueIsEmptyAsync() =>
        Eventually.TrueAsync(async () => await broker.CountAsync(broker.Queue) == 0, "an empty queue");
}
