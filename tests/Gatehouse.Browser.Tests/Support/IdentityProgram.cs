using System.Text.Json;
using System.Text.Json.Nodes;
using Gatehouse.Tests.Support;

namespace Gatehouse.Browser.Tests.Support;

/// <summary>
/// A program of somebody else's making: npm's hypercore, told what to do by lines of JSON. An identity manager, or an app.
/// </summary>
internal sealed class IdentityProgram : IAsyncDisposable
{
    public const string Manager = "jlinx/manager.mjs", App = "jlinx/app.mjs";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("jlinx-program-"); // ours: who is killed leaves it behind
    private readonly List<JsonElement> heard = [];
    private readonly Node node;

    public IdentityProgram(string script = Manager) => node = Node.Start(script, folder.FullName);

    public async ValueTask DisposeAsync()
    {
        await node.DisposeAsync();
        folder.Delete(recursive: true);
    }

    /// <summary>Has it do something; what it answers.</summary>
    public async Task<JsonElement> TellAsync(string command, params (string Name, JsonNode Value)[] options)
    {
        var line = new JsonObject { ["do"] = command };
        foreach (var (name, value) in options)
            line[name] = value;
        await node.WriteLineAsync(line.ToJsonString());
        var answer = await HearAsync(heard => Says(heard, "done", command) || Says(heard, "failed", command));
        Assert.True(Says(answer, "done", command), answer.ToString());
        return answer;
    }

    /// <summary>What it tells by itself, once.</summary>
    public Task<JsonElement> EventAsync(string name) => HearAsync(heard => Says(heard, "event", name));

    private async Task<JsonElement> HearAsync(Predicate<JsonElement> isIt)
    {
        while (true)
        {
            var at = heard.FindIndex(isIt);
            if (at >= 0)
            {
                var found = heard[at];
                heard.RemoveAt(at);
                return found;
            }
            var line = await node.ReadLineAsync().WaitAsync(Patience);
            heard.Add(JsonElement.Parse(line ?? throw new InvalidOperationException("The program ended.")));
        }
    }

    private static bool Says(JsonElement line, string member, string value) =>
        line.TryGetProperty(member, out var said) && said.GetString() == value;
}
