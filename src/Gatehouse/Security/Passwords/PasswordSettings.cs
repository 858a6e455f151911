using Gatehouse.Security.Argon2id;

namespace Gatehouse.Security.Passwords;

/// <summary>What one hash costs, and how many there may be at a time.</summary>
internal sealed record PasswordSettings
{
    private const int WaitingPerSlot = 128; // 5 to 12 ms each: the last in the queue waits for a second or two

    private readonly int? maxConcurrent;
    private readonly int? maxQueued;

    /// <summary>19 MiB, with two passes OWASP's minimum for Argon2id.</summary>
    public int MemoryKiB { get; init; } = 19_456;

    public int Iterations { get; init; } = 2;

    /// <summary>
    /// Hashes at a time, and so the memory they take; by default one per core. Hashing is work for the processor alone:
    /// more would not make it faster, and fewer would leave a core idle during a wave of logins.
    /// </summary>
    public int MaxConcurrent
    {
        get => maxConcurrent ?? Environment.ProcessorCount;
        init => maxConcurrent = value;
    }

    /// <summary>
    /// Hashes that may wait, 128 per slot by default. Whoever waits longer than that has gone away or tries again, and
    /// hashing for the departed keeps the others waiting: it is better to refuse at once.
    /// </summary>
    public int MaxQueued
    {
        get => maxQueued ?? WaitingPerSlot * MaxConcurrent;
        init => maxQueued = value;
    }

    public Argon2Parameters Parameters => new(MemoryKiB, Iterations);
}
