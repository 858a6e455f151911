using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Tests.Support;

namespace Gatehouse.IdentityManager.Tests.Accounts;

/// <summary>A customer's machine whose clock is wrong, and an app that goes by its own.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xUnit ends it by IAsyncLifetime.")]
public sealed class ClockTests : IAsyncLifetime
{
    private static readonly TimeSpan Hours = TimeSpan.FromHours(3);
    private static readonly TimeSpan LongestRequest = TimeSpan.FromMinutes(2);

    private readonly MovedTime clock = new();
    private readonly NodeApp app = new();
    private readonly Person ada;

    public ClockTests() => ada = new Person(clock);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await ada.DisposeAsync();
        app.Dispose();
    }

    [Theory]
    [InlineData(-180)]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task Behind_by_hours_or_ahead_by_a_minute_everything_works(int minutes)
    {
        clock.By = TimeSpan.FromMinutes(minutes);
        Assert.Equal(AccountState.Open, Assert.Single((await ada.AddAsync(app.Offer())).Accounts!).State);
        var asked = app.Do("request");
        var request = (await ada.RequestedAsync())[0];
        Assert.True(request.Expires <= clock.GetUtcNow() + LongestRequest); // however long that looks by the app's words
        await ada.DoAsync(new Call(Call.Approve) { Request = request.Id, Code = (string?)asked["code"] });

        Assert.Equal("approved", (string?)(await app.HeardAsync("answered"))["answer"]);
        await ada.DoAsync(new Call(Call.Login) { Account = "1" });
        await ada.DoAsync(new Call(Call.Destroy) { Account = "1" });
        await app.HeardAsync("destroyed");
    }

    [Fact]
    public async Task Behind_by_hours_a_yes_that_is_late_by_the_apps_clock_is_refused_there()
    {
        clock.By = -Hours;
        await ada.AddAsync(app.Offer());
        var late = app.Do("request", new JsonObject { ["wrong"] = "expired" });
        var request = (await ada.RequestedAsync())[0];
        await ada.DoAsync(new Call(Call.Approve) { Request = request.Id, Code = (string?)late["code"] });

        var answered = await app.HeardAsync("answered");
        Assert.Equal("none", (string?)answered["answer"]);
        Assert.Equal("expired", (string?)answered["wrong"]);
    }

    [Fact]
    public async Task Ahead_by_hours_an_offer_and_a_request_are_good_as_long_as_the_app_says()
    {
        clock.By = Hours;
        var account = Assert.Single((await ada.AddAsync(app.Offer())).Accounts!);
        Assert.Equal((AccountState.Open, null), (account.State, account.Alarm));

        var asked = app.Do("request");
        var request = (await ada.RequestedAsync())[0];
        Assert.InRange(request.Expires, clock.GetUtcNow() - TimeSpan.FromSeconds(1), clock.GetUtcNow() + LongestRequest);
        await ada.DoAsync(new Call(Call.Approve) { Request = request.Id, Code = (string?)asked["code"] });

        Assert.Equal("approved", (string?)(await app.HeardAsync("answered"))["answer"]);
    }

    [Fact]
    public async Task Ahead_by_hours_what_is_over_by_the_apps_clock_is_over()
    {
        clock.By = Hours;
        await ada.AddAsync(app.Offer());
        var late = app.Do("request", new JsonObject { ["wrong"] = "expired" });

        Assert.Empty((await ada.DoAsync(new Call(Call.Requests))).Requests!);
        Assert.True((await ada.AskAsync(new Call(Call.Approve) { Request = "1", Code = (string?)late["code"] })).IsNothing);
        Assert.Empty(app.Events("answered"));
    }

    [Fact]
    public async Task However_many_requests_are_over_the_app_is_asked_once_what_time_it_is()
    {
        await ada.AddAsync(app.Offer());
        await ada.StopAsync();
        for (var i = 0; i < 10; i++)
            app.Do("request", new JsonObject { ["wrong"] = "expired" });
        var asked = app.Do("request");
        var lookedUp = app.Events("looked_up").Count;
        await ada.StartAsync();
        Assert.Equal((string?)asked["request"], (await ada.RequestedAsync())[0].Id);
        Assert.Equal(lookedUp + 1, app.Events("looked_up").Count);
    }

    [Theory]
    [InlineData("0001-01-01T00:00:00Z", 0)]
    [InlineData("9999-12-31T23:59:59Z", 1)]
    public async Task A_request_until_the_first_or_the_last_day_there_is_keeps_no_other(string expires, int open)
    {
        clock.By = TimeSpan.FromMinutes(-1); // what is the first day there is by the app's clock is none by ours
        await ada.AddAsync(app.Offer());
        app.Do("request", new JsonObject { ["expires"] = expires });
        await ada.RequestedAsync(open);
        var asked = app.Do("request");
        await Eventually.TrueAsync(async () => (await ada.RequestedAsync())[0].Id == (string?)asked["request"]);
        Assert.Null((await ada.AccountAsync()).Alarm);
    }
}
