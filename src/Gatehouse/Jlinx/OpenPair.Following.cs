using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Cores;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Jlinx.Envelopes;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Headers;

namespace Gatehouse.Jlinx;

// The AppAccount is read block by block, in order. What a block means is done in one transaction with the step past it, so a crash
// or another node repeats nothing and skips nothing.
internal sealed partial class OpenPair
{
    private static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>Whether we hold as much of our own document as anybody says there is.</summary>
    private bool IsWhole => AppUser.ContiguousLength == AppUser.Length && !(AppUser.ClaimedLength > AppUser.Length);

    private void Begin() => following = Task.WhenAll(
        new[] { FollowAsync, SayOwedAsync, WatchAuthorAsync }.Select(work => KeepOnAsync(work, stopping.Token)));

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        while (await ReadNextAsync(cancellationToken))
        {
        }
    }

    /// <summary>What a crash has left unsaid: that the account exists, and our keys in answer to theirs.</summary>
    private async Task SayOwedAsync(CancellationToken cancellationToken)
    {
        if (await FindRowAsync(cancellationToken) is not { IsBound: true } row)
            return;
        using (var secrets = PairSecrets.Open(services.Box, row))
        {
            if (AppUser.Length > 1 && secrets?.Keys is not { OwesRekey: true })
                return;
        }
        await UntilHeardAsync(cancellationToken);
        await OpenAccountAsync(cancellationToken);
        await AnswerRekeyAsync(cancellationToken);
    }

    /// <summary>Waits until nothing can be written that was written before, in what an old copy has lost.</summary>
    private async Task UntilHeardAsync(CancellationToken cancellationToken)
    {
        while (!IsHeard || !IsWhole)
            await Task.Delay(LooksEvery, services.Machine.Time, cancellationToken);
    }

    /// <summary>Begins again a while after whatever has ended it, until it ends by itself.</summary>
    private async Task KeepOnAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        await Task.Yield();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await work(cancellationToken);
                return;
            }
            catch (OperationCanceledException)
            {
                return;
            }
#pragma warning disable CA1031 // whatever one pair meets, it must go on with it when that is over (GH-SEC-249)
            catch (Exception exception)
