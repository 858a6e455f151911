using Gatehouse.IdentityManager.Network;

namespace Gatehouse.IdentityManager.Tests.Network;

public sealed class AppTimeTests
{
    [Fact]
    public void What_comes_of_it_is_a_time()
    {
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal(now + TimeSpan.FromDays(1), AppTime.Plus(now, TimeSpan.FromDays(1)));
        Assert.Equal(DateTimeOffset.MaxValue, AppTime.Plus(DateTimeOffset.MaxValue, TimeSpan.FromTicks(1)));
        Assert.Equal(DateTimeOffset.MinValue, AppTime.Plus(DateTimeOffset.MinValue, TimeSpan.FromTicks(-1)));
        Assert.Equal(DateTimeOffset.MaxValue, AppTime.Plus(now, TimeSpan.MaxValue));
        Assert.Equal(DateTimeOffset.MinValue, AppTime.Plus(now, TimeSpan.MinValue));
    }
}
