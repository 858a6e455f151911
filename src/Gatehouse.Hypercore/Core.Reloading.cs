namespace Gatehouse.Hypercore;

public sealed partial class Core
{
    /// <summary>
    /// Reads what another process has written to the store meanwhile, and tells the peers of it. Whoever writes a core in
    /// several processes calls it when they hear of each other; an append that comes first is refused as
    /// <see cref="Cores.CoreRefusal.AnotherWriter"/> and reads it by itself.
    /// </summary>
    public async ValueTask ReloadAsync(CancellationToken cancellationToken = default)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            await LoadAsync(cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }
}
