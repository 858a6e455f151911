using System.ComponentModel;
using System.Diagnostics;

namespace Gatehouse.IdentityManager.CommandLine;

/// <summary>The person's own browser.</summary>
internal static class Browser
{
    private static readonly TimeSpan FailsWithin = TimeSpan.FromSeconds(3);

    /// <summary>False where there is none to be opened from here.</summary>
    public static bool TryOpen(string url)
    {
        var hasNoDesktop = OperatingSystem.IsLinux()
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("DISPLAY"))
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("WAYLAND_DISPLAY"));
        if (hasNoDesktop || !Uri.TryCreate(url, UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https"))
        {
            return false;
        }
        try
        {
            using var opened = Process.Start(Command(address.AbsoluteUri));
            if (opened is null)
                return OperatingSystem.IsWindows();
            // That it began says nothing: it may find no browser. One that it found may be what it stays for.
            return !opened.WaitForExit(FailsWithin) || opened.ExitCode == 0;
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException or IOException)
        {
            return false;
        }
    }

    private static ProcessStartInfo Command(string url)
    {
        if (OperatingSystem.IsWindows())
            return new ProcessStartInfo(url) { UseShellExecute = true };
        var start = new ProcessStartInfo(OperatingSystem.IsMacOS() ? "open" : "xdg-open") { UseShellExecute = false };
        start.ArgumentList.Add(url);
        start.Environment.Remove("JLINX_PASSPHRASE");
        return start;
    }
}
