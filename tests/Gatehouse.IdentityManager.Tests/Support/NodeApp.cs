using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Gatehouse.IdentityManager.Tests.Support;

/// <summary>An app made of the npm packages from the written format alone: <c>tests/node/jlinx/app.mjs</c>.</summary>
internal sealed class NodeApp : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process process;
    private readonly BlockingCollection<JsonObject> answers = [];
    private readonly List<JsonObject> events = [];
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("jlinx-app-"); // ours: who is killed leaves it behind
    private bool isGone;

    public NodeApp()
    {
        var start = new ProcessStartInfo("node")
        {
            WorkingDirectory = Path.Combine(FindRoot(), "tests", "node"),
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add("jlinx/app.mjs");
        start.ArgumentList.Add(folder.FullName);
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.BeginOutputReadLine();
    }

    /// <summary>Has it do something, and returns what it answers.</summary>
    public JsonObject Do(string what, JsonObject? with = null)
    {
        var answer = Ask(what, with);
        Assert.True(answer["failed"] is null, answer.ToJsonString());
        return answer;
    }

    /// <summary>Has it do what it refuses, and returns why.</summary>
    public string DoInVain(string what) => (string)Ask(what, null)["reason"]!;

    /// <summary>Makes an offer, and returns its link.</summary>
    public string Offer(string? wrong = null) =>
        (string)Do("offer", wrong is null ? [] : new JsonObject { ["wrong"] = wrong })["link"]!;

    /// <summary>Waits until it says that something happened.</summary>
    public async Task<JsonObject> HeardAsync(string what, Func<JsonObject, bool>? which = null)
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < Patience; await Task.Delay(20))
        {
            if (Events(what).FirstOrDefault(which ?? (_ => true)) is { } found)
                return found;
        }
        throw new Xunit.Sdk.XunitException($"The app never said: {what}.");
    }

    public IReadOnlyList<JsonObject> Events(string what)
    {
        lock (events)
            return [.. events.Where(told => (string?)told["event"] == what)];
    }

    /// <summary>Twice is once: it may have gone before the test is over.</summary>
    public void Dispose()
    {
        if (isGone)
            return;
        isGone = true;
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
        answers.Dispose();
        folder.Delete(recursive: true);
    }

    private JsonObject Ask(string what, JsonObject? with)
    {
        with ??= [];
        with["do"] = what;
        process.StandardInput.WriteLine(with.ToJsonString());
        process.StandardInput.Flush();
        Assert.True(answers.TryTake(out var answer, Patience), $"The app doesn't {what}.");
        return answer;
    }

    private void Hear(string? line)
    {
        if (line is null || JsonNode.Parse(line) is not JsonObject told)
            return;
        if (told["event"] is null)
        {
            answers.Add(told);
            return;
        }
        lock (events)
            events.Add(told);
    }

    public static string FindRoot()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Gatehouse.slnx")))
        {
            root = Path.GetDirectoryName(root.TrimEnd(Path.DirectorySeparatorChar))
                ?? throw new InvalidOperationException("Run the tests from the repository.");
        }
        return root;
    }
}
