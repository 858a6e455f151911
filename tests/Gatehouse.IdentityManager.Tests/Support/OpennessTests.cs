using System.Diagnostics;

namespace Gatehouse.IdentityManager.Tests.Support;

/// <summary>The documents by the written format alone: npm's hypercore and no code of ours, on both sides.</summary>
public sealed class OpennessTests
{
    [Fact]
    public async Task Two_strangers_with_the_written_format_understand_each_other()
    {
        var start = new ProcessStartInfo("node")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.ArgumentList.Add("--test");
        foreach (var file in (string[])["format.test.mjs", "together.test.mjs"])
            start.ArgumentList.Add(Path.Combine(NodeApp.FindRoot(), "tests", "node", "jlinx", file));
        using var node = Process.Start(start)!;
        var said = node.StandardOutput.ReadToEndAsync();
        var wrong = node.StandardError.ReadToEndAsync();

        await node.WaitForExitAsync();

        Assert.True(node.ExitCode == 0, await said + await wrong);
    }
}
