using System.Net;
using System.Net.Sockets;
using Gatehouse.IdentityManager.Ui;

namespace Gatehouse.IdentityManager.Tests.Ui;

public sealed class PeerOwnerTests
{
    private static readonly IPEndPoint Theirs = new(IPAddress.Loopback, 0x8182), Ours = new(IPAddress.Loopback, 0x1f90);

    [Theory]
    [InlineData(AddressFamily.InterNetwork)]
    [InlineData(AddressFamily.InterNetworkV6)] // as many programs speak IPv4
    public async Task A_connection_of_ones_own_is_known_as_that(AddressFamily family)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = family == AddressFamily.InterNetwork
            ? new Socket(family, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var accepted = await listener.AcceptSocketAsync();
        Assert.True(PeerOwner.IsOurs(accepted.RemoteEndPoint, accepted.LocalEndPoint));
    }

    [Theory]
    [InlineData("0100007F:8182 0100007F:1F90", 1000, true)]
    [InlineData("0000000000000000FFFF00000100007F:8182 0000000000000000FFFF00000100007F:1F90", 1000, true)]
    [InlineData("0100007F:8182 0100007F:1F90", 1001, false)]
    [InlineData("0100007F:1F90 0100007F:8182", 1000, false)] // our own end of it
    [InlineData("0100007F:8183 0100007F:1F90", 1000, false)]
    [InlineData("0200007F:8182 0100007F:1F90", 1000, false)]
    public void A_row_of_the_systems_table_tells_whose_it_is(string ends, uint user, bool isTheirs)
    {
        string[] table =
        [
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
            $"   3: {ends} 01 00000000:00000000 00:00000000 00000000  1000        0 51234 1 0000000000000000 20 4 30 10 -1",
        ];
        Assert.Equal(isTheirs, PeerOwner.IsIn(table, Theirs, Ours, user));
    }
}
