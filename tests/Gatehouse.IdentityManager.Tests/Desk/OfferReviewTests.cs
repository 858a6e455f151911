using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Tests.Support;

namespace Gatehouse.IdentityManager.Tests.Desk;

/// <summary>A link is a stranger's: what is behind it costs little, whatever it is.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xUnit ends it by IAsyncLifetime.")]
public sealed class OfferReviewTests : IAsyncLifetime
{
    private readonly NodeApp app = new();
    private readonly Person ada = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await ada.DisposeAsync();
        app.Dispose();
    }

    [Fact]
    public async Task A_document_that_is_longer_than_documents_may_be_is_not_fetched()
    {
        Assert.Contains("longer than", await ReviewInVainAsync("longDid"), StringComparison.Ordinal);
        Assert.Equal(0, (int)Assert.Single(app.Events("sent"), told => told["did"] is not null)["index"]!);
    }

    [Fact]
    public async Task A_block_that_is_larger_than_blocks_may_be_is_not_taken()
    {
        Assert.Contains("something else", await ReviewInVainAsync("largeBlock"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_an_offer_that_was_used_the_header_alone_is_fetched()
    {
        Assert.Contains("used already", await ReviewInVainAsync("longUser"), StringComparison.Ordinal);
        Assert.Equal(0, (int)Assert.Single(app.Events("sent"), told => told["did"] is null)["index"]!);
    }

    [Fact]
    public async Task An_app_that_is_not_reached_in_one_way_is_reached_in_another()
    {
        app.Do("only_tcp");
        Assert.Equal("Node app", (await ada.DoAsync(new Call(Call.Review) { Link = app.Offer() })).Offer!.Name);
    }

    [Fact]
    public async Task An_app_that_is_another_than_its_origin_says_is_not_waited_for()
    {
        var began = Stopwatch.GetTimestamp();
        Assert.Contains("Another than the app", await ReviewInVainAsync("noise"), StringComparison.Ordinal);
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(18));
    }

    [Theory]
    [InlineData(-3)]
    [InlineData(0)]
    [InlineData(3)]
    public async Task An_offer_for_ever_is_one_whatever_this_machines_clock_says(int hours)
    {
        await using var bob = new Person(new MovedTime { By = TimeSpan.FromHours(hours) });
        var offer = (await bob.DoAsync(new Call(Call.Review) { Link = app.Offer("endless") })).Offer!;
        Assert.InRange(offer.Expires.Year, 9999, 9999);
    }

    private async Task<string> ReviewInVainAsync(string wrong) =>
        (await ada.AskAsync(new Call(Call.Review) { Link = app.Offer(wrong) })).Fault!;
}
