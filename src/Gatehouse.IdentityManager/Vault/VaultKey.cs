using System.Security.Cryptography;
using System.Text;
using Gatehouse.Jlinx.Secrets;

namespace Gatehouse.IdentityManager.Vault;

/// <summary>What the passphrase is worth: a key that seals records, and one that marks the file.</summary>
internal sealed class VaultKey : IDisposable
{
    private readonly byte[] bytes = GC.AllocateArray<byte>(2 * SecretBox.KeyBytes, pinned: true);

    private VaultKey()
    {
    }

    public ReadOnlySpan<byte> Sealing => bytes.AsSpan(0, SecretBox.KeyBytes);

    /// <exception cref="VaultException">There is not so much memory.</exception>
    public static VaultKey Derive(string passphrase, byte[] salt, VaultCost cost)
    {
        // Typed on one keyboard as one character and on another as two, it is the same passphrase.
        var text = Encoding.UTF8.GetBytes(passphrase.Normalize(NormalizationForm.FormC));
        var key = new VaultKey();
        try
        {
            if (PassphraseKey.TryDerive(text, salt, cost.Iterations, cost.MemoryKiB, key.bytes))
                return key;
            throw new VaultException(VaultFault.Unknown, "There isn't enough memory to open the vault.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    public byte[] Mark(byte[] fileId, int length) =>
        HMACSHA256.HashData(bytes.AsSpan(SecretBox.KeyBytes), [.. "jlinx/vault/mark/1"u8, .. fileId])[..length];

    public void Dispose() => CryptographicOperations.ZeroMemory(bytes);
}
