namespace Gatehouse.IdentityManager.Control;

/// <summary>Who answers calls: this process, or the one that has the vault.</summary>
internal interface IDesk : IAsyncDisposable
{
    /// <summary>Yields notes and then the outcome; a call to watch yields until it is cancelled.</summary>
    IAsyncEnumerable<Reply> AskAsync(Call call, CancellationToken cancellationToken);
}
