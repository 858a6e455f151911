using Gatehouse.Configuration;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Mail.Broker;

/// <summary>A broker that can't be worked with stops the start, and what to mend is said without the setting's value.</summary>
[Collection(BrokerTests.Name)]
public sealed class BrokerStartTests
{
    [Theory]
    [Meets("GH-SEC-258")]
    [InlineData("amqp://guest:canary@127.0.0.1:{port}", "refuses the user or the password")]
    [InlineData("amqp://guest:guest@127.0.0.1:{port}/canary", "no such virtual host")]
    [InlineData("amqp://guest:canary@127.0.0.1:1", "can't be reached")]
    [InlineData("amqps://guest:canary@127.0.0.1:{port}", "no TLS at this port")]
    public async Task A_broker_that_cannot_be_used_stops_the_start(string url, string words)
    {
        await using var broker = new TestBroker();
        var port = new Uri(TestBroker.Url).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

        var fault = await Assert.ThrowsAsync<SettingsFaultException>(() => App.StartAsync(
            StoreKind.Sqlite, ("RabbitMq", url.Replace("{port}", port, StringComparison.Ordinal)), ("Mail:Queue", broker.Queue)));

        Assert.Contains("Gatehouse:RabbitMq: ", fault.Message, StringComparison.Ordinal);
        Assert.True(fault.Message.Contains(words, StringComparison.Ordinal), fault.Message);
        Assert.DoesNotContain("canary", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Meets("GH-SEC-258", "GH-SEC-279")]
    public async Task A_queue_that_would_lose_messages_stops_the_start()
    {
        await using var broker = new TestBroker();
        await broker.DeclareAsync(broker.Queue, []);

        var fault = await Assert.ThrowsAsync<SettingsFaultException>(() => App.StartAsync(StoreKind.Sqlite, broker.Settings()));

        Assert.Contains("with other arguments", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_and_the_list_of_mails_tell_of_the_broker()
    {
        await using var broker = new TestBroker();
        await using var app = await App.StartAsync(StoreKind.Sqlite, broker.Settings());
        string[] settings = ["--Gatehouse:RabbitMq", TestBroker.Url, "--Gatehouse:Mail:Queue", broker.Queue];
        var shell = Operator.Of(app);

        var well = await shell.RunAsync(["doctor", "--json", .. settings]);
        await broker.PublishAsync("not ours");
        await Eventually.TrueAsync(async () => await broker.CountAsync(broker.DeadQueue) == 1, "a dead letter");
        var ill = await shell.RunAsync(["doctor", "--json", .. settings]);
        var list = (await shell.RunAsync(["mail", "list", .. settings])).Ended(0);
        var json = (await shell.RunAsync(["mail", "list", "--json", .. settings])).Ended(0);

        Assert.Equal("ok", StatusOf(well, "broker"));
        Assert.Equal("ok", StatusOf(well, "broker_tls"));
        Assert.Equal("mend", StatusOf(ill, "broker"));
        Assert.Contains($"1 dead letters in the queue {broker.DeadQueue}.", list.Out, StringComparison.Ordinal);
        Assert.Equal(1, json.Json.GetProperty("dead_letters").GetInt64());
    }

    [Fact]
    public async Task Doctor_tells_of_a_broker_that_is_away_and_the_list_of_mails_is_shown_all_the_same()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        var shell = Operator.Of(app);
        const string Away = "--Gatehouse:RabbitMq=amqp://guest:canary@127.0.0.1:1";

        var said = (await shell.RunAsync("doctor", "--json", Away)).Ended(1);
        var list = (await shell.RunAsync("mail", "list", Away)).Ended(0);

        Assert.Equal("mend", StatusOf(said, "broker"));
        Assert.Contains(said.Json.EnumerateArray(), check =>
            check.GetProperty("detail").GetString()!.Contains("can't be reached", StringComparison.Ordinal));
        Assert.Contains("doesn't tell how many dead letters", list.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", said.Out + list.Out, StringComparison.Ordinal);
    }

    private static string? StatusOf(Said said, string name) => said.Json.EnumerateArray()
        .Single(check => check.GetProperty("check").GetString() == name).GetProperty("status").GetString();
}
