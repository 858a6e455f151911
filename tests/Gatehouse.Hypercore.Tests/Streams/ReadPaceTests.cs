using Gatehouse.Hypercore.Streams;
using Gatehouse.Hypercore.Tests.Support;

namespace Gatehouse.Hypercore.Tests.Streams;

public sealed class ReadPaceTests
{
    private const int Rate = 1000;

    [Fact]
    public async Task A_burst_of_a_second_is_free_and_what_comes_on_top_is_waited_for()
    {
        var time = new ManualTime();
        var pace = new ReadPace(Rate, time);
        await pace.PayAsync(Rate, CancellationToken.None);

        var paid = pace.PayAsync(Rate / 2, CancellationToken.None).AsTask();
        time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.False(paid.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await paid;
    }

    [Fact]
    public async Task Who_was_silent_for_an_hour_has_no_more_to_spend_than_a_second()
    {
        var time = new ManualTime();
        var pace = new ReadPace(Rate, time);
        time.Advance(TimeSpan.FromHours(1));
        await pace.PayAsync(Rate, CancellationToken.None);

        var paid = pace.PayAsync(1, CancellationToken.None).AsTask();
        Assert.False(paid.IsCompleted);
    }

    [Fact]
    public async Task A_reader_takes_a_frame_no_faster_than_its_pace()
    {
        var time = new ManualTime();
        var bytes = new byte[3 + (2 * Rate)];
        (bytes[0], bytes[1]) = ((2 * Rate) & 0xff, (2 * Rate) >> 8);
        using var reader = new FrameReader(new MemoryStream(bytes), new ReadPace(Rate, time));

        var frame = reader.ReadAsync(2 * Rate, CancellationToken.None).AsTask();
        Assert.False(frame.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(2 * Rate, (await frame)!.Value.Length);
    }
}
