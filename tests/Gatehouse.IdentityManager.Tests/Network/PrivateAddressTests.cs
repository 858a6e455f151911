using System.Net;
using System.Net.Sockets;
using Gatehouse.IdentityManager.Network;
using Gatehouse.IdentityManager.Tests.Support;

namespace Gatehouse.IdentityManager.Tests.Network;

/// <summary>What <c>--allow-private</c> does: an address that isn't public, nor the machine's own by its name.</summary>
public sealed class PrivateAddressTests : IDisposable
{
    private const string Host = "127.0.0.2";

    private readonly TcpListener listener = new(IPAddress.Parse(Host), 0);
    private readonly Vaults vaults = new();

    public PrivateAddressTests()
    {
        listener.Start();
        vaults.Create().Dispose();
    }

    private int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public void Dispose()
    {
        listener.Dispose();
        vaults.Dispose();
    }

    [Fact]
    public async Task A_private_address_is_connected_to_only_where_it_may_be()
    {
        var refused = await Assert.ThrowsAsync<IOException>(
            () => GuardedDial.ConnectAsync(Host, Port, allowsPrivate: false, CancellationToken.None));
        Assert.Contains("--allow-private", refused.Message, StringComparison.Ordinal);
        Assert.False(listener.Pending());
        await (await GuardedDial.ConnectAsync(Host, Port, allowsPrivate: true, CancellationToken.None)).DisposeAsync();
        using var connected = await listener.AcceptSocketAsync();
    }

    [Fact]
    public async Task The_option_of_add_lets_it_be()
    {
        string[] add = ["add", "jlinx:u" + new string('A', 43), "--at", $"https://{Host}:{Port}"];
        var refused = await Commands.RunAsync(vaults.Place, add);
        Assert.Equal(2, refused.Code);
        Assert.Contains("--allow-private lets it be", refused.Error, StringComparison.Ordinal);
        Assert.False(listener.Pending());
        var allowed = Commands.RunAsync(vaults.Place, [.. add, "--allow-private"]);
        (await listener.AcceptSocketAsync()).Dispose();
        Assert.Equal(2, (await allowed).Code); // it isn't an app, but it was asked
    }
}
