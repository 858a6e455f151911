using System.Runtime.InteropServices;
using System.Text;

namespace Gatehouse.Tests.Security.Argon2id;

/// <summary>libsodium, the other implementation of Argon2id and BLAKE2b. Tests fail where it is missing.</summary>
internal static unsafe partial class Sodium
{
    private const string Library = "libsodium.so.23";
    private const int Argon2id13 = 2; // crypto_pwhash_ALG_ARGON2ID13

    static Sodium() => Assert.True(Initialize() >= 0);

    /// <summary>Tags of 16 bytes and more, salts of exactly 16.</summary>
    public static byte[] Argon2id(
        int memoryKiB, int iterations, ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int tagBytes)
    {
        Assert.Equal(16, salt.Length);
        var tag = new byte[tagBytes];
        // libsodium refuses a null pointer even for an empty password.
        Span<byte> passwordOrNothing = [.. password, 0];
        fixed (byte* tagPointer = tag, passwordPointer = passwordOrNothing, saltPointer = salt)
        {
            Assert.Equal(0, PasswordHash(
                tagPointer, (ulong)tagBytes, passwordPointer, (ulong)password.Length, saltPointer,
                (ulong)iterations, (nuint)memoryKiB * 1024, Argon2id13));
        }

        return tag;
    }

    public static bool Verifies(string phc, string password)
    {
        var text = Encoding.ASCII.GetBytes(phc + "\0");
        var bytes = Encoding.UTF8.GetBytes(password);
        fixed (byte* textPointer = text, passwordPointer = bytes)
            return Verify(textPointer, passwordPointer, (ulong)bytes.Length) == 0;
    }

    public static byte[] Blake2b(ReadOnlySpan<byte> data, int digestBytes)
    {
        var digest = new byte[digestBytes];
        fixed (byte* digestPointer = digest, dataPointer = data)
            Assert.Equal(0, Hash(digestPointer, (nuint)digestBytes, dataPointer, (ulong)data.Length, null, 0));
        return digest;
    }

    [LibraryImport(Library, EntryPoint = "sodium_init")]
    private static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "crypto_pwhash")]
    private static partial int PasswordHash(
        byte* tag, ulong tagBytes, byte* password, ulong passwordBytes, byte* salt, ulong iterations, nuint memory,
        int algorithm);

    [LibraryImport(Library, EntryPoint = "crypto_pwhash_str_verify")]
    private static partial int Verify(byte* text, byte* password, ulong passwordBytes);

    [LibraryImport(Library, EntryPoint = "crypto_generichash")]
    private static partial int Hash(
        byte* digest, nuint digestBytes, byte* data, ulong dataBytes, byte* key, nuint keyBytes);
}
