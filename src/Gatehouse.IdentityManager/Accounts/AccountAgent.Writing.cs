using Gatehouse.Hypercore.Cores;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Vault;
using Gatehouse.Jlinx;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Jlinx.Envelopes;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.IdentityManager.Accounts;

// What we write. An event, what it settles and the keys after it are one record in the vault.
internal sealed partial class AccountAgent
{
    /// <summary>The last blocks of a document are kept for its end.</summary>
    private const ulong MostBlocks = DocumentLimits.Blocks - 16;

    private static readonly TimeSpan SyncPatience = TimeSpan.FromSeconds(15);

    /// <summary>Says yes or no to a request. Null when there is no such request any more.</summary>
    /// <param name="code">The code that the person saw in the browser; null for no.</param>
    public async Task<Answered?> AnswerAsync(
        string requestId, string? code, bool blocks, CancellationToken cancellationToken)
    {
        await RequireSyncAsync(cancellationToken);
        await gate.WaitAsync(cancellationToken);
        try
        {
            var request = shelf.Requests(record.Number).FirstOrDefault(request => request.Id == requestId);
            if (request is null || request.Expires <= context.Clock.GetUtcNow() || record.State != AccountState.Open)
                return null;
            var isRight = code is not null && code == request.Code;
            var hash = AccountRecord.Bytes(request.BlockHash);
            EventBody body = isRight
                ? new SessionApproved(
                    request.Id, hash, AccountRecord.Bytes(request.Nonce), record.AtOrigin(), request.AppExpires,
                    request.Code, await appUser.ReadHeadAsync(cancellationToken)
                        ?? throw new InvalidDataException("The app's document has no length."))
                : new SessionRejected(request.Id, hash, blocks);
            var detail = isRight ? ""
                : code is not null ? "the code was wrong"
                : blocks ? "and nobody may ask for an hour" : "";
            var index = await AppendAsync(body, detail, new VaultBatch().Remove(request.Place));
            return new Answered(index, isRight);
        }
        finally
        {
            gate.Release();
            context.Bulletin.Changed();
        }
    }

    /// <summary>Appends an event that settles nothing else, and returns its index.</summary>
    public async Task<ulong> SayAsync(EventBody body, string detail, CancellationToken cancellationToken)
    {
        if (record.State == AccountState.Opening) // the app may have opened it while nothing ran here
        {
            await UntilAsync(
                () => record.State != AccountState.Opening || IsCurrent || IsOutOfReach, SyncPatience, cancellationToken);
        }
        RequireOpen();
        await RequireSyncAsync(cancellationToken);
        await gate.WaitAsync(cancellationToken);
        try
        {
            RequireOpen();
            return await AppendAsync(body, detail, new VaultBatch());
        }
        finally
        {
            gate.Release();
            context.Bulletin.Changed();
        }
    }

    /// <summary>Whether the app has a block of ours. False when it takes too long.</summary>
    public Task<bool> UntilArrivedAsync(ulong index, TimeSpan patience, CancellationToken cancellationToken) =>
        UntilAsync(() => appAccount.ClaimedLength > index, patience, cancellationToken);

