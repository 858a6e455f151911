using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Stores;

namespace Gatehouse.Jlinx.Tests.Support;

/// <summary>A writer's core and somebody's copy of it, connected.</summary>
internal sealed class Link : IAsyncDisposable
{
    private readonly KeyPair one = KeyPair.Generate(), other = KeyPair.Generate();
    private readonly Replicator here, there;
    private readonly Duplex end;

    private Link(Core writer, Core copy)
    {
        Copy = copy;
        (here, there) = (new Replicator(one), new Replicator(other));
        here.Add(writer);
        there.Add(copy);
        (end, var theirs) = Duplex.Create();
        _ = here.AttachAsync(end, isInitiator: true);
        _ = there.AttachAsync(theirs, isInitiator: false);
    }

    public Core Copy { get; }

    public static async Task<Link> OpenAsync(Core writer) =>
        new(writer, await Core.OpenAsync(new MemoryCoreStore(), writer.Key));

    public static Link Reopen(Core writer, Core copy) => new(writer, copy);

    /// <summary>Waits until so many blocks are there.</summary>
    public async Task<Core> ReadAsync(ulong length)
    {
        for (var index = 0UL; index < length; index++)
            await Copy.GetAsync(index).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        return Copy;
    }

    public async ValueTask DisposeAsync()
    {
        end.Dispose();
        await here.DisposeAsync();
        await there.DisposeAsync();
        one.Dispose();
        other.Dispose();
    }
}
