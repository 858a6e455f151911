using System.Net;
using Gatehouse.Http;
using Gatehouse.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Tests.Http;

public sealed class CallerSourceTests
{
    [Theory]
    [Meets("GH-SEC-043")]
    [InlineData("203.0.113.9", "::ffff:203.0.113.9")]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff")]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2::1%3")]
    public void One_customer_is_one_source(string one, string other) => Assert.True(KeyOf(one) == KeyOf(other));

    [Theory]
    [Meets("GH-SEC-043")]
    [InlineData("203.0.113.9", "203.0.113.10")]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1")]
    [InlineData("::1", "127.0.0.1")]
    public void Two_customers_are_two_sources(string one, string other) => Assert.False(KeyOf(one) == KeyOf(other));

    [Theory]
    [Meets("GH-SEC-043")]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:ffff::1", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:2:2::1", false)]
    public void Who_may_be_one_customer_is_one_network(string one, string other, bool same) =>
        Assert.Equal(same, From(one).SourceKey().Network == From(other).SourceKey().Network);

    [Fact]
    public void Only_IPv6_has_networks() => Assert.Null(From("::ffff:203.0.113.9").SourceKey().Network);

    [Fact]
    public void An_address_that_is_not_known_is_a_source_too()
    {
        Assert.Equal(new Source("unknown", null), new DefaultHttpContext().SourceKey());
        Assert.Null(new DefaultHttpContext().Ip());
    }

    [Theory]
    [InlineData("::ffff:203.0.113.9", "203.0.113.9")]
    [InlineData("fe80::1%3", "fe80::1")]
    public void The_address_that_is_shown_is_plain(string given, string shown) => Assert.Equal(shown, From(given).Ip());

    [Fact]
    public void A_user_agent_is_cut_and_cleaned()
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.UserAgent = "Fire\u0000fox\u0085\uD800 \u001B[31m" + new string('x', 1000);

        var agent = http.UserAgent()!;

        Assert.StartsWith("Firefox [31mxxx", agent, StringComparison.Ordinal);
        Assert.True(agent.Length <= 256);
        Assert.Null(new DefaultHttpContext().UserAgent());
    }

    private static string KeyOf(string address) => From(address).SourceKey().Key;

    private static DefaultHttpContext From(string address) =>
        new() { Connection = { RemoteIpAddress = IPAddress.Parse(address) } };
}
