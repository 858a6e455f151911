using System.Diagnostics;

namespace Gatehouse.IdentityManager.Tests.Support;

/// <summary>This very assembly, run as a process of its own.</summary>
internal sealed class Child : IDisposable
{
    private readonly Process process;

    public Child(params string[] arguments)
        : this(arguments, [])
    {
    }

    public Child(IEnumerable<string> arguments, IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(Child).Assembly.Location);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        process = Process.Start(start)!;
    }

    public Task<string?> ReadLineAsync() => process.StandardOutput.ReadLineAsync();

    /// <summary>Waits until it ends by itself, well, and returns what it said.</summary>
    public async Task<string> UntilEndAsync()
    {
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return said;
    }

    /// <summary>Kills it as the system does, without a word, and returns what it had said until then.</summary>
    public async Task<string> KillAsync()
    {
        process.Kill(entireProcessTree: true);
        var said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return said;
    }

    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.Dispose();
    }
}
