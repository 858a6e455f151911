using System.Net;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Streams;
using Gatehouse.Hypercore.Tests.Support;
using Gatehouse.Hypercore.Transports;

namespace Gatehouse.Hypercore.Tests.Replication;

public sealed class OptionsTests
{
    [Theory]
    [InlineData((1 << 20) - 1)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1 << 24)]
    public void A_frame_limit_that_can_not_be_kept_is_refused(int bytes) =>
        Assert.Equal("MaxFrameBytes", Refused(new StreamLimits { MaxFrameBytes = bytes }));

    [Theory]
    [InlineData(1023)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1 << 24)]
    public void A_message_limit_that_can_not_be_kept_is_refused(int bytes) =>
        Assert.Equal("MaxMessageBytes", Refused(new StreamLimits { MaxMessageBytes = bytes }));

    [Theory]
    [InlineData((64 * 1024) - 1)]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_rate_of_less_than_64_KiB_a_second_is_refused(int bytes) =>
        Assert.Equal("BytesPerSecond", Refused(new StreamLimits { BytesPerSecond = bytes }));

    [Fact]
    public void A_rate_at_which_who_writes_would_hold_us_to_be_gone_is_refused()
    {
        StreamLimits limits = new()
        {
            BytesPerSecond = 64 * 1024,
            KeepAlive = TimeSpan.FromMilliseconds(400),
            Silence = TimeSpan.FromMilliseconds(999),
        };
        Assert.Equal("BytesPerSecond", Refused(limits));
        (limits with { Silence = TimeSpan.FromSeconds(1) }).Validate();
    }

    [Fact]
    public void A_sign_of_life_that_would_come_too_late_is_refused()
    {
        StreamLimits limits = new() { KeepAlive = TimeSpan.FromSeconds(5), Silence = TimeSpan.FromSeconds(9.9) };
        Assert.Equal("KeepAlive", Refused(limits));
        (limits with { Silence = TimeSpan.FromSeconds(10) }).Validate();
    }

    [Theory]
    [InlineData(-1)] // which would mean for ever
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(86_400_001)]
    public void A_time_that_is_none_is_refused(int milliseconds)
    {
        var time = TimeSpan.FromMilliseconds(milliseconds);
        Assert.Equal("HandshakeTime", Refused(new StreamLimits { HandshakeTime = time }));
        Assert.Equal("KeepAlive", Refused(new StreamLimits { KeepAlive = time }));
        Assert.Equal("Silence", Refused(new StreamLimits { Silence = time }));
    }

    [Fact]
    public async Task A_door_that_lets_nobody_in_is_not_opened()
    {
        await using var peer = new Peer();
        var anywhere = new IPEndPoint(IPAddress.Loopback, 0);
        var all = Assert.Throws<ArgumentOutOfRangeException>(
            () => TcpDoor.Open(peer.Replicator, anywhere, new TcpDoorOptions { MaxConnections = 0 }));
        var each = Assert.Throws<ArgumentOutOfRangeException>(
            () => TcpDoor.Open(peer.Replicator, anywhere, new TcpDoorOptions { MaxConnectionsPerAddress = -1 }));
        Assert.Equal(("MaxConnections", "MaxConnectionsPerAddress"), (all.ParamName, each.ParamName));
    }

    private static string? Refused(StreamLimits limits)
    {
        using var identity = KeyPair.Generate();
        return Assert.Throws<ArgumentOutOfRangeException>(
            () => new Replicator(identity, new ReplicatorOptions { Limits = limits })).ParamName;
    }
}
