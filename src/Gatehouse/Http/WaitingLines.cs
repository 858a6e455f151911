namespace Gatehouse.Http;

/// <summary>
/// Those of this node who ask for the same budget, one after the other. The first in line asks; while attempts in flight
/// fill the budget it asks again whenever one of this node ends, and now and then for those of other nodes.
/// </summary>
internal sealed class WaitingLines
{
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(50); // about as long as a password takes to hash
    private readonly Dictionary<(LimitName, string), Line> lines = [];
    private readonly Lock gate = new();

    /// <summary>Returns when everybody before has been served. The turn ends with its disposal.</summary>
    public async Task<Turn> EnterAsync((LimitName, string) budget, CancellationToken cancellationToken)
    {
        Line line;
        lock (gate)
        {
            if (!lines.TryGetValue(budget, out line!))
                lines[budget] = line = new Line();
            line.Members++;
        }
        try
        {
            await line.Head.WaitAsync(cancellationToken);
        }
        catch
        {
            Leave(budget, line);
            throw;
        }
        return new Turn(this, budget, line);
    }

    /// <summary>An attempt under the budget has ended: there may be a place.</summary>
    public void Ended((LimitName, string) budget)
    {
        lock (gate)
        {
            if (lines.TryGetValue(budget, out var line) && line.News.CurrentCount == 0)
                line.News.Release();
        }
    }

    private void Leave((LimitName, string) budget, Line line)
    {
        lock (gate)
        {
            if (--line.Members > 0)
                return;
            lines.Remove(budget);
            line.Dispose();
        }
    }

    internal sealed class Turn(WaitingLines lines, (LimitName, string) budget, Line line) : IDisposable
    {
        public Task WaitForAnEndAsync(CancellationToken cancellationToken) => line.News.WaitAsync(AskEvery, cancellationToken);

        public void Dispose()
        {
            line.Head.Release();
            lines.Leave(budget, line);
        }
    }

    internal sealed class Line : IDisposable
    {
        public SemaphoreSlim Head { get; } = new(1);

        public SemaphoreSlim News { get; } = new(0);

        public int Members { get; set; }

        public void Dispose()
        {
            Head.Dispose();
            News.Dispose();
        }
    }
}
