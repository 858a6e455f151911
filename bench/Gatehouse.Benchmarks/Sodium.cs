using System.Runtime.InteropServices;
using Gatehouse.Security.Argon2id;

namespace Gatehouse.Benchmarks;

/// <summary>libsodium's Argon2id (Debian's libsodium23), to compare with.</summary>
internal static unsafe partial class Sodium
{
    private const string Library = "libsodium.so.23";
    private const int Argon2id13 = 2; // crypto_pwhash_ALG_ARGON2ID13

    static Sodium() => _ = Initialize(); // chooses the fastest code for this machine

    public static void Hash(
        Argon2Parameters parameters, ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, Span<byte> tag)
    {
        fixed (byte* output = tag, input = password, saltBytes = salt)
        {
            if (PasswordHash(output, (ulong)tag.Length, input, (ulong)password.Length, saltBytes,
                (ulong)parameters.Iterations, (nuint)parameters.MemoryKiB * 1024, Argon2id13) != 0)
            {
                throw new InvalidOperationException("libsodium did not hash.");
            }
        }
    }

    [LibraryImport(Library, EntryPoint = "sodium_init")]
    private static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "crypto_pwhash")]
    private static partial int PasswordHash(
        byte* output, ulong outputLength, byte* password, ulong passwordLength, byte* salt, ulong operations,
        nuint memoryBytes, int algorithm);
}
