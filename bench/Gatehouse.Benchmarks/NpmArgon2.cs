using System.Diagnostics;
using System.Runtime.CompilerServices;
using Gatehouse.Security.Argon2id;

namespace Gatehouse.Benchmarks;

/// <summary>
/// npm's argon2 in a Node process that hashes once for each line it is sent; the packages are those of tests/node. What
/// the pipe adds is some ten microseconds.
/// </summary>
internal sealed class NpmArgon2 : IDisposable
{
    private readonly Process node;

    public NpmArgon2(Argon2Parameters parameters, [CallerFilePath] string thisFile = "")
    {
        var script = $$"""
            import argon2 from "argon2";
            import { createInterface } from "node:readline";
            const salt = Buffer.from("saltsaltsaltsalt");
            const cost = { memoryCost: {{parameters.MemoryKiB}}, timeCost: {{parameters.Iterations}}, parallelism: 1 };
            const options = { type: argon2.argon2id, ...cost, salt };
            for await (const line of createInterface({ input: process.stdin }))
              console.log(await argon2.hash(line, options));
            """;
        node = Process.Start(new ProcessStartInfo("node", ["--input-type=module", "-e", script])
        {
            WorkingDirectory = Path.Combine(Path.GetDirectoryName(thisFile)!, "../../tests/node"),
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    public void Hash()
    {
        node.StandardInput.WriteLine("correct horse battery staple");
        if (node.StandardOutput.ReadLine() is null)
            throw new InvalidOperationException("Node did not hash; run 'npm ci' in tests/node.");
    }

    public void Dispose()
    {
        node.StandardInput.Close();
        node.WaitForExit();
        node.Dispose();
    }
}
