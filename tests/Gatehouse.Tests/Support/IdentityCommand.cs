using System.Diagnostics;
using System.Text.Json;

namespace Gatehouse.Tests.Support;

/// <summary>
/// The customer's own program as it is shipped: <c>jlinx</c>, with a vault of its own. Each command is a process;
/// <see cref="ServeAsync"/> has one stay, by which the others then go.
/// </summary>
internal sealed class IdentityCommand : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly DirectoryInfo home = Directory.CreateTempSubdirectory("jlinx-");
    private Process? serving;

    public string? RecoveryKey { get; private set; }

    /// <summary>With a new vault, and a name to tell.</summary>
    public static async Task<IdentityCommand> CreateAsync(string? name = "Ada")
    {
        var program = new IdentityCommand();
        program.RecoveryKey = (await program.DoAsync("init")).GetProperty("recoveryKey").GetString();
        if (name is not null)
            await program.RunAsync("profile", "set", "name", name);
        return program;
    }

    /// <summary>Runs a command to its end.</summary>
    public async Task<Said> RunAsync(params string[] arguments)
    {
        using var process = Begin(arguments);
        return await EndAsync(process);
    }

    /// <summary>Runs a command that must succeed; what it answers to machines.</summary>
    public async Task<JsonElement> DoAsync(params string[] arguments)
    {
        var said = await RunAsync([.. arguments, "--json"]);
        Assert.True(said.Code == 0, $"jlinx {string.Join(' ', arguments)}: {said.Out}{said.Error}");
        return JsonElement.Parse(said.Out);
    }

    /// <summary>Begins a command, and waits for nothing.</summary>
    public Process Begin(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])[ProgramPath, .. arguments])
            start.ArgumentList.Add(argument);
        start.Environment["JLINX_HOME"] = home.FullName;
        start.Environment["JLINX_PASSPHRASE"] = "four words are good";
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    public static async Task<Said> EndAsync(Process process)
    {
        using var limit = new CancellationTokenSource(Patience);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        await process.WaitForExitAsync(limit.Token);
        return new Said(process.ExitCode, await output, await error);
    }

    /// <summary>Stays connected from now on; waits until it takes commands.</summary>
    public async Task ServeAsync()
    {
        serving = Begin("serve");
        var said = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        serving.ErrorDataReceived += (_, line) => said.TrySetResult(line.Data ?? "It ended.");
        serving.BeginOutputReadLine();
        serving.BeginErrorReadLine();
        Assert.StartsWith("Serving", await said.Task.WaitAsync(Patience), StringComparison.Ordinal);
    }

    /// <summary>The next line that a command writes to its output.</summary>
    public static async Task<string> LineAsync(Process process)
    {
        using var limit = new CancellationTokenSource(Patience);
        return await process.StandardOutput.ReadLineAsync(limit.Token) ?? throw new InvalidOperationException("jlinx ended.");
    }

    /// <summary>SIGKILL: nothing of it runs any more, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        if (serving is null)
            return;
        serving.Kill(entireProcessTree: true);
        await serving.WaitForExitAsync();
        serving.Dispose();
        serving = null;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        home.Delete(recursive: true);
    }

    private static string ProgramPath
    {
        get
        {
            // tests/X/bin/Release/net10.0/: the program was built beside, in the same configuration.
            var here = new DirectoryInfo(AppContext.BaseDirectory);
            var root = here.Parent!.Parent!.Parent!.Parent!.Parent!;
            return Path.Combine(root.FullName, "src", "Gatehouse.IdentityManager", "bin", here.Parent.Name, here.Name, "jlinx.dll");
        }
    }
}
