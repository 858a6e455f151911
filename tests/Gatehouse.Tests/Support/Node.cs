using System.Diagnostics;

namespace Gatehouse.Tests.Support;

/// <summary>Runs a script of <c>tests/node</c>: the independent implementations that ours is compared with.</summary>
internal sealed class Node : IAsyncDisposable
{
    private readonly Process process;

    private Node(Process process) => this.process = process;

    /// <summary>The repository's root: where <c>Gatehouse.slnx</c> lies.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>Starts a script that goes on until disposal.</summary>
    public static Node Start(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo("node")
        {
            WorkingDirectory = Path.Combine(RepositoryRoot, "tests", "node"),
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add(script);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return new Node(Process.Start(start)!);
    }

    /// <summary>Runs a script to its end; throws when it exits with anything but 0.</summary>
    public static async Task<string> RunAsync(string script, string input, params string[] arguments)
    {
        await using var node = Start(script, arguments);
        await node.process.StandardInput.WriteAsync(input);
        node.process.StandardInput.Close();
        var output = await node.process.StandardOutput.ReadToEndAsync();
        await node.process.WaitForExitAsync();
        Assert.True(node.process.ExitCode == 0, $"{script} exited with {node.process.ExitCode}: {output}");
        return output;
    }

    /// <summary>The next line the script prints; null when it has ended.</summary>
    public Task<string?> ReadLineAsync() => process.StandardOutput.ReadLineAsync();

    public Task WriteLineAsync(string line) => process.StandardInput.WriteLineAsync(line);

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Gatehouse.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Run the tests from the repository.");
        return folder;
    }
}
