using Gatehouse.IdentityManager.Requests;
using Gatehouse.IdentityManager.Tests.Support;

namespace Gatehouse.IdentityManager.Tests.Requests;

public sealed class NotifierTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("jlinx");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_request_is_shown_on_the_desktop_as_text_and_without_what_is_secret()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var shown = Path.Combine(folder.FullName, "shown");
        var program = Path.Combine(folder.FullName, "notify-send");
        await File.WriteAllTextAsync(
            program, $"#!/bin/sh\nfor word; do echo \"$word\"; done > {shown}.part\nenv >> {shown}.part\nmv {shown}.part {shown}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        using var child = new Child(
            ["notify", "https://app.example", "<b>Firefox</b> & --icon=x"],
            [("PATH", $"{folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}"), ("JLINX_PASSPHRASE", "treasure")]);
        await Eventually.TrueAsync(() => File.Exists(shown));

        var lines = await File.ReadAllLinesAsync(shown);
        Assert.Equal(
            ["--app-name=jlinx", "--urgency=critical", "--", "Somebody wants to log in",
                "https://app.example, &lt;b&gt;Firefox&lt;/b&gt; &amp; --icon=x"],
            lines[..5]);
        Assert.DoesNotContain(lines, line => line.Contains("treasure", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains(Notifying.Code, StringComparison.Ordinal));
    }

    [Fact]
    public void Of_many_requests_of_an_account_at_once_one_is_shown()
    {
        var clock = new StoppedWatch();
        var notifier = new Notifier(clock);
        Assert.Equal([true, false, true], [notifier.IsDue(1), notifier.IsDue(1), notifier.IsDue(2)]);
        clock.By = TimeSpan.FromSeconds(9.9);
        Assert.False(notifier.IsDue(1));
        clock.By = TimeSpan.FromSeconds(10);
        Assert.Equal([true, false], [notifier.IsDue(1), notifier.IsDue(1)]);
    }

    [Fact]
    public async Task Where_there_is_no_desktop_nothing_happens()
    {
        var dotnet = Path.GetDirectoryName(Environment.ProcessPath)!;
        using var child = new Child(["notify", "https://app.example", ""], [("PATH", dotnet)]);
        Assert.Equal("", await child.UntilEndAsync());
    }
}
