namespace Gatehouse.Storage;

/// <summary>What is done by the clock, again and again until the process stops.</summary>
internal static class Rounds
{
    /// <summary>Does a round at once, and one after each <paramref name="every"/>; returns when it is told to stop.</summary>
    /// <param name="round">Survives whatever it meets, but for being told to stop: what it throws ends the rounds (GH-SEC-249).</param>
    public static async Task RunAsync(
        TimeSpan every, TimeProvider clock, Func<CancellationToken, Task> round, CancellationToken stopping)
    {
        await Task.Yield(); // the host starts its services one after the other
        using var timer = new PeriodicTimer(every, clock);
        try
        {
            do
            {
                await round(stopping);
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The end.
        }
    }
}
