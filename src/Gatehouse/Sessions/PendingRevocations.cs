using System.Collections.Concurrent;
using Gatehouse.Storage;

namespace Gatehouse.Sessions;

/// <summary>
/// Log-outs that the store couldn't take: refused here from the first moment, ended in the store when it returns.
/// </summary>
internal sealed class PendingRevocations(SessionStore sessions)
{
    private readonly ConcurrentDictionary<string, byte> ids = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, byte[]> tokens = new(StringComparer.Ordinal);

    public void Keep(string? id, byte[]? tokenHash)
    {
        if (id is not null)
            ids.TryAdd(id, 0);
        else if (tokenHash is not null)
            tokens.TryAdd(Convert.ToHexString(tokenHash), tokenHash);
    }

    public bool IsEmpty => ids.IsEmpty && tokens.IsEmpty;

    public bool Covers(string id, byte[]? tokenHash) => !IsEmpty
        && (ids.ContainsKey(id) || (tokenHash is not null && tokens.ContainsKey(Convert.ToHexString(tokenHash))));

    /// <summary>Ends them in the store; throws <see cref="StoreUnavailableException"/> while that isn't back.</summary>
    public async Task ApplyAsync(CancellationToken cancellationToken)
    {
        foreach (var id in ids.Keys)
        {
            await sessions.RevokeAsync(id, cancellationToken);
            ids.TryRemove(id, out _);
        }
        foreach (var (text, hash) in tokens)
        {
            await sessions.RevokeByTokenAsync(hash, cancellationToken);
            tokens.TryRemove(text, out _);
        }
    }
}
