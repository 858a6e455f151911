namespace Gatehouse.IdentityManager.Network;

/// <summary>
/// Reckons with times of an app's documents, which may be the first or the last there is: what comes of it is a time.
/// </summary>
internal static class AppTime
{
    public static DateTimeOffset Plus(DateTimeOffset time, TimeSpan by) =>
        by > DateTimeOffset.MaxValue - time ? DateTimeOffset.MaxValue
        : by < DateTimeOffset.MinValue - time ? DateTimeOffset.MinValue
        : time + by;
}
