namespace Gatehouse.IdentityManager.Vault;

/// <summary>What a new passphrase must be.</summary>
internal static class Passphrase
{
    // Argon2id makes a guess dear; it can't make up for a passphrase that is among the first that are guessed.
    private const int Shortest = 10;

    /// <exception cref="VaultException">It is too short.</exception>
    public static string Require(string? passphrase) => passphrase is { Length: >= Shortest }
        ? passphrase
        : throw new VaultException(
            VaultFault.Unfit, $"A passphrase has {Shortest} characters at least. Four words are good.");
}
