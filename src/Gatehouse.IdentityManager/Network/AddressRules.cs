using System.Net;
using System.Net.Sockets;

namespace Gatehouse.IdentityManager.Network;

/// <summary>
/// Which addresses an app may have. A link is a stranger's text: it must not make this program talk to a router, a
/// cloud's metadata or a neighbour. What tunnels an IPv4 address in an IPv6 one is refused whatever is in it.
/// </summary>
internal static class AddressRules
{
    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/3",
            "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32",
            "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/9", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>Whether it is somewhere on the public internet.</summary>
    public static bool IsPublic(IPAddress address) =>
        address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6
        && !address.IsIPv4MappedToIPv6 // which IPNetwork takes for the IPv4 address in it
        && address.ScopeIdOrZero() == 0
        && !NotPublic.Any(network => network.Contains(address));

    /// <summary>
    /// Whether the address may be connected to for a host of that name. The machine itself is meant by its own names
    /// alone, and they mean nothing else.
    /// </summary>
    public static bool Admits(string host, IPAddress address, bool allowsPrivate) =>
        IsThisMachine(host) ? IPAddress.IsLoopback(address) : allowsPrivate || IsPublic(address);

    private static bool IsThisMachine(string host) => host is "localhost" or "127.0.0.1" or "[::1]" or "::1";

    private static long ScopeIdOrZero(this IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? address.ScopeId : 0;
}
