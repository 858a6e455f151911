using Gatehouse.Jlinx.Events;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Jlinx;

/// <summary>The server's clock decides, however wrong the clock of a customer's program is.</summary>
public sealed class ClockTests : JlinxTests
{
    [Theory]
    [Meets("GH-SEC-321", "GH-SEC-338")]
    [InlineData(-3)]
    [InlineData(3)]
    public async Task A_yes_counts_to_the_last_moment_of_our_two_minutes_and_not_after(int hours)
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        var (holder, _) = await JoinAsync(app, NewBrowser(app));
        await using var _1 = holder;
        var (first, second) = (NewBrowser(app), NewBrowser(app));
        var inTime = await AskAsync(first, holder.Id);
        var request = await holder.NextAsync<SessionRequested>();
        app.Clock.Advance(TimeSpan.FromMinutes(2) - TimeSpan.FromSeconds(1));
        holder.Clock = new FakeClock(app.Clock.GetUtcNow() + TimeSpan.FromHours(hours));
        await holder.ApproveAsync(request);
        await HeardAsync(app, holder);
        Assert.Equal("approved", (await WaitAsync(first, inTime.Text("ticket")!)).Text("status"));
        Assert.Equal(2, await app.Store.CountAsync("sessions"));

        var late = await AskAsync(second, holder.Id);
        request = await holder.NextAsync<SessionRequested>();
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        await holder.ApproveAsync(request);
        await HeardAsync(app, holder);
        Assert.Equal("expired", (await WaitAsync(second, late.Text("ticket")!, 0)).Text("status"));
        Assert.Equal(2, await app.Store.CountAsync("sessions"));
        await IsGuestAsync(second);
    }

    [Theory]
    [Meets("GH-SEC-321", "GH-SEC-338")]
    [InlineData(-3)]
    [InlineData(3)]
    public async Task A_no_counts_and_so_does_the_end(int hours)
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        var (holder, _) = await JoinAsync(app, NewBrowser(app));
        await using var _1 = holder;
        holder.Clock = new FakeClock(app.Clock.GetUtcNow() + TimeSpan.FromHours(hours));
        var browser = NewBrowser(app);
        var asked = await AskAsync(browser, holder.Id);
        await holder.RejectAsync(await holder.NextAsync<SessionRequested>());
        Assert.Equal("rejected", (await WaitAsync(browser, asked.Text("ticket")!)).Text("status"));

        await holder.AppendAsync(new DestroyedAccount());
        await Eventually.TrueAsync(async () => await app.Store.CountAsync("accounts") == 0);
        Assert.Equal(0, await app.Store.CountAsync("sessions"));
    }
}
