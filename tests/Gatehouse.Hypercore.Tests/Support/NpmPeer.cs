using System.Diagnostics;
using System.Text.Json.Nodes;
using Gatehouse.Hypercore.Keys;

namespace Gatehouse.Hypercore.Tests.Support;

/// <summary>A peer made of the npm packages, in its own process: <c>tests/node/hypercore/peer.mjs</c>.</summary>
internal sealed class NpmPeer : IAsyncDisposable
{
    private static readonly string NodeFolder = Path.Combine(FindRoot(), "tests", "node");

    private readonly string folder = Directory.CreateTempSubdirectory("hypercore-npm-").FullName;
    private readonly Process process;

    public NpmPeer()
    {
        var start = new ProcessStartInfo("node")
        {
            WorkingDirectory = NodeFolder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add("hypercore/peer.mjs");
        start.ArgumentList.Add(folder);
        process = Process.Start(start)!;
    }

    /// <summary>From now on cores share a store and a stream.</summary>
    public Task UseStoreAsync() => DoAsync(new() { ["op"] = "store" });

    public async Task<CoreKey> CreateAsync(string name, string kind = "core")
    {
        var made = await DoAsync(new() { ["op"] = kind, ["name"] = name });
        return KeyOf(made);
    }

    /// <summary>Cores of its store, named by their numbers: "theirs 0" and so on.</summary>
    public async Task<CoreKey[]> CreateManyAsync(string name, int count)
    {
        var made = await DoAsync(new() { ["op"] = "cores", ["name"] = name, ["count"] = count });
        return [.. made["keys"]!.AsArray().Select(key => new CoreKey(Convert.FromHexString(key!.GetValue<string>())))];
    }

    /// <summary>A core whose key pair others may have too.</summary>
    public async Task<CoreKey> CreateAsync(string name, byte seed) =>
        KeyOf(await DoAsync(new() { ["op"] = "writer", ["name"] = name, ["seed"] = seed }));

    /// <summary>The length of two histories that it has noticed; 0 while it has noticed none.</summary>
    public async Task<int> ConflictAsync(string name) =>
        (await DoAsync(new() { ["op"] = "conflict", ["name"] = name }))["length"]!.GetValue<int>();

    public async Task<CoreKey> CreateMultisigAsync(string name, params string[] blocks)
    {
        var made = await DoAsync(new() { ["op"] = "multisig", ["name"] = name, ["blocks"] = Array(blocks) });
        return KeyOf(made);
    }

    public Task OpenAsync(string name, CoreKey key) =>
        DoAsync(new() { ["op"] = "core", ["name"] = name, ["key"] = key.Bytes.ToString() });

    /// <summary>Forgets its cores, which must not be of a store.</summary>
    public Task CloseAsync() => DoAsync(new() { ["op"] = "close" });

    public Task AppendAsync(string name, params string[] blocks) =>
        DoAsync(new() { ["op"] = "append", ["name"] = name, ["blocks"] = Array(blocks) });

    public Task FillAsync(string name, int count, string text) =>
        DoAsync(new() { ["op"] = "fill", ["name"] = name, ["count"] = count, ["text"] = text });

    /// <summary>Waits until it is there.</summary>
    public async Task<string> GetAsync(string name, ulong index) =>
        (await DoAsync(new() { ["op"] = "get", ["name"] = name, ["index"] = index }))["block"]!.GetValue<string>();

    public Task DownloadAsync(string name) => DoAsync(new() { ["op"] = "download", ["name"] = name });

    /// <summary>Waits until so many blocks are there.</summary>
    public Task DownloadAllAsync(string name, int count) =>
        DoAsync(new() { ["op"] = "downloadAll", ["name"] = name, ["count"] = count });

    /// <summary>Waits until one in <paramref name="step"/> of the first <paramref name="count"/> blocks is there.</summary>
    public Task DownloadSomeAsync(string name, int count, int step) =>
        DoAsync(new() { ["op"] = "downloadSome", ["name"] = name, ["count"] = count, ["step"] = step });

    public Task DialAsync(int port, bool webSocket = false) =>
        DoAsync(new() { ["op"] = "dial", ["port"] = port, ["ws"] = webSocket });

    public async Task<int> ListenAsync(bool webSocket = false) =>
        (await DoAsync(new() { ["op"] = "listen", ["ws"] = webSocket }))["port"]!.GetValue<int>();

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task<JsonNode> DoAsync(JsonObject command)
    {
        await process.StandardInput.WriteLineAsync(command.ToJsonString());
        await process.StandardInput.FlushAsync();
        var line = await process.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException("The peer died.");
        var answer = JsonNode.Parse(line)!;
        Assert.True(answer["error"] is null, line);
        return answer;
    }

    private static CoreKey KeyOf(JsonNode made) => new(Convert.FromHexString(made["key"]!.GetValue<string>()));

    private static JsonArray Array(string[] values) => [.. values.Select(value => JsonValue.Create(value))];

    private static string FindRoot()
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Gatehouse.slnx")))
        {
            root = Path.GetDirectoryName(root)
                ?? throw new InvalidOperationException("Run the tests from the repository.");
        }
        return root;
    }
}
