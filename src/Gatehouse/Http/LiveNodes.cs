using Gatehouse.Storage;

namespace Gatehouse.Http;

/// <summary>How many nodes there are, as far as this one was told last: what a node alone may give is a share of a budget.</summary>
internal sealed class LiveNodes(Database database, TimeProvider clock)
{
    private const int Assumed = 4; // until the first answer, and where no node tells of itself

    public int Count { get; private set; } = Assumed;

    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var seen = await database.ReadAsync(db => Leases.CountNodesAsync(db, clock.NowMicros()), cancellationToken);
        Count = seen == 0 ? Assumed : (int)seen;
    }
}
