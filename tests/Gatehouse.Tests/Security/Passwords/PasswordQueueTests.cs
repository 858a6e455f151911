using Gatehouse.Security.Passwords;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Security.Passwords;

public sealed class PasswordQueueTests
{
    // Some 10 ms each: a queue of them takes far longer than a test needs to fill it.
    private static readonly PasswordSettings OneSlot =
        new() { MemoryKiB = 16_384, Iterations = 4, MaxConcurrent = 1, MaxQueued = 3 };

    [Fact]
    [Meets("GH-SEC-023")]
    public async Task Sixteen_at_once_are_all_answered()
    {
        using var hasher = new PasswordHasher(
            new PasswordSettings { MemoryKiB = 64, Iterations = 1, MaxConcurrent = 3, MaxQueued = 16 }, []);
        await hasher.Ready;
        var passwords = Enumerable.Range(0, 16).Select(number => $"password {number}").ToArray();
        var hashes = await Task.WhenAll(
            passwords.Select(password => hasher.HashAsync(password, CancellationToken.None)));
        var right = await Task.WhenAll(hashes.Zip(
            passwords, (hash, password) => hasher.VerifyAsync(hash, password, CancellationToken.None)));
        var wrong = await Task.WhenAll(hashes.Zip(
            passwords.Reverse(), (hash, password) => hasher.VerifyAsync(hash, password, CancellationToken.None)));
        Assert.All(right, verdict => Assert.Equal(PasswordVerdict.Right, verdict));
        Assert.All(wrong, verdict => Assert.Equal(PasswordVerdict.Wrong, verdict));
    }

    [Fact]
    [Meets("GH-SEC-023")]
    public async Task A_full_queue_refuses_and_then_serves_again()
    {
        using var hasher = new PasswordHasher(OneSlot, []);
        await hasher.Ready;
        var calls = Enumerable.Range(0, 100).Select(_ => Verify(hasher, CancellationToken.None)).ToArray();
        var refused = calls.Where(call => call.IsFaulted).ToArray();
        Assert.NotEmpty(refused);
        foreach (var call in refused)
            await Assert.ThrowsAsync<PasswordQueueFullException>(() => call);

        var answers = await Task.WhenAll(calls.Except(refused));
        Assert.All(answers, verdict => Assert.Equal(PasswordVerdict.Wrong, verdict));
        Assert.Equal(PasswordVerdict.Wrong, await Verify(hasher, CancellationToken.None));
    }

    [Fact]
    public async Task A_cancelled_wait_ends_at_once_and_frees_its_place()
    {
        using var hasher = new PasswordHasher(OneSlot with { MaxQueued = 100 }, []);
        await hasher.Ready;
        using var source = new CancellationTokenSource();
        var before = Enumerable.Range(0, 80).Select(_ => Verify(hasher, CancellationToken.None)).ToArray();
        var cancelled = Enumerable.Range(0, 20).Select(_ => Verify(hasher, source.Token)).ToArray();
        await source.CancelAsync();
        foreach (var call in cancelled)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        Assert.Contains(before, call => !call.IsCompleted); // they did not have to wait for their turn
        var after = Enumerable.Range(0, 20).Select(_ => Verify(hasher, CancellationToken.None)).ToArray();
        Assert.DoesNotContain(after, call => call.IsFaulted);
    }

    [Fact]
    public async Task A_cancelled_caller_is_not_served()
    {
        using var hasher = new PasswordHasher(OneSlot, []);
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Verify(hasher, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hasher.HashAsync("password", cancelled));
    }

    [Fact]
    public async Task Disposal_cancels_what_waits()
    {
        var hasher = new PasswordHasher(OneSlot with { MaxQueued = 100 }, []);
        await hasher.Ready;
        var calls = Enumerable.Range(0, 80).Select(_ => Verify(hasher, CancellationToken.None)).ToArray();
        hasher.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calls[^1]);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Verify(hasher, CancellationToken.None));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(calls)); // none is left open
    }

    private static Task<PasswordVerdict> Verify(PasswordHasher hasher, CancellationToken cancellationToken) =>
        hasher.VerifyAsync(stored: null, "password", cancellationToken);
}
