using Gatehouse.Accounts;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Tests.Accounts;

public sealed class GuessingWatchTests
{
    [Fact]
    [Meets("GH-SEC-051")]
    public void A_wave_of_wrong_passwords_raises_an_alarm_once_in_ten_minutes()
    {
        var clock = new FakeClock();
        using var logs = new LogSink();
        using var factory = LoggerFactory.Create(builder => builder.AddProvider(logs));
        var watch = new GuessingWatch(clock, factory.CreateLogger<GuessingWatch>());
        Assert.True(PresentedPassword.TryParse(App.Password, out var password));
        void GuessWrong()
        {
            for (var i = 0; i < GuessingWatch.MostWrongPerWindow; i++)
                watch.Wrong(password, "one and the same");
        }

        GuessWrong();
        Assert.Equal(0, Alarms());
        GuessWrong();
        Assert.Equal(1, Alarms());
        clock.Advance(TimeSpan.FromMinutes(10));
        GuessWrong();
        Assert.Equal(1, Alarms());

        int Alarms() => logs.Text.Split('\n').Count(
            line => line.Contains("WaveOfWrongPasswords", StringComparison.Ordinal));
    }
}
