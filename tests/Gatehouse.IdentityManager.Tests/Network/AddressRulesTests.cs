using System.Net;
using Gatehouse.IdentityManager.Network;

namespace Gatehouse.IdentityManager.Tests.Network;

public sealed class AddressRulesTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::808:808")]
    [InlineData("2002:808:808::1")]
    [InlineData("fe80::1")]
    [InlineData("fd00::1")]
    [InlineData("ff02::1")]
    public void An_address_that_is_not_public_is_refused_unless_it_may_be(string address)
    {
        Assert.False(AddressRules.Admits("app.example", IPAddress.Parse(address), allowsPrivate: false));
        Assert.True(AddressRules.Admits("app.example", IPAddress.Parse(address), allowsPrivate: true));
    }

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("2606:4700::1111")]
    public void A_public_address_is_admitted(string address) =>
        Assert.True(AddressRules.Admits("app.example", IPAddress.Parse(address), allowsPrivate: false));

    [Fact]
    public void The_machine_itself_is_meant_by_its_own_names_alone()
    {
        Assert.True(AddressRules.Admits("localhost", IPAddress.Loopback, allowsPrivate: false));
        Assert.False(AddressRules.Admits("localhost", IPAddress.Parse("8.8.8.8"), allowsPrivate: true));
        Assert.False(AddressRules.Admits("app.localhost", IPAddress.Loopback, allowsPrivate: false));
    }
}
