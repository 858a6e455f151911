using System.Collections.Concurrent;
using Gatehouse.Hypercore.Keys;

namespace Gatehouse.Jlinx;

// A peer asks for a document that isn't open: one of a pair that is at rest, or any name that a stranger made up. It asks once for each
// in a connection, so what a failing database can't say is asked again here. What that costs is bounded (GH-SEC-330).
internal sealed partial class DocumentServer
{
    /// <summary>How often a document is looked for that can't be, and how long after: an outage of ten minutes.</summary>
    private const int MostTimes = 120;
    private static readonly TimeSpan LooksAgainAfter = TimeSpan.FromSeconds(5);

    /// <summary>Documents that are looked for at a time: all of a full node's, once each.</summary>
    private const int MostLooks = 4 * ReplicationEndpoint.Most;

    /// <summary>Questions to the database at a time: a flood leaves it to others too.</summary>
    private const int LooksAtOnce = 16;

    private readonly ConcurrentDictionary<DiscoveryKey, bool> looks = new();
    private readonly SemaphoreSlim looking = new(LooksAtOnce);
    private volatile bool isBlind;

    private void LookFor(DiscoveryKey found)
    {
        if (looks.Count < MostLooks && looks.TryAdd(found, true))
            _ = LookForAsync(found);
    }

    private async Task LookForAsync(DiscoveryKey found)
    {
        await Task.Yield();
        try
        {
            for (var times = 0; times < MostTimes && !await TryFindAsync(found); times++)
                await Task.Delay(LooksAgainAfter, services.Machine.Time, stopping.Token);
        }
        catch (OperationCanceledException)
        {
        }
        finally
        {
            looks.TryRemove(found, out _);
        }
    }

    /// <summary>False when it can't be said now.</summary>
    private async Task<bool> TryFindAsync(DiscoveryKey found)
    {
        await looking.WaitAsync(stopping.Token);
        try
        {
            if (await services.Database.ReadAsync(db => Pairs.FindAskedAsync(db, found), stopping.Token) is { } row
                && await OpenAsync(row.Id, stopping.Token) is { HasAccount: false } pair && row.IsBound)
            {
                await ReopenIfBoundAsync(pair, stopping.Token);
            }
            isBlind = false;
            return true;
        }
#pragma warning disable CA1031 // nobody awaits this (GH-SEC-249)
        catch (Exception exception) when (exception is not OperationCanceledException)
#pragma warning restore CA1031
        {
            if (!isBlind)
                services.Log.LookFailed(exception); // of an outage once, not of each that waits for its end
            isBlind = true;
            return false;
        }
        finally
        {
            looking.Release();
        }
    }
}
