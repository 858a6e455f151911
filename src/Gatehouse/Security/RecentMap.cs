using System.Collections.Concurrent;

namespace Gatehouse.Security;

/// <summary>
/// A bounded memory of what was used lately: two generations, the older one dropped when the younger is full. What is
/// found in the older one moves up. Thread-safe; it may forget at any time, so it only ever saves work.
/// </summary>
internal sealed class RecentMap<TKey, TValue>(int generationSize) where TKey : notnull where TValue : class
{
    private ConcurrentDictionary<TKey, TValue> young = new();
    private ConcurrentDictionary<TKey, TValue> old = new();
    private int added;

    public TValue? Find(TKey key)
    {
        if (young.TryGetValue(key, out var value))
            return value;
        if (!old.TryGetValue(key, out value))
            return null;
        Put(key, value);
        return value;
    }

    public void Put(TKey key, TValue value)
    {
        young[key] = value;
        if (Interlocked.Increment(ref added) != generationSize)
            return;
        old = young;
        young = new ConcurrentDictionary<TKey, TValue>();
        Volatile.Write(ref added, 0);
    }

    public void Remove(TKey key)
    {
        // The older one first: Find moves entries from old to young, never back.
        old.TryRemove(key, out _);
        young.TryRemove(key, out _);
    }

    public void Clear()
    {
        old = new();
        young = new();
    }
}
