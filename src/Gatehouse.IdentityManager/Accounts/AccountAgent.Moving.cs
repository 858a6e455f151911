using Gatehouse.Hypercore.Transports;
using Gatehouse.IdentityManager.Network;
using Gatehouse.IdentityManager.Vault;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Headers;

namespace Gatehouse.IdentityManager.Accounts;

// An app may move. Its Did tells that it has, or nobody answers where it was. Where to, its origin alone says, as at
// sign-up, and for the Did of then.
internal sealed partial class AccountAgent
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private async Task FollowMovesAsync()
    {
        var (pause, asksNext, others) = (ShortestPause, DateTimeOffset.MinValue, 0);
        while (record.IsLive)
        {
            var now = context.Clock.GetUtcNow();
            if (IsConnected)
                (pause, asksNext, others) = (ShortestPause, DateTimeOffset.MinValue, 0);
            if (IsOutOfReach && !hasMoved && others < record.Services.Count - 1)
            {
                (others, turn) = (others + 1, turn + 1);
                await DialAnewAsync();
            }
            else if (hasMoved || (IsOutOfReach && now >= asksNext))
            {
                (hasMoved, others) = (false, 0);
                asksNext = now + pause;
                pause = Longer(pause, LongestPause);
                await MoveAsync();
            }
            await Task.Delay(TendsEvery, context.Clock, stopping.Token);
        }
    }

    /// <summary>Reads the app's Did, block by block, and no more of it than a document may have.</summary>
    private async Task FollowDidAsync()
    {
        var bytes = 0L;
        for (var index = 0UL; record.IsLive && !AppLimits.IsTooLong(index, bytes); index++)
        {
            var block = await appDid.GetAsync(index, stopping.Token);
            bytes += block.Length;
            if (DocumentEvent.TryRead(block.Span, DocType.Did, out var told) && told.Body is ServiceSet)
                hasMoved = true;
        }
        isDidTooLong = record.IsLive;
    }

    private async Task MoveAsync()
    {
        WellKnown known;
        try
        {
            using var origin = new AppOrigin(record.AtOrigin(), record.AllowsPrivate);
            known = await origin.ReadAsync(stopping.Token);
        }
        catch (AppException)
        {
            return; // it isn't there either
        }
        ServiceRecord[] services = [.. known.Services.Select(ServiceRecord.Of)];
        if (known.Did.Did != record.AppDid || services.Length == 0 || services.SequenceEqual(record.Services))
            return;
        await gate.WaitAsync(stopping.Token);
        try
        {
            if (!record.IsLive)
                return;
            Commit(new VaultBatch(), record with { Services = services });
            turn = 0;
        }
        finally
        {
            gate.Release();
        }
        await DialAnewAsync();
    }

    private async Task DialAnewAsync()
    {
        Dialler? old;
        lock (talkGate)
            (old, dialler) = (dialler, null);
        if (old is not null)
            await old.DisposeAsync();
        lock (talkGate)
        {
            if (replicator is { } talker)
                dialler = DialBy(talker);
        }
    }
}