    /// <summary>False when there is no alarm, or one that says why the account is over.</summary>
    public async Task<bool> TryDismissAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (!record.IsLive || (record.Alarm ?? report) is null)
                return false;
            if (record.Alarm is null) // of this run of the program alone
                report = null;
            else
                Commit(new VaultBatch(), record with { Alarm = null });
            return true;
        }
        finally
        {
            gate.Release();
            context.Bulletin.Changed();
        }
    }

    private void RequireOpen()
    {
        if (record is { State: not AccountState.Open } now)
        {
            throw new AgentException(now.State switch
            {
                AccountState.Opening => $"{now.Origin} hasn't opened the account yet: {Connection()}.",
                AccountState.Contradicted => $"Nothing is written for this account any more. {now.Alarm}",
                AccountState.Destroying => "The account is being destroyed.",
                _ => "The account was destroyed.",
            });
        }
    }

    private async Task RequireSyncAsync(CancellationToken cancellationToken)
    {
        if (!await UntilAsync(() => IsInSync, SyncPatience, cancellationToken))
        {
            throw new AgentException(!IsConnected ? $"{record.Origin}: {Connection()}. Nothing was written."
                : appAccount.ClaimedLength is null
                    ? "The app hasn't said yet how much of our document it has. Nothing was written."
                : "The app knows more of our document than this vault, and doesn't send it. Nothing was written.");
        }
    }

    /// <summary>
    /// Appends an event, and stores with it what else changes. By who has the gate, in sync.
    /// </summary>
    private async Task<ulong> AppendAsync(
        EventBody body, string detail, VaultBatch batch, Func<AccountRecord, AccountRecord>? change = null,
        PairState? keys = null)
    {
        await LearnOwnAsync();
        if (!record.IsLive || !IsInSync)
            throw new AgentException("Nothing can be written for this account. 'jlinx accounts' tells why.");
        var index = appAccount.Length;
        if (index >= (body is DestroyedAccount ? (ulong)DocumentLimits.Blocks : MostBlocks))
            throw new AgentException("The account's document is full. Destroy the account and make another.");
        var told = DocumentEvent.New(context.Clock, body);
        var block = pair.Seal(index, told.Encode());
        AccountShelf.Put(batch, LogRecord.OfOwn(record.Number, index, block, told.At, body.Type, detail));
        var next = (change?.Invoke(record) ?? record) with { Written = index + 1 };
        AccountShelf.Put(batch, next);
        if (keys is not null)
            AccountShelf.Put(batch, next.Number, keys);
        try
        {
            await store.WithAsync(batch, async () =>
            {
                // It is done or not, whoever has lost patience meanwhile, and there alone where it was sealed for.
                await appAccount.AppendAtAsync(index, block, CancellationToken.None);
                return index;
            });
        }
        catch (CoreRefusedException refused)
        {
            throw new AgentException(refused.Reason == CoreRefusal.Frozen
                ? "Two histories of our document were found. Nothing can be written any more."
                : "The app knows more of our document than this vault. Try again when it has sent it.");
        }
        Take(next, keys);
        return index;
    }

    /// <summary>
    /// Reads what we wrote and don't remember: the vault was set back, and the app has sent it. By who has the gate.
    /// </summary>
    private async Task LearnOwnAsync()
    {
        for (; record.Written < appAccount.ContiguousLength && record.IsLive;)
        {
            var index = record.Written;
            var next = record with { Written = index + 1 };
            var block = await appAccount.GetAsync(index);
            if (index == 0 || !pair.TryOpenOwn(index, block.Span, out var json)
                || !DocumentEvent.TryRead(json, DocType.AppAccount, out var told))
            {
                Commit(new VaultBatch(), next);
                continue;
            }
            var batch = AccountShelf.Put(new VaultBatch(), LogRecord.OfOwn(
                record.Number, index, block.Span, told.At, told.Body.Type, told.Body is GeneratedOnetimeLoginLink link
                    ? Multibase.Format(link.TokenHash) // by which it is known when it is used
                    : "written before the backup was restored"));
            switch (told.Body)
            {
                case SessionApproved { Request: var id }:
                    batch.Remove(RequestRecord.PlaceOf(record.Number, id));
                    break;
                case SessionRejected { Request: var id }:
                    batch.Remove(RequestRecord.PlaceOf(record.Number, id));
                    break;
                case Rekey:
                    Commit(batch, next);
                    await ContradictAsync("Keys were renewed after the backup was made, and are lost. 'jlinx recover' helps.");
                    return;
                case DestroyedAccount:
                    await EraseAsync(isKnown: true);
                    return;
            }
            Commit(batch, next);
        }
    }
}

/// <param name="Index">The block that the answer is in.</param>
internal readonly record struct Answered(ulong Index, bool IsApproved);

/// <summary>It can't be done now. The message is for the person.</summary>
internal sealed class AgentException(string message) : Exception(message);
