using System.Security.Cryptography;

namespace Gatehouse.Security.Argon2id;

/// <summary>
/// Argon2id, version 0x13, with one lane (RFC 9106).
/// Promises the RFC's tag for every input, and memory wiped on return, also after an exception.
/// The addresses of the first half of pass one do not depend on the password; later ones do, as Argon2id defines it.
/// Never compares tags, keeps no input, makes no salts: that is <c>Passwords/</c>.
/// </summary>
internal static class Argon2
{
    /// <summary>Argon2 1.3, the version of the RFC.</summary>
    public const int Version = 0x13;

    /// <summary>A block is 1 KiB.</summary>
    public const int BlockWords = 128;

    /// <summary>The length of H0.</summary>
    public const int InitialHashBytes = 64;

    /// <summary>The shortest tag, RFC 9106, 3.1.</summary>
    public const int MinTagBytes = 4;

    /// <summary>The type "id".</summary>
    public const int TypeId = 2;

    /// <summary>Fills <paramref name="tag"/>, whose length is an input too.</summary>
    /// <param name="parameters">The cost, in range.</param>
    /// <param name="password">The message P; its bytes stay the caller's to wipe.</param>
    /// <param name="salt">The nonce S.</param>
    /// <param name="secret">The key K, or empty.</param>
    /// <param name="associatedData">The data X, or empty.</param>
    /// <param name="memory">Whatever it holds, nothing of it reaches the tag; what was used is zero afterwards.</param>
    /// <param name="kernel">One with <see cref="Argon2Kernels.IsSupported"/> on this machine.</param>
    /// <param name="tag">At least <see cref="MinTagBytes"/>.</param>
    public static void Hash(
        Argon2Parameters parameters,
        ReadOnlySpan<byte> password,
        ReadOnlySpan<byte> salt,
        ReadOnlySpan<byte> secret,
        ReadOnlySpan<byte> associatedData,
        Argon2Memory memory,
        Argon2Kernel kernel,
        Span<byte> tag)
    {
        if (!parameters.AreInRange)
            throw new ArgumentOutOfRangeException(nameof(parameters), parameters, message: null);
        ArgumentOutOfRangeException.ThrowIfLessThan(tag.Length, MinTagBytes, nameof(tag));

        memory.Prepare(parameters.MemoryKiB);
        Span<byte> initial = stackalloc byte[InitialHashBytes];
        try
        {
            InitialHash(parameters, lanes: 1, password, salt, secret, associatedData, tag.Length, initial);
            switch (kernel)
            {
                case Argon2Kernel.Avx512:
                    Argon2Lane<Avx512Kernel>.Hash(parameters, initial, memory, tag);
                    break;
                case Argon2Kernel.Avx2:
                    Argon2Lane<Avx2Kernel>.Hash(parameters, initial, memory, tag);
                    break;
                case Argon2Kernel.Vector128:
                    Argon2Lane<Vector128Kernel>.Hash(parameters, initial, memory, tag);
                    break;
                case Argon2Kernel.Scalar:
                    Argon2Lane<ScalarKernel>.Hash(parameters, initial, memory, tag);
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(kernel), kernel, message: null);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(initial);
            memory.Wipe();
        }
    }

    /// <summary>H0 of RFC 9106, 3.2. The lanes are an argument for the RFC's own test vector, which has four.</summary>
    public static void InitialHash(
        Argon2Parameters parameters,
        int lanes,
        ReadOnlySpan<byte> password,
        ReadOnlySpan<byte> salt,
        ReadOnlySpan<byte> secret,
        ReadOnlySpan<byte> associatedData,
        int tagBytes,
        Span<byte> initial)
    {
        var hash = new Blake2b(InitialHashBytes);
        hash.AppendInt32(lanes);
        hash.AppendInt32(tagBytes);
        hash.AppendInt32(parameters.MemoryKiB);
        hash.AppendInt32(parameters.Iterations);
        hash.AppendInt32(Version);
        hash.AppendInt32(TypeId);
        hash.AppendInt32(password.Length);
        hash.Append(password);
        hash.AppendInt32(salt.Length);
        hash.Append(salt);
        hash.AppendInt32(secret.Length);
        hash.Append(secret);
        hash.AppendInt32(associatedData.Length);
        hash.Append(associatedData);
        hash.Finish(initial);
    }
}
