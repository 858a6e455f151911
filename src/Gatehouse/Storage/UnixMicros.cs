using System.Globalization;

namespace Gatehouse.Storage;

/// <summary>Times in the database: Unix microseconds, UTC, taken from the <see cref="TimeProvider"/> and passed in.</summary>
internal static class UnixMicros
{
    public static long NowMicros(this TimeProvider clock) => Of(clock.GetUtcNow());

    public static long Of(DateTimeOffset time) => (time.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static long Of(TimeSpan duration) => duration.Ticks / TimeSpan.TicksPerMicrosecond;

    public static TimeSpan ToSpan(long micros) => TimeSpan.FromMicroseconds(micros);

    public static DateTimeOffset ToTime(long micros) =>
        new(DateTime.UnixEpoch.Ticks + (micros * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    public static long ToSeconds(long micros) => Math.DivRem(micros, 1_000_000).Quotient;

    /// <summary>RFC 3339 in UTC with milliseconds, as answers carry it.</summary>
    public static string ToRfc3339(long micros) =>
        ToTime(micros).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>To the minute, as readers of every language understand it.</summary>
    public static string ToWords(long micros) => ToTime(micros).ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
