using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Tests.Support;

/// <summary>A home of its own for each test, and vaults that are cheap to open.</summary>
internal sealed class Vaults : IDisposable
{
    public const string Passphrase = "correct horse battery staple";

    public static readonly VaultCost Cheap = new(1, 8 * 1024);

    public VaultPlace Place { get; } = new(Directory.CreateTempSubdirectory("jlinx").FullName);

    public OpenVault Create(VaultBatch? first = null) =>
        OpenVault.Create(Place, Passphrase, Cheap, first ?? new VaultBatch());

    public OpenVault Open(string passphrase = Passphrase) => OpenVault.Open(Place, passphrase);

    public void Dispose() => Directory.Delete(Place.Home, recursive: true);
}
