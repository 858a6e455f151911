using Gatehouse.Security.Argon2id;

namespace Gatehouse.Security.Passwords;

/// <summary>
/// Runs hashes on a few threads of its own, first come, first served, with a bounded queue: a flood of logins takes a
/// known amount of memory and never the threads that serve requests. What does not fit is refused before any work.
/// </summary>
/// <remarks>
/// The threads have normal priority. With every core hashing, other work waits a few milliseconds for its turn; a lower
/// priority hardly changed that where it was tried, and would let busy requests starve the logins.
/// </remarks>
internal sealed class HashingSlots : IDisposable
{
    private const int StackBytes = 256 * 1024; // a hash needs a few KiB

    // Bridges the gaps between the logins of a busy hour; taking the memory again costs about a millisecond.
    private static readonly TimeSpan IdleBeforeRelease = TimeSpan.FromSeconds(10);

    private readonly object gate = new();
    private readonly LinkedList<HashingJob> waiting = [];
    private readonly Thread[] threads;
    private readonly int capacity;
    private int running;
    private bool stopped;

    public HashingSlots(int count, int maxQueued)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(maxQueued);
        capacity = count + maxQueued;
        threads = new Thread[count];
        for (var slot = 0; slot < count; slot++)
        {
            threads[slot] = new Thread(Serve, StackBytes) { IsBackground = true, Name = "Password hashing" };
            threads[slot].Start();
        }
    }

    /// <summary>The tag. A cancelled job leaves the queue at once; one that has started is finished.</summary>
    /// <exception cref="PasswordQueueFullException">Nothing was done.</exception>
    public async Task<byte[]> RunAsync(HashingJob job, CancellationToken cancellationToken)
    {
        var place = Enqueue(job);
        using var registration = cancellationToken.UnsafeRegister(_ => Leave(place, cancellationToken), state: null);
        return await job.Tag;
    }

    /// <summary>Ends after the hashes that run; those that wait are cancelled.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            stopped = true;
            while (waiting.First is { } place)
                Leave(place, CancellationToken.None);
            Monitor.PulseAll(gate);
        }

        foreach (var thread in threads)
            thread.Join();
    }

    private LinkedListNode<HashingJob> Enqueue(HashingJob job)
    {
        lock (gate)
        {
            if (!stopped && running + waiting.Count < capacity)
            {
                Monitor.Pulse(gate);
                return waiting.AddLast(job);
            }
        }

        job.Drop(CancellationToken.None);
        ObjectDisposedException.ThrowIf(stopped, this);
        throw new PasswordQueueFullException();
    }

    private void Leave(LinkedListNode<HashingJob> place, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (place.List is null)
                return; // it runs, or has run
            waiting.Remove(place);
        }

        place.Value.Drop(cancellationToken);
    }

    private void Serve()
    {
        using var memory = new Argon2Memory();
        while (Take(memory) is { } job)
        {
            job.Run(memory);
            lock (gate)
                running--;
            job.Complete(); // after the slot is free: who hears of it may come back at once
        }
    }

    /// <summary>The next job; null when there will be none.</summary>
    private HashingJob? Take(Argon2Memory memory)
    {
        lock (gate)
        {
            while (!stopped)
            {
                if (waiting.First is { } place)
                {
                    waiting.Remove(place);
                    running++;
                    return place.Value;
                }

                var patience = memory.IsAllocated ? IdleBeforeRelease : Timeout.InfiniteTimeSpan;
                if (!Monitor.Wait(gate, patience))
                    memory.Release();
            }

            return null;
        }
    }
}
