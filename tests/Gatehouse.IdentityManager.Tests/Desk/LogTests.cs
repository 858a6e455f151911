using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Nodes;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Tests.Support;
using Gatehouse.IdentityManager.Ui;

namespace Gatehouse.IdentityManager.Tests.Desk;

/// <summary>What happened, where an app would have it look otherwise.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xUnit ends it by IAsyncLifetime.")]
public sealed class LogTests : IAsyncLifetime
{
    private readonly NodeApp app = new();
    private readonly Person ada = new();

    public async Task InitializeAsync() => await ada.AddAsync(app.Offer());

    public async Task DisposeAsync()
    {
        await ada.DisposeAsync();
        app.Dispose();
    }

    [Theory]
    [InlineData("SessionApproved")]
    [InlineData("SetProfile")]
    [InlineData("AccountAccepted")]
    [InlineData("GeneratedOnetimeLoginLink")]
    public async Task What_an_app_calls_as_we_call_ours_is_not_shown_as_ours(string type)
    {
        app.Do("event", new JsonObject { ["type"] = type });
        var entry = (await LogAsync(3))[^1];
        Assert.Equal($"The app wrote “{type}”", HistoryWords.Of(entry));
        Assert.Contains("isn't known", HistoryWords.DetailOf(entry), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_known_says_who_did_it()
    {
        var log = await LogAsync(2);
        Assert.Equal(["You asked for the account", "The app opened the account"], log.Select(HistoryWords.Of).ToArray());
        Assert.All(log, entry => Assert.Null(entry.Says));
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59Z")]
    public async Task An_entry_stands_where_it_was_read_whatever_time_the_app_gives_it(string at)
    {
        app.Do("event", new JsonObject { ["type"] = "First", ["at"] = at });
        await LogAsync(3);
        await ada.DoAsync(new Call(Call.Login) { Account = "1" });
        app.Do("event", new JsonObject { ["type"] = "Second" });
        var log = await LogAsync(5);

        Assert.Equal(
            ["AccountAccepted", "AccountOpened", "First", "GeneratedOnetimeLoginLink", "Second"],
            log.Select(entry => entry.Event).ToArray());
        Assert.InRange(log[2].At, log[1].At, log[3].At);
        Assert.Equal(at, log[2].Says?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        await ada.StopAsync();
        var told = await Commands.RunAsync(ada.Place, "log");
        var line = Assert.Single(told.Out.Split('\n'), line => line.Contains("First", StringComparison.Ordinal));
        Assert.Contains("by the app's words at", line, StringComparison.Ordinal);
        await ada.StartAsync();
    }

    private async Task<IReadOnlyList<LogView>> LogAsync(int entries)
    {
        IReadOnlyList<LogView> log = [];
        await Eventually.TrueAsync(async () =>
            (log = (await ada.DoAsync(new Call(Call.Log) { Account = "1" })).Log!).Count >= entries);
        return log;
    }
}
