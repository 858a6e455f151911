using Gatehouse.Hypercore.Stores;
using Gatehouse.IdentityManager.Tests.Support;
using Gatehouse.IdentityManager.Vault;
using Gatehouse.Tests.Jlinx.Documents;

namespace Gatehouse.IdentityManager.Tests.Vault;

public sealed class CoreStoreInVault : CoreStoreTests, IDisposable
{
    private readonly Vaults vaults = new();
    private OpenVault? vault;

    public void Dispose()
    {
        vault?.Dispose();
        vaults.Dispose();
    }

    protected override Task<ICoreStore> OpenAsync() =>
        Task.FromResult<ICoreStore>(new VaultCoreStore(vault = vaults.Create()));
}
