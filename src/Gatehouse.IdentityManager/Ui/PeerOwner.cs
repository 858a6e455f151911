using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Gatehouse.IdentityManager.Ui;

/// <summary>
/// Tells whose program is at the other end of a connection within this machine, where the system says so (Linux). Other
/// users see what a browser was started with, the address that lets in too: it must not be of use to them.
/// </summary>
internal static partial class PeerOwner
{
    private const string MappedPrefix = "0000000000000000FFFF0000"; // an IPv4 address among those of IPv6
    private const int LocalColumn = 1, RemoteColumn = 2, OwnerColumn = 7;

    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <summary>Whether it is a program of the user that runs this one. True where the system doesn't tell.</summary>
    public static bool IsOurs(EndPoint? theirs, EndPoint? ours)
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(Tables[0]))
            return true;
        return theirs is IPEndPoint they && ours is IPEndPoint we
            && Tables.Where(File.Exists).Any(table => IsIn(File.ReadLines(table), they, we, EffectiveUser()));
    }

    /// <summary>Whether a table of the system has the connection, seen from there, as one of that user.</summary>
    public static bool IsIn(IEnumerable<string> table, IPEndPoint theirs, IPEndPoint ours, uint user)
    {
        var (from, to) = (Written(theirs), Written(ours));
        foreach (var line in table)
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length > OwnerColumn && Is(columns[LocalColumn], from) && Is(columns[RemoteColumn], to))
                return columns[OwnerColumn] == user.ToString(CultureInfo.InvariantCulture);
        }
        return false;
    }

    private static bool Is(string column, string written) => column == written || column == MappedPrefix + written;

    private static string Written(IPEndPoint end)
    {
        var address = end.Address.IsIPv4MappedToIPv6 ? end.Address.MapToIPv4() : end.Address;
        return address.AddressFamily == AddressFamily.InterNetwork
            ? $"{BitConverter.ToUInt32(address.GetAddressBytes()):X8}:{end.Port:X4}"
            : "";
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
