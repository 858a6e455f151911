using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using Gatehouse.IdentityManager.Accounts;

namespace Gatehouse.IdentityManager.Requests;

/// <summary>
/// Shows a request on the desktop, where there is one. Best effort: the request waits in the vault whoever sees it.
/// What an app chose is handed over as data, never as a part of a script; and the codes aren't shown, the browser shows
/// one.
/// </summary>
internal sealed class Notifier(TimeProvider clock)
{
    private const string Title = "Somebody wants to log in";

    private const string Toast =
        """
        $m = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
        $x = $m::GetTemplateContent([Windows.UI.Notifications.ToastTemplateType]::ToastText02)
        $t = $x.GetElementsByTagName('text')
        $t.Item(0).AppendChild($x.CreateTextNode($env:JLINX_TITLE)) | Out-Null
        $t.Item(1).AppendChild($x.CreateTextNode($env:JLINX_TEXT)) | Out-Null
        $m::CreateToastNotifier('jlinx').Show([Windows.UI.Notifications.ToastNotification]::new($x))
        """;

    /// <summary>An app may ask as often as it likes, and each time is a program that is started.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<int, long> shown = new();

    /// <summary>For a command that ends soon: its answer is on the terminal.</summary>
    public static void Nobody(RequestRecord request)
    {
    }

    public void OnDesktop(RequestRecord request)
    {
        if (!IsDue(request.Account))
            return;
        var text = $"{request.Origin}{(request.Browser.Length > 0 ? $", {request.Browser}" : "")}";
        try
        {
            using var started = Process.Start(Command(text));
        }
        catch (Exception exception) when (exception is Win32Exception or IOException or InvalidOperationException)
        {
            // There is no such program here.
        }
    }

    /// <summary>Whether nothing was shown of an account for a while; if so, something is now.</summary>
    internal bool IsDue(int account)
    {
        var now = clock.GetTimestamp();
        if (shown.TryGetValue(account, out var last) && clock.GetElapsedTime(last, now) < Rest)
            return false;
        shown[account] = now;
        return true;
    }

    private static ProcessStartInfo Command(string text)
    {
        var start = OperatingSystem.IsWindows() ? New("powershell", "-NoProfile", "-NonInteractive", "-Command", Toast)
            : OperatingSystem.IsMacOS() ? New(
                "osascript", "-e", "on run argv",
                "-e", "display notification (item 2 of argv) with title (item 1 of argv)", "-e", "end run", Title, text)
            : New("notify-send", "--app-name=jlinx", "--urgency=critical", "--", Title, WebUtility.HtmlEncode(text));
        start.Environment["JLINX_TITLE"] = Title;
        start.Environment["JLINX_TEXT"] = text;
        return start;
    }

    private static ProcessStartInfo New(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { UseShellExecute = false, CreateNoWindow = true };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment.Remove("JLINX_PASSPHRASE");
        return start;
    }
}
