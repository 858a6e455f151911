using System.Diagnostics;

namespace Gatehouse.IdentityManager.Tests.CommandLine;

/// <summary>The passphrase, typed on a terminal: <c>script</c> makes one.</summary>
public sealed class PromptTests : IDisposable
{
    private const string Typed = "open sesame, please";

    /// <summary>
    /// Whoever runs tests in the background of a script has them ignore Ctrl+C; on a terminal nobody does. And no shell is left
    /// between, which would hear it too and end by it.
    /// </summary>
    private const string Listening = "exec env --default-signal=INT";

    private readonly DirectoryInfo home = Directory.CreateTempSubdirectory("jlinx");

    public void Dispose() => home.Delete(recursive: true);

    [Fact]
    public async Task A_passphrase_is_asked_twice_for_a_new_vault_then_once_and_is_never_shown()
    {
        if (OperatingSystem.IsWindows())
            return;
        var made = await TypeAsync("init", ("New passphrase:", Typed + "\r"), ("Once more:", Typed + "x\u007f\U0001f600\u007f\r"));
        Assert.Equal(0, made.Code);
        Assert.Contains("Recovery key:", made.Shown, StringComparison.Ordinal);
        var used = await TypeAsync("accounts", ("Passphrase:", Typed + "\r"));
        Assert.Equal(0, used.Code);
        Assert.Contains("no accounts yet", used.Shown, StringComparison.Ordinal);
        var recovered = await TypeAsync("recover 7 jlinx:x", ("Passphrase:", Typed + "\r"), ("Recovery key:", "sesame\r"));
        Assert.Equal(1, recovered.Code); // there is no such account
        Assert.All([made, used, recovered], said => Assert.DoesNotContain("sesame", said.Shown, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_passphrase_is_changed_by_the_old_one_first()
    {
        if (OperatingSystem.IsWindows())
            return;
        var none = await TypeAsync("passphrase");
        Assert.Equal(2, none.Code);
        Assert.Contains("'jlinx init' makes one", none.Shown, StringComparison.Ordinal);
        await TypeAsync("init", ("New passphrase:", Typed + "\r"), ("Once more:", Typed + "\r"));
        var wrong = await TypeAsync("passphrase", ("Passphrase:", Typed + "x\r"));
        Assert.Equal(2, wrong.Code);
        Assert.Contains("The passphrase is wrong.", wrong.Shown, StringComparison.Ordinal);
        var changed = await TypeAsync(
            "passphrase", ("Passphrase:", Typed + "\r"), ("New passphrase:", "open barley, please\r"),
            ("Once more:", "open barley, please\r"));
        Assert.Equal(0, changed.Code);
        Assert.Equal(0, (await TypeAsync("accounts", ("Passphrase:", "open barley, please\r"))).Code);
    }

    [Fact]
    public async Task Two_that_differ_make_no_vault()
    {
        if (OperatingSystem.IsWindows())
            return;
        var made = await TypeAsync("init", ("New passphrase:", Typed + "\r"), ("Once more:", "open sesame, pleasy\r"));
        Assert.Equal(2, made.Code);
        Assert.Contains("not the same", made.Shown, StringComparison.Ordinal);
        Assert.Empty(home.GetFiles());
    }

    [Fact]
    public async Task Who_stops_it_while_it_asks_is_told_so_and_nothing_is_done()
    {
        if (OperatingSystem.IsWindows())
            return;
        var stopped = await TypeAsync("init", ("New passphrase:", "\u0003"));
        Assert.Equal(2, stopped.Code);
        Assert.Contains("Stopped.", stopped.Shown, StringComparison.Ordinal);
        Assert.Empty(home.GetFiles());
    }

    /// <summary>Runs a command on a terminal, and types each answer when its question is there.</summary>
    private async Task<(int Code, string Shown)> TypeAsync(string command, params (string Question, string Answer)[] talk)
    {
        var start = new ProcessStartInfo("script")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var program = Path.Combine(AppContext.BaseDirectory, "jlinx.dll");
        foreach (var argument in (string[])["--quiet", "--return", "--command", $"{Listening} dotnet exec '{program}' {command}", "/dev/null"])
            start.ArgumentList.Add(argument);
        start.Environment["JLINX_HOME"] = home.FullName;
        start.Environment.Remove("JLINX_PASSPHRASE");
        using var terminal = Process.Start(start)!;
        var shown = "";
        foreach (var (question, answer) in talk)
        {
            shown += await ReadUntilAsync(terminal, question);
            await terminal.StandardInput.WriteAsync(answer);
            await terminal.StandardInput.FlushAsync();
        }
        shown += await terminal.StandardOutput.ReadToEndAsync();
        await terminal.WaitForExitAsync();
        return (terminal.ExitCode, shown);
    }

    private static async Task<string> ReadUntilAsync(Process terminal, string question)
    {
        var read = "";
        var next = new char[1];
        while (!read.EndsWith(question, StringComparison.Ordinal))
        {
            Assert.True(await terminal.StandardOutput.ReadAsync(next) == 1, $"It ended before it asked: {read}");
            read += next[0];
        }
        return read;
    }
}