#pragma warning restore CA1031
            {
                services.Log.PairFailed(exception, Id);
            }
            await Task.Delay(TryAgainAfter, services.Machine.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Says that the account exists, if that isn't said yet: the first thing after the header.</summary>
    private async Task OpenAccountAsync(CancellationToken cancellationToken)
    {
        if (AppUser.Length > 1)
            return;
        await AppendAsync(async _ =>
        {
            var head = await appAccount!.ReadHeadAsync(cancellationToken);
            return AppUser.Length > 1 || head is not { } seen
                ? null
                : DocumentEvent.New(services.Clock, new AccountOpened(new DocumentRef(new(appAccount!.Key), seen)));
        }, (_, _, _) => Task.FromResult(AppUser.Length <= 1), cancellationToken);
    }

    /// <summary>False when the pair is over.</summary>
    private async Task<bool> ReadNextAsync(CancellationToken cancellationToken)
    {
        if (await FindRowAsync(cancellationToken) is not { IsBound: true } row)
            return false;
        var index = (ulong)row.AccountRead;
        ReadOnlyMemory<byte> block;
        try
        {
            block = await appAccount!.GetAsync(index, cancellationToken);
            if (await IsTooLongAsync(appAccount, index, cancellationToken))
            {
                await ContradictAsync(cancellationToken);
                return false;
            }
        }
        catch (CoreRefusedException) // two histories of theirs
        {
            await ContradictAsync(cancellationToken);
            return false;
        }
        while (!AppUser.IsFrozen)
        {
            if (await TakeAsync(index, block, cancellationToken) is { } goesOn)
                return goesOn;
            await Task.Delay(LooksEvery, services.Machine.Time, cancellationToken);
        }
        await ContradictAsync(cancellationToken); // two of ours
        return false;
    }

    /// <summary>Whether a document of theirs that has this block is longer than one may be. Its bytes are counted now and then.</summary>
    private async Task<bool> IsTooLongAsync(Core core, ulong index, CancellationToken cancellationToken) =>
        index >= DocumentLimits.Blocks || (index % 64 == 0 && await services.Database.ReadAsync(
            db => SqlCoreStore.CountBytesAsync(db, core.Key), cancellationToken) > DocumentLimits.Bytes);

    /// <summary>
    /// Does what the block means. False when the pair is over; null when that can't be judged yet: the block tells how our
    /// document was, and of that not all is back that an old copy of the database has lost.
    /// </summary>
    private async Task<bool?> TakeAsync(ulong index, ReadOnlyMemory<byte> block, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        bool owesRekey;
        BlockOutcome outcome;
        try
        {
            if (await FindRowAsync(cancellationToken) is not { IsBound: true } row)
                return false;
            if ((ulong)row.AccountRead != index)
                return true; // another node has done it
            using var secrets = PairSecrets.Open(services.Box, row);
            var keys = secrets!.Keys!;
            var (found, next) = Read(keys, index, block.Span);
            using var after = next;
            if (keys.IsBeyond(block.Span))
            {
                outcome = BlockOutcome.Contradicted; // they have our newer keys, and we don't: an old copy of the database
                owesRekey = false;
            }
            else if (found?.Body is SessionApproved approved && !await HasBeenAsync(approved.Head, cancellationToken))
            {
                if (!IsWhole)
                    return null;
                outcome = BlockOutcome.Contradicted;
                owesRekey = false;
            }
            else
            {
                var sealedKeys = PairSecrets.Seal(services.Box, row.Id, secrets.Signer, next);
                outcome = await services.Database.TransactAsync(
                    db => BlockEffects.ApplyAsync(db, row, index, found, sealedKeys, services), cancellationToken);
                owesRekey = next.OwesRekey;
            }
        }
        finally
        {
            gate.Release();
        }
        await SettleAsync(outcome, cancellationToken);
        if (owesRekey && outcome == BlockOutcome.Done)
        {
            await UntilHeardAsync(cancellationToken);
            await AnswerRekeyAsync(cancellationToken);
        }
        return outcome is BlockOutcome.Done or BlockOutcome.Elsewhere;
    }

    /// <summary>No event for what can't be opened or is none; the keys may move on all the same.</summary>
    private static (DocumentEvent? Event, PairState Next) Read(PairState keys, ulong index, ReadOnlySpan<byte> block)
    {
        if (block.Length > DocumentLimits.BlockBytes || !keys.TryOpen(index, block, out var json, out var opened))
            return (null, keys);
        if (!DocumentEvent.TryRead(json, DocType.AppAccount, out var found))
            return (null, opened);
        if (found.Body is not Rekey rekey || !opened.TryTake(rekey, out var renewed))
            return (found, opened);
        if (opened != keys)
            opened.Dispose();
        return (found, renewed);
    }

    /// <summary>Whether our document once was as they say; another node may have written it.</summary>
    private async Task<bool> HasBeenAsync(Head head, CancellationToken cancellationToken)
    {
        if (head.Length > AppUser.Length)
            await AppUser.ReloadAsync(cancellationToken);
        return await AppUser.HasBeenAsync(head, cancellationToken);
    }

    private async Task AnswerRekeyAsync(CancellationToken cancellationToken)
    {
        byte[]? sealedKeys = null;
        await AppendAsync(row =>
        {
            using var secrets = PairSecrets.Open(services.Box, row);
            if (secrets?.Keys is not { OwesRekey: true } keys)
                return new((DocumentEvent?)null);
            var (rekey, next) = keys.Renew();
            using (next)
                sealedKeys = PairSecrets.Seal(services.Box, row.Id, secrets.Signer, next);
            return new(DocumentEvent.New(services.Clock, rekey));
        }, (db, row, _) => Pairs.TryRenewAsync(db, row.Id, row.Secrets, sealedKeys!), cancellationToken);
    }

    private async Task SettleAsync(BlockOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome == BlockOutcome.Contradicted)
            await ContradictAsync(cancellationToken);
        if (outcome is BlockOutcome.Elsewhere)
            return;
        await services.Sessions.SettleAsync();
        services.Outbox.Wake();
        services.Waiters.Wake(Id);
    }

    /// <summary>
    /// There are two histories: whoever has the keys may not be who had them. Nothing of it is believed any more
    /// (GH-SEC-315).
    /// </summary>
    private async Task ContradictAsync(CancellationToken cancellationToken)
    {
        var done = await services.Database.TransactAsync(
            db => BlockEffects.ContradictAsync(db, Id, services), cancellationToken);
        if (!done)
            return;
        services.Log.PairContradicted(Id);
        await services.Sessions.SettleAsync();
        services.Outbox.Wake();
        services.Waiters.Wake(Id);
    }
}
