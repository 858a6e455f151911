using Gatehouse.Http;

namespace Gatehouse.Tests.Http;

/// <summary>Budgets in this process; and what keeps its memory bounded.</summary>
public sealed class LocalLimitsTests : LimitStoreTests
{
    private LocalLimits? limits;

    private protected override int Histories => 30;

    private protected override Task<LimitStore> OpenAsync() => Task.FromResult<LimitStore>(limits ??= new LocalLimits(Clock));

    [Fact]
    public async Task A_sweep_forgets_what_is_over_and_keeps_what_is_full()
    {
        for (var i = 0; i < Permits; i++)
            await TakeAsync("full");
        Clock.Advance(Window - TimeSpan.FromSeconds(1));
        var running = await Limiter.BeginAsync(LimitName.Link, "running", CancellationToken.None);
        Clock.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromMicroseconds(1));

        await TakeAsync("sweeps");

        Assert.NotNull(await TakeAsync("full"));
        Clock.Advance(TimeSpan.FromMinutes(2));
        await TakeAsync("sweeps again");
        await running.EndAsync(AttemptOutcome.Failed);
        for (var i = 1; i < Permits; i++)
            Assert.Null(await TakeAsync("running"));
        Assert.NotNull(await TakeAsync("running"));
    }

    [Fact]
    public async Task A_flood_of_keys_drops_the_unused_and_not_the_full()
    {
        for (var i = 0; i < Permits; i++)
            await TakeAsync("full");
        await TakeAsync("twice");
        await TakeAsync("twice");
        for (var i = 0; i < 200_500; i++)
            await TakeAsync("flood" + i);

        for (var i = 0; i < Permits; i++)
            Assert.Null(await TakeAsync("flood0")); // forgotten
        Assert.NotNull(await TakeAsync("full"));
        for (var i = 2; i < Permits; i++)
            Assert.Null(await TakeAsync("twice"));
        Assert.NotNull(await TakeAsync("twice"));
    }

    private async Task<TimeSpan?> TakeAsync(string key) => await Limiter.TryTakeAsync(LimitName.Link, key, CancellationToken.None);
}
