using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Gatehouse.IdentityManager.CommandLine;
using Gatehouse.IdentityManager.Tests.Support;

namespace Gatehouse.IdentityManager.Tests.CommandLine;

/// <summary><c>jlinx watch</c>, with somebody at the terminal.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xUnit ends it by IAsyncLifetime.")]
public sealed class WatchTests : IAsyncLifetime
{
    private const string Question = "Type the code";

    private readonly Vaults vaults = new();
    private readonly NodeApp app = new();
    private readonly Keyboard keyboard = new();
    private readonly StringWriter written = new();
    private readonly StoppedWatch clock = new();
    private CancellationTokenSource stop = new();
    private readonly TextWriter shown;
    private Task<int> watching = null!;

    public WatchTests() => shown = TextWriter.Synchronized(written);

    public async Task InitializeAsync()
    {
        vaults.Create().Dispose();
        Assert.Equal(0, (await Commands.RunAsync(vaults.Place, "add", app.Offer(), "--yes")).Code);
        await WatchAsync();
    }

    private async Task WatchAsync()
    {
        var file = Path.Combine(vaults.Place.Home, "passphrase");
        await File.WriteAllTextAsync(file, Vaults.Passphrase);
        var context = new VerbContext(new Terminal(shown, shown, keyboard), clock, vaults.Place, Vaults.Cheap);
        watching = Task.Run(() => Verbs.RunAsync(["watch", "--passphrase-file", file], context, stop.Token));
    }

    public async Task DisposeAsync()
    {
        await stop.CancelAsync();
        Assert.Equal(0, await watching);
        keyboard.Type(null);
        stop.Dispose();
        app.Dispose();
        keyboard.Dispose();
        await shown.DisposeAsync();
        vaults.Dispose();
    }

    [Fact]
    public async Task A_slip_is_asked_again()
    {
        var code = await AskedAsync(questions: 1);
        foreach (var slip in (string[])["41", "yes", "", "4177"])
            keyboard.Type(slip);
        await SaysAsync("none of the three", times: 4);
        keyboard.Type(code);
        await SaysAsync("Approved");
        Assert.Equal("approved", (string?)(await app.HeardAsync("answered"))["answer"]);
    }

    [Fact]
    public async Task One_that_is_replaced_while_it_is_asked_for_is_withdrawn_and_the_newer_asked()
    {
        await AskedAsync(questions: 1);
        var code = await AskedAsync(questions: 2);
        await SaysAsync("is over");
        keyboard.Type(code); // too soon to be meant for this one
        await SaysAsync("typed for the request before");
        Assert.Empty(app.Events("answered"));
        clock.By = TimeSpan.FromSeconds(2);
        keyboard.Type(code);
        await SaysAsync("Approved");
    }

    [Fact]
    public async Task One_that_runs_out_while_it_is_asked_for_is_withdrawn()
    {
        await AskedAsync(questions: 1, seconds: 5);
        await SaysAsync("is over");
        var code = await AskedAsync(questions: 2);
        clock.By = TimeSpan.FromSeconds(2);
        keyboard.Type("n");
        await SaysAsync("Rejected.");
        Assert.Equal("rejected", (string?)(await app.HeardAsync("answered"))["answer"]);
        Assert.NotNull(code);
    }

    [Fact]
    public async Task Another_that_comes_while_one_is_asked_for_is_told_and_asked_next()
    {
        using var other = new NodeApp();
        Assert.Equal(0, (await Commands.RunAsync(vaults.Place, "add", other.Offer(), "--yes")).Code);
        var code = await AskedAsync(questions: 1);
        other.Do("request");
        await SaysAsync("too: that is asked next");
        keyboard.Type(code);
        await SaysAsync("Approved");
        await SaysAsync("Somebody wants to log in at", times: 3); // the news of the second, and then the second itself
        keyboard.Type("b");
        await SaysAsync("Rejected.");
        Assert.Equal("rejected", (string?)(await other.HeardAsync("answered"))["answer"]);
    }

    [Fact]
    public async Task One_whose_app_cannot_be_told_is_asked_again_and_keeps_no_other_from_being_asked()
    {
        using var other = new NodeApp();
        Assert.Equal(0, (await Commands.RunAsync(vaults.Place, "add", other.Offer(), "--yes")).Code);
        var code = await AskedAsync(questions: 1);
        await stop.CancelAsync();
        Assert.Equal(0, await watching);
        keyboard.Type("heard by nobody any more");
        app.Dispose();
        stop.Dispose();
        stop = new CancellationTokenSource();
        await WatchAsync();
        await SaysAsync(Question, times: 2);
        keyboard.Type(code);
        var second = (string)other.Do("request")["code"]!;
        await SaysAsync(Question, times: 3);
        keyboard.Type(second);
        await SaysAsync("Approved");
        clock.By = TimeSpan.FromMinutes(1); // nobody waits longer
        await SaysAsync("Nothing was written");
        await SaysAsync(Question, times: 4);
    }

    private async Task<string> AskedAsync(int questions, int seconds = 120)
    {
        var code = (string)app.Do("request", new JsonObject { ["seconds"] = seconds })["code"]!;
        await SaysAsync(Question, questions);
        return code;
    }

    private Task SaysAsync(string words, int times = 1) => Eventually.TrueAsync(() => Written().Split(words).Length > times);

    private string Written()
    {
        lock (shown) // as it does itself
            return written.ToString();
    }
}
