using System.Globalization;
using Gatehouse.Security;

namespace Gatehouse.Tests.Security;

public sealed class RecentMapTests
{
    private const int Size = 10;
    private readonly RecentMap<int, string> map = new(Size);

    [Fact]
    public void What_was_put_is_found_until_it_is_removed()
    {
        map.Put(1, "one");
        Assert.Equal("one", map.Find(1));
        map.Put(1, "uno");
        Assert.Equal("uno", map.Find(1));

        map.Remove(1);

        Assert.Null(map.Find(1));
        Assert.Null(map.Find(2));
    }

    [Fact]
    public void It_keeps_a_generation_at_least_and_two_at_most()
    {
        for (var i = 0; i < Size * 10; i++)
        {
            map.Put(i, Text(i));
            for (var recent = Math.Max(0, i - Size + 1); recent <= i; recent++)
                Assert.True(recent < i - Size + 1 || map.Find(i) is not null);
        }

        Assert.True(Enumerable.Range(0, Size * 10).Count(i => map.Find(i) is not null) <= Size * 2);
        Assert.Null(map.Find(0));
    }

    [Fact]
    public void What_is_used_stays()
    {
        map.Put(-1, "used");
        for (var i = 0; i < Size * 10; i++)
        {
            map.Put(i, Text(i));
            Assert.Equal("used", map.Find(-1));
        }
    }

    [Fact]
    public void Removing_and_clearing_reach_both_generations()
    {
        for (var i = 0; i < Size + 2; i++)
            map.Put(i, Text(i));

        map.Remove(1);
        map.Remove(Size + 1);
        Assert.Null(map.Find(1));
        Assert.Null(map.Find(Size + 1));
        map.Clear();

        Assert.All(Enumerable.Range(0, Size + 2), i => Assert.Null(map.Find(i)));
    }

    [Fact]
    public async Task It_never_answers_with_another_s_value()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                var key = (i * 7 + worker) % 50;
                if (map.Find(key) is { } found)
                    Assert.Equal(Text(key), found);
                map.Put(key, Text(key));
                if (i % 13 == 0)
                    map.Remove(key);
            }
        })));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
