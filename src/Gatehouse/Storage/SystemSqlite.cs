using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Gatehouse.Storage;

/// <summary>
/// Binds the SQLite provider to the operating system's own library, which its vendor patches; we ship no native code.
/// </summary>
internal static class SystemSqlite
{
    private static readonly Lock Gate = new();
    private static bool bound;

    /// <summary>Binds once per process; later calls return at once.</summary>
    /// <exception cref="DllNotFoundException">No SQLite is installed; the message says how to get it.</exception>
    public static void Bind()
    {
        lock (Gate)
        {
            if (bound)
                return;
            NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            bound = true;
        }
    }

    private static nint Resolve(string library, Assembly assembly, DllImportSearchPath? path)
    {
        if (!string.Equals(library, "e_sqlite3", StringComparison.Ordinal))
            return 0;
        ReadOnlySpan<string> names = OperatingSystem.IsWindows() ? ["winsqlite3.dll"]
            : OperatingSystem.IsMacOS() ? ["/usr/lib/libsqlite3.dylib"]
            : ["libsqlite3.so.0", "libsqlite3.so"];
        foreach (var name in names)
        {
            if (NativeLibrary.TryLoad(name, out var handle))
                return handle;
        }
        throw new DllNotFoundException(
            "SQLite is not installed. On Debian and Ubuntu: apt-get install libsqlite3-0. On Alpine: apk add sqlite-libs.");
    }
}
