using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Keys;

namespace Gatehouse.Hypercore.Stores;

/// <summary>
/// Proves that the signers of a core signed two histories: two data messages, each a proof from nothing with its
/// signature, that say different things of the same length. The manifest is in one of them, and no block in any: some
/// kilobytes, that anybody can check who knows the core key.
/// </summary>
public sealed record Evidence(ReadOnlyMemory<byte> Ours, ReadOnlyMemory<byte> Theirs, DateTimeOffset FoundAt)
{
    /// <summary>
    /// Whether it convicts the signers of that core. It is judged by itself: nothing else that is known matters.
    /// </summary>
    public bool Convicts(CoreKey key) => History.Differ(Ours, Theirs, key);
}
