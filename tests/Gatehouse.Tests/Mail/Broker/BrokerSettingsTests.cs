using Gatehouse.Mail.Broker;

namespace Gatehouse.Tests.Mail.Broker;

public sealed class BrokerSettingsTests
{
    [Theory]
    [InlineData("amqp://u:p@localhost", "localhost", 5672, "/", false)]
    [InlineData("amqps://u:p@mq.example.com/", "mq.example.com", 5671, "/", false)]
    [InlineData("amqp://u:p@10.0.0.1:1234/house", "10.0.0.1", 1234, "house", true)]
    [InlineData("amqp://u:p@[::1]/%2Fa", "::1", 5672, "/a", false)]
    public void A_url_says_how_to_reach_it(string url, string host, int port, string virtualHost, bool isExposed)
    {
        var broker = BrokerSettings.Parse(url, out var fault)!;

        Assert.Null(fault);
        Assert.Equal((host, port, virtualHost), (broker.Host, broker.Port, broker.VirtualHost));
        Assert.Equal(isExposed, broker.IsExposed);
    }

    [Fact]
    public void User_and_password_may_hold_any_character_and_are_never_printed()
    {
        var broker = BrokerSettings.Parse("amqp://us%40er:pa%2Fss%3Aword@127.0.0.1", out _)!;

        Assert.Equal(("us@er", "pa/ss:word"), (broker.User, broker.Password));
        Assert.Equal("amqp://127.0.0.1:5672/", broker.ToString());
    }

    [Theory]
    [InlineData("canary")]
    [InlineData("http://u:canary@host")]
    [InlineData("amqp://u:canary@host/a/b")]
    [InlineData("amqp://u:canary@host/?heartbeat=1")]
    [InlineData("amqp://canary@host")]
    [InlineData("amqp://canary:@host")]
    [InlineData("amqp://host")]
    public void What_is_wrong_is_said_without_the_value(string url)
    {
        Assert.Null(BrokerSettings.Parse(url, out var fault));
        Assert.NotNull(fault);
        Assert.DoesNotContain("canary", fault, StringComparison.Ordinal);
    }
}
