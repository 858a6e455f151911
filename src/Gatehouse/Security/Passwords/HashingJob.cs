using System.Security.Cryptography;
using Gatehouse.Security.Argon2id;

namespace Gatehouse.Security.Passwords;

/// <summary>One Argon2id computation that waits or runs. It owns the password's bytes and zeroes them.</summary>
internal sealed class HashingJob(
    Argon2Parameters parameters, byte[] password, ReadOnlyMemory<byte> salt, Pepper? pepper, int tagBytes)
{
    // Whoever awaits must not go on on a hashing thread.
    private readonly TaskCompletionSource<byte[]> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] tag = new byte[tagBytes];
    private Exception? failure;

    public Task<byte[]> Tag => completion.Task;

    /// <summary>Computes the tag and tells nobody yet.</summary>
    public void Run(Argon2Memory memory)
    {
        try
        {
            var secret = pepper is null ? default : pepper.Reveal();
            Argon2.Hash(parameters, password, salt.Span, secret, default, memory, Argon2Kernels.Best, tag);
        }
        catch (Exception exception) // whoever awaits gets it; the thread goes on to the next job
        {
            failure = exception;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(password);
        }
    }

    /// <summary>Ends a job that has run.</summary>
    public void Complete()
    {
        if (failure is null)
            completion.SetResult(tag);
        else
            completion.SetException(failure);
    }

    /// <summary>Ends a job that will not run.</summary>
    public void Drop(CancellationToken cancellationToken)
    {
        CryptographicOperations.ZeroMemory(password);
        completion.SetCanceled(cancellationToken);
    }
}
