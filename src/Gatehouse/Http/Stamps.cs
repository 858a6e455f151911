using Gatehouse.Storage;

namespace Gatehouse.Http;

/// <summary>
/// What is counted under one budget: the times of the permits taken, oldest first; the places of attempts in flight;
/// and the failures in a row, which outlive their window: once a budget of failures is used up, each further one doubles
/// the wait, up to an hour, until a success (GH-SEC-041). Its owner locks it. <see cref="RedisLimitScript"/>
/// is its twin: a contract test holds the two to one meaning.
/// </summary>
internal sealed class Stamps
{
    /// <summary>A node that died with attempts in flight gives their places back after this; the longest queue of hashes takes half.</summary>
    public static readonly TimeSpan PlaceLife = TimeSpan.FromSeconds(15);

    /// <summary>Ten at once, then one an hour at most: a hundred guesses take four days.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    public static readonly TimeSpan Remembered = TimeSpan.FromDays(1);

    private const byte Format = 1;
    private long[] ring = new long[4];
    private int first;
    private int inARow;
    private long lastFailure;
    private long blockedUntil;
    private readonly List<long> places = []; // when each comes back; two that do at the same time are as good as each other

    public int Count { get; private set; }

    public bool IsNearlyUnused => Count <= 1 && places.Count == 0 && inARow <= 1;

    public TimeSpan? TryTake(LimitRule rule, long now)
    {
        if (Wait(rule, now) is { } wait)
            return wait;
        if (Count == ring.Length)
            Grow();
        // Nodes' clocks differ a little; the order of the stamps is the order they came in.
        ring[At(Count)] = Count == 0 ? now : Math.Max(now, ring[At(Count - 1)]);
        Count++;
        return null;
    }

    public TimeSpan? Wait(LimitRule rule, long now)
    {
        Forget(rule, now);
        return Count < rule.Permits
            ? null
            : UnixMicros.ToSpan(ring[At(Count - rule.Permits)] + UnixMicros.Of(rule.Window) - now);
    }

    /// <summary>A place for an attempt, or how long to wait for one; neither while others in flight fill the budget.</summary>
    public (long? Place, TimeSpan? Wait) TryBegin(LimitRule rule, long now)
    {
        if (WaitAfterFailures(rule, now) is { } wait)
            return (null, wait);
        places.RemoveAll(until => until <= now);
        if (Count + places.Count >= rule.Permits)
            return (null, null);
        var place = now + UnixMicros.Of(PlaceLife);
        places.Add(place);
        return (place, null);
    }

    /// <param name="place">Null: begun elsewhere, and only counted here.</param>
    public AttemptEnd End(LimitRule rule, long now, long? place, AttemptOutcome outcome)
    {
        if (place is { } until)
            places.Remove(until);
        Forget(rule, now);
        var before = inARow;
        if (outcome == AttemptOutcome.Failed)
            Fail(rule, now);
        else if (outcome == AttemptOutcome.Succeeded)
            (inARow, blockedUntil) = (0, 0);
        var exhausted = outcome == AttemptOutcome.Failed && WaitAfterFailures(rule, now) is not null;
        return new AttemptEnd(before, exhausted);
    }

    /// <summary>Forgets what failed; who is in flight stays so.</summary>
    public void Clear() => (Count, inARow, blockedUntil) = (0, 0, 0);

    public bool IsEmpty(LimitRule rule, long now) => ExpiresAt(rule) <= now;

    /// <summary>From when on nothing of this matters any more.</summary>
    public long ExpiresAt(LimitRule rule)
    {
        var stamps = Count == 0 ? 0 : ring[At(Count - 1)] + UnixMicros.Of(rule.Window);
        var failures = inARow == 0 ? 0 : Math.Max(lastFailure + UnixMicros.Of(Remembered), blockedUntil);
        return Math.Max(Math.Max(stamps, failures), places.Count == 0 ? 0 : places.Max());
    }

    /// <summary>Small: most of it are the distances of the stamps, three bytes for two within a second.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Format);
        writer.Write7BitEncodedInt(inARow);
        writer.Write7BitEncodedInt64(lastFailure);
        writer.Write7BitEncodedInt64(blockedUntil);
        writer.Write7BitEncodedInt(places.Count);
        places.ForEach(writer.Write7BitEncodedInt64);
        writer.Write7BitEncodedInt(Count);
        for (var i = 0; i < Count; i++)
            writer.Write7BitEncodedInt64(ring[At(i)] - (i == 0 ? 0 : ring[At(i - 1)]));
        return stream.ToArray();
    }

    /// <exception cref="InvalidDataException">Written by a program that counts in another way.</exception>
    public static Stamps FromBytes(byte[] bytes)
    {
        var stamps = new Stamps();
        if (bytes.Length == 0)
            return stamps;
        using var reader = new BinaryReader(new MemoryStream(bytes, writable: false));
        if (reader.ReadByte() != Format)
            throw new InvalidDataException("The counts of a limit have a format that this program doesn't know.");
        (stamps.inARow, stamps.lastFailure) = (reader.Read7BitEncodedInt(), reader.Read7BitEncodedInt64());
        stamps.blockedUntil = reader.Read7BitEncodedInt64();
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
            stamps.places.Add(reader.Read7BitEncodedInt64());
        stamps.Count = reader.Read7BitEncodedInt();
        stamps.ring = new long[Math.Max(stamps.Count, stamps.ring.Length)];
        for (var i = 0; i < stamps.Count; i++)
            stamps.ring[i] = reader.Read7BitEncodedInt64() + (i == 0 ? 0 : stamps.ring[i - 1]);
        return stamps;
    }

    /// <summary>What the window asks for, or what the failures in a row do: the longer one.</summary>
    private TimeSpan? WaitAfterFailures(LimitRule rule, long now)
    {
        var wait = Wait(rule, now);
        return blockedUntil > now && (wait is null || blockedUntil - now > UnixMicros.Of(wait.Value))
            ? UnixMicros.ToSpan(blockedUntil - now)
            : wait;
    }

    private void Fail(LimitRule rule, long now)
    {
        TryTake(rule, now);
        (inARow, lastFailure) = (inARow + 1, now);
        if (inARow <= rule.Permits)
            return;
        var doublings = Math.Min(inARow - rule.Permits, 30);
        var window = UnixMicros.Of(rule.Window);
        blockedUntil = now + Math.Max(window, Math.Min(UnixMicros.Of(LongestWait), window << doublings));
    }

    private void Forget(LimitRule rule, long now)
    {
        var window = UnixMicros.Of(rule.Window);
        while (Count > 0 && ring[first] + window <= now)
        {
            first = At(1);
            Count--;
        }
        if (inARow > 0 && now - lastFailure > UnixMicros.Of(Remembered) && blockedUntil <= now)
            inARow = 0;
    }

    private int At(int place) => (first + place) % ring.Length;

    private void Grow()
    {
        var larger = new long[ring.Length * 2];
        for (var i = 0; i < Count; i++)
            larger[i] = ring[At(i)];
        (ring, first) = (larger, 0);
    }
}
