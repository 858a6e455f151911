using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Http;

/// <summary>
/// Where a request comes from. Behind <c>KnownProxies</c> the connection's address is already the client's; no header
/// is read here.
/// </summary>
internal static class CallerSource
{
    private const int MostUserAgent = 256; // shown in the list of devices; longer ones are noise or an attack

    /// <summary>
    /// What per-source limits count by: an IPv4 address (also when mapped into IPv6), or the /64 of an IPv6 address,
    /// which is what one customer gets, within its /48 (GH-SEC-043).
    /// </summary>
    public static Source SourceKey(this HttpContext http)
    {
        var address = Address(http);
        if (address is null)
            return new Source("unknown", null);
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return new Source(address.ToString(), null);
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        var hex = Convert.ToHexStringLower(bytes);
        return new Source(hex[..16] + "::/64", hex[..12] + "::/48");
    }

    public static string? Ip(this HttpContext http)
    {
        var address = Address(http);
        if (address is { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 })
            address = new IPAddress(address.GetAddressBytes());
        return address?.ToString();
    }

    /// <summary>As sent, without controls, at most 256 characters; null when there is none.</summary>
    public static string? UserAgent(this HttpContext http)
    {
        var text = http.Request.Headers.UserAgent.ToString();
        if (text.Length == 0)
            return null;
        if (text.Length > MostUserAgent)
            text = text[..MostUserAgent];
        return new string([.. text.Where(character => !char.IsControl(character) && !char.IsSurrogate(character))]);
    }

    private static IPAddress? Address(HttpContext http)
    {
        var address = http.Connection.RemoteIpAddress;
        return address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
    }
}

/// <param name="Key">One customer, as far as an address tells.</param>
/// <param name="Network">What one customer may rent as a whole, 65,536 keys of it; null for IPv4.</param>
internal readonly record struct Source(string Key, string? Network);
