namespace Gatehouse.Hypercore.Tests.Support;

/// <summary>Waits for what others bring about. What doesn't come fails the test, instead of holding up all of them.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1); // a slow machine needs some seconds

    public static async Task UntilAsync(Func<bool> holds)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < Patience, "What is waited for doesn't come.");
            await Task.Delay(1);
        }
    }
}
