using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Vault;
using Gatehouse.Jlinx.Events;

namespace Gatehouse.IdentityManager.Accounts;

// How an account ends here: after the app has heard of it, or without that.
internal sealed partial class AccountAgent
{
    private volatile bool isEndKnown;

    /// <summary>Whether the app knows that the account is no more. Told of one that was erased by this agent.</summary>
    public bool IsEndKnown => isEndKnown;

    /// <summary>
    /// Destroys the account: an app that knows it is told, and the keys are erased when it has heard. One that can't be
    /// told, or has never heard of it, isn't waited for.
    /// </summary>
    public async Task DestroyAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (record.State == AccountState.Contradicted || IsUnknownToApp())
                await EraseAsync(isKnown: false);
            else if (record.IsLive)
                Commit(RemoveRequests(), record with { State = AccountState.Destroying });
        }
        finally
        {
            gate.Release();
            context.Bulletin.Changed();
        }
    }

    /// <summary>Erases an account that was to be destroyed, whether or not the app has heard.</summary>
    public async Task GiveUpAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (record.State == AccountState.Destroying)
                await EraseAsync(isKnown: false);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Erases what another account has taken the place of, which the app has done too.</summary>
    public async Task RetireAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (record.State != AccountState.Destroyed)
                await EraseAsync(isKnown: true);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>
    /// An app that has neither been connected to nor got the id can't know it. One that is there, and doesn't speak of
    /// it although the offer is over, opened no account.
    /// </summary>
    private bool IsUnknownToApp() => record.State == AccountState.Opening && (IsConnected
        ? record.OfferExpires <= context.Clock.GetUtcNow() && appAccount.ClaimedLength is null
        : record.IsUnseen);

    private async Task RememberSeenAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (record.IsUnseen)
                Commit(new VaultBatch(), record with { IsUnseen = false });
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Tells the app that the account is no more; when it has heard, everything is erased.</summary>
    private async Task EndAsync()
    {
        var isTold = shelf.Log(record.Number).Any(entry =>
            entry is { Document: LogRecord.Own, Event: nameof(DestroyedAccount) });
        if (!isTold)
            await AppendAsync(new DestroyedAccount(), "", new VaultBatch());
        else if (appAccount.ClaimedLength >= appAccount.Length)
            await EraseAsync(isKnown: true);
    }

    /// <summary>
    /// Erases the keys, from the file too, and all that was read with them: what is left of the documents elsewhere
    /// can't be read any more. A line stays that tells that the account was there. By who has the gate.
    /// </summary>
    private async Task EraseAsync(bool isKnown)
    {
        await StopTalkingAsync();
        var tombstone = record with { State = AccountState.Destroyed, Alarm = null, FirstName = null };
        shelf.Vault.Commit(AccountShelf.Put(shelf.RemoveAllOf(record), tombstone)); // and writes the file anew
        isEndKnown = isKnown;
        record = tombstone;
        pair.Dispose();
        context.Bulletin.Changed();
    }
}
