using Gatehouse.Storage;

namespace Gatehouse.Pages;

/// <summary>
/// A point in time, written as every language reads it; our script turns it into the customer's own clock and calendar.
/// </summary>
internal static class Moment
{
    public static Html ToHtml(long micros) =>
        $"""<time dir="ltr" datetime="{UnixMicros.ToRfc3339(micros)}">{ToText(micros)}</time>""";

    public static string ToText(long micros) => UnixMicros.ToWords(micros);
}
