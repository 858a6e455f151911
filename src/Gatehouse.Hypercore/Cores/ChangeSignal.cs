namespace Gatehouse.Hypercore.Cores;

/// <summary>Wakes whoever waits for the next change. Costs nothing while nobody does.</summary>
internal sealed class ChangeSignal
{
    private readonly Lock gate = new();
    private TaskCompletionSource? next;

    /// <summary>Ends at the next change: take it first, look then, and await it if there was nothing to see.</summary>
    public Task Next
    {
        get
        {
            lock (gate)
                return (next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    public void Set()
    {
        TaskCompletionSource? waiting;
        lock (gate)
            (waiting, next) = (next, null);
        waiting?.TrySetResult();
    }
}
