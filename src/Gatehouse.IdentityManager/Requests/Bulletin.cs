namespace Gatehouse.IdentityManager.Requests;

/// <summary>
/// Tells whoever waits that something changed; what it is, they look up. Safe for use by several threads.
/// </summary>
internal sealed class Bulletin
{
    private volatile TaskCompletionSource next = New();

    /// <summary>Ends with the next change. Taken before looking, no change is missed.</summary>
    public Task Next => next.Task;

    public void Changed() => Interlocked.Exchange(ref next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
