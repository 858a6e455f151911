using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Network;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Accounts;

// What happens by itself as time goes by: keys are renewed, requests run out, an account that was destroyed is erased.
internal sealed partial class AccountAgent
{
    private const int MostRenewals = 5; // within RenewalsIn: each has the whole vault written anew

    private static readonly TimeSpan RenewsEvery = TimeSpan.FromDays(30);
    private static readonly TimeSpan RenewalsIn = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan PostsAgainAfter = TimeSpan.FromSeconds(3), PostsAtLeastEvery = TimeSpan.FromMinutes(2);

    private async Task TendAsync()
    {
        var known = "";
        while (record.IsLive && !stopping.IsCancellationRequested)
        {
            if (!IsConnected || !IsCurrent)
                Volatile.Write(ref currentSince, 0);
            else if (currentSince == 0)
                Volatile.Write(ref currentSince, context.Clock.GetTimestamp());
            await gate.WaitAsync(stopping.Token);
            try
            {
                await TendOnceAsync();
            }
            catch (AgentException)
            {
                // Not now, then later.
            }
            finally
            {
                gate.Release();
            }
            if (record.State == AccountState.Opening && IsConnected && MayPost())
                await PostAsync(stopping.Token);
            if ($"{Connection()}, {IsInSync}, {shelf.Vault.Fault}" is var standing && standing != known)
            {
                known = standing;
                context.Bulletin.Changed();
            }
            await Task.Delay(TendsEvery, context.Clock, stopping.Token);
        }
    }

    /// <summary>
    /// Tells the app which document to ask for, until it has heard so in this run of the program: the last one may have
    /// ended before that. After a try that failed not at once: the app may be down, or have enough of us.
    /// </summary>
    public async Task PostAsync(CancellationToken cancellationToken)
    {
        if (hasPosted || record.Endpoint is not { } endpoint
            || (triedAt is { } tried && context.Clock.GetElapsedTime(tried) < PostsAgainAfter)
            || Interlocked.Exchange(ref isPosting, true))
        {
            return;
        }
        try
        {
            await RememberSeenAsync(cancellationToken);
            using var app = new AppOrigin(record.AtOrigin(), record.AllowsPrivate);
            hasPosted = await app.TryPostAsync(endpoint, AccountRecord.IdOf(record.AppAccount), cancellationToken);
        }
        finally
        {
            postPause = triedAt is null ? PostsAgainAfter : Longer(postPause, PostsAtLeastEvery);
            triedAt = context.Clock.GetTimestamp();
            isPosting = false;
        }
    }

    /// <summary>By itself it is told less and less often, and never of an offer that is over.</summary>
    private bool MayPost() => record.OfferExpires > context.Clock.GetUtcNow()
        && (triedAt is not { } tried || context.Clock.GetElapsedTime(tried) >= postPause);

    /// <summary>By who has the gate.</summary>
    private async Task TendOnceAsync()
    {
        if (Frozen() is { } whose)
        {
            await ContradictAsync($"Two histories of {whose} were signed: whose keys it was made with may have been stolen.");
            return;
        }
        if (IsTooLong())
        {
            await ContradictAsync("The app writes more than a document may have.");
            return;
        }
        if (record.IsUnseen && IsConnected)
            Commit(new VaultBatch(), record with { IsUnseen = false });
        var now = context.Clock.GetUtcNow();
        var expired = shelf.Requests(record.Number).Where(request => request.Expires <= now).ToList();
        if (expired.Count > 0)
        {
            Commit(AccountShelf.Remove(new VaultBatch(), expired), record);
            context.Bulletin.Changed();
        }
        if (!IsInSync)
            return;
        await LearnOwnAsync();
        context.CaughtUp();
        if (record.State == AccountState.Destroying)
            await EndAsync();
        else if (record.State == AccountState.Open && MustRenew(now))
            await RenewAsync(now);
    }

    /// <summary>An app may offer new keys whenever it likes. It waits for the answer to one before the next.</summary>
    private bool MustRenew(DateTimeOffset now) => pair.OwesRekey
        ? renewals.Count < MostRenewals || context.Clock.GetElapsedTime(renewals.Peek()) > RenewalsIn
        : !pair.AwaitsRekey && now - record.Renewed >= RenewsEvery;

    private async Task RenewAsync(DateTimeOffset at)
    {
        var (offer, keys) = pair.Renew();
        await AppendAsync(offer, $"epoch {offer.Epoch}", new VaultBatch(), now => now with { Renewed = at }, keys);
        renewals.Enqueue(context.Clock.GetTimestamp());
        if (renewals.Count > MostRenewals)
            renewals.Dequeue();
    }

    /// <summary>Whether one of the app's documents is. What is signed tells how many blocks, before they come.</summary>
    private bool IsTooLong()
    {
        var (length, held) = (appUser.Length, appUser.ContiguousLength);
        if (isDidTooLong || AppLimits.IsTooLong(appDid.Length, 0) || AppLimits.IsTooLong(length, 0))
            return true;
        if (countedBlocks == length)
            return false;
        if (AppLimits.IsTooLong(0, store.CountBytes(appUser.Key)))
            return true;
        countedBlocks = held == length ? length : 0;
        return false;
    }

    private string? Frozen() =>
        appUser.IsFrozen || appDid.IsFrozen ? "the app's documents"
        : appAccount.IsFrozen || ownDid.IsFrozen ? "our own document"
        : null;
}
