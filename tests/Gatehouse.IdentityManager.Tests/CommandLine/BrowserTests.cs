using Gatehouse.IdentityManager.Tests.Support;

namespace Gatehouse.IdentityManager.Tests.CommandLine;

public sealed class BrowserTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("jlinx");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("exit 0", "True")]
    [InlineData("exit 3", "False")] // as xdg-open says that it found nothing to open it with
    [InlineData("exec sleep 5", "True")]
    public async Task An_address_is_opened_if_a_browser_was_found(string script, string isOpened)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var program = Path.Combine(folder.FullName, "xdg-open");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nexec >/dev/null 2>&1\n{script}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var child = new Child(
            ["open", "http://127.0.0.1:7/"],
            [("PATH", $"{folder.FullName}:{Environment.GetEnvironmentVariable("PATH")}"), ("DISPLAY", ":7")]);
        Assert.Equal(isOpened, (await child.UntilEndAsync()).Trim());
    }
}
