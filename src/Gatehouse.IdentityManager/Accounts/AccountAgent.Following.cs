using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Network;
using Gatehouse.IdentityManager.Requests;
using Gatehouse.IdentityManager.Vault;
using Gatehouse.Jlinx;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Jlinx.Envelopes;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.IdentityManager.Accounts;

// What the app writes, block by block. Each block's effects and the number of the next one are one record in the vault.
internal sealed partial class AccountAgent
{
    /// <summary>However long an app's request is valid by its own words, by ours it isn't longer.</summary>
    private static readonly TimeSpan LongestRequest = TimeSpan.FromMinutes(2);

    /// <summary>How long the app's clock is taken to be what it was asked for, and what has gone by since.</summary>
    private static readonly TimeSpan ClockHolds = TimeSpan.FromMinutes(1);

    private async Task FollowAsync()
    {
        while (record.IsLive && !stopping.IsCancellationRequested)
        {
            var block = await appUser.GetAsync(record.Handled, stopping.Token);
            // What it says of our own document can't be judged before all of that is here.
            while (record.IsLive && !IsInSync)
                await Task.Delay(AgentContext.LooksEvery, context.Clock, stopping.Token);
            await gate.WaitAsync(stopping.Token);
            try
            {
                await LearnOwnAsync();
                if (record.IsLive)
                    await HandleAsync(record.Handled, block);
            }
            finally
            {
                gate.Release();
            }
            context.Bulletin.Changed();
        }
    }

    private async Task HandleAsync(ulong index, ReadOnlyMemory<byte> block)
    {
        var next = record with { Handled = index + 1 };
        if (index == 0)
        {
            if (await appUser.HasBeenAsync(record.Ref()))
                Commit(new VaultBatch(), next);
            else
                await ContradictAsync("The app's document isn't the one that was accepted.");
            return;
        }
        if (pair.IsBeyond(block.Span))
        {
            await ContradictAsync("The app writes with keys that this vault doesn't have. 'jlinx recover' helps.");
            return;
        }
        if (!pair.TryOpen(index, block.Span, out var json, out var keys)
            || !DocumentEvent.TryRead(json, DocType.AppUser, out var told))
        {
            Commit(new VaultBatch(), next, keys); // malformed: it has no effect
            return;
        }
        var hash = Multibase.Format(Labels.Block(block.Span));
        switch (told.Body)
        {
            case AccountOpened opened:
                await OnOpenedAsync(opened, told, next, keys, hash);
                break;
            case SessionRequested asked:
                await OnRequestedAsync(asked, told, next, keys, hash);
                break;
            case SecurityEvent happened:
                var words = Words(happened.Event, happened.Detail, happened.Browser);
                Commit(LogTold(told, index, hash, words), next, keys);
                break;
            case RedeemedOnetimeLoginLink redeemed:
                OnRedeemed(redeemed, told, next, keys, hash);
                break;
            case Rekey offered:
                OnRekey(offered, told, next, keys, hash);
                break;
            case DestroyedAccount:
                await EraseAsync(isKnown: true);
                break;
            default:
                Commit(LogTold(told, index, hash, "of a kind that isn't known here"), next, keys);
                break;
        }
    }

    private async Task OnOpenedAsync(
        AccountOpened opened, DocumentEvent told, AccountRecord next, PairState keys, string hash)
    {
        if (opened.Account.Id.Key != appAccount.Key || !await appAccount.HasBeenAsync(opened.Account.Head))
        {
            await ContradictAsync("The app says that it opened the account for another document than ours.");
            return;
        }
        if (next.State == AccountState.Opening)
            next = next with { State = AccountState.Open, Renewed = context.Clock.GetUtcNow() };
        Commit(LogTold(told, record.Handled, hash, ""), next, keys);
    }

    private async Task OnRequestedAsync(
        SessionRequested asked, DocumentEvent told, AccountRecord next, PairState keys, string hash)
    {
        if (!await appAccount.HasBeenAsync(asked.Head))
        {
            await ContradictAsync("The app has seen another history of our document than ours.");
            return;
        }
        var batch = LogTold(told, record.Handled, hash, Words(
            asked.IsNewPlace ? "from a new place" : "from a known place", asked.Browser,
            asked.Origin == record.AtOrigin() ? "" : "for another origin: ignored"));
        if (asked.Origin != record.AtOrigin() || record.State == AccountState.Destroying)
        {
            Commit(batch, next, keys);
            return;
        }
        AccountShelf.Remove(batch, shelf.Requests(record.Number)); // the older ones
        var now = context.Clock.GetUtcNow();
        // What looks old may be a clock that is ahead: the app knows when it is.
        var left = asked.Expires - (asked.Expires > now ? now : await ReadAppTimeAsync() ?? now);
        var expires = AppTime.Plus(now, left < LongestRequest ? left : LongestRequest);
        var request = new RequestRecord(
            told.Id, record.Number, record.Origin, record.Name, hash, Multibase.Format(asked.Nonce), asked.Expires,
            asked.Code, asked.Browser, asked.IsNewPlace, now, expires, Codes.Draw(asked.Code));
        var isOpen = expires > now;
        if (isOpen)
            AccountShelf.Put(batch, request);
        Commit(batch, next, keys);
        if (isOpen)
            context.Asked(request);
    }

    /// <summary>Asked for once, however many requests have piled up; also where there was no answer.</summary>
    private async Task<DateTimeOffset?> ReadAppTimeAsync()
    {
        if (clockReadAt is not { } readAt || context.Clock.GetElapsedTime(readAt) > ClockHolds)
        {
            readAt = context.Clock.GetTimestamp();
            (appTime, clockReadAt) = (await AskAppTimeAsync(), readAt);
        }
        // Whatever our own clock is set to meanwhile.
        return appTime is { } told ? AppTime.Plus(told, context.Clock.GetElapsedTime(readAt)) : null;
    }

    private async Task<DateTimeOffset?> AskAppTimeAsync()
    {
        using var origin = new AppOrigin(record.AtOrigin(), record.AllowsPrivate);
        try
        {
            await origin.ReadAsync(stopping.Token);
            return origin.Time;
        }
        catch (AppException)
        {
            return null;
        }
    }

    private void OnRedeemed(
        RedeemedOnetimeLoginLink redeemed, DocumentEvent told, AccountRecord next, PairState keys, string hash)
    {
        var token = Multibase.Format(redeemed.TokenHash);
        var isOurs = shelf.Log(record.Number).Any(entry =>
            entry is { Document: LogRecord.Own, Event: nameof(GeneratedOnetimeLoginLink) } && entry.Detail == token);
        if (!isOurs)
            next = next with { Alarm = "The app let somebody in by a login link that wasn't made here." };
        Commit(LogTold(told, record.Handled, hash, isOurs ? "" : "not one of ours"), next, keys);
    }

    private void OnRekey(Rekey offered, DocumentEvent told, AccountRecord next, PairState keys, string hash)
    {
        if (keys.TryTake(offered, out var taken)) // answered by the tending
            Commit(LogTold(told, record.Handled, hash, $"epoch {offered.Epoch}"), next, taken);
        else
            Commit(new VaultBatch(), next, keys); // out of turn: it has no effect
    }

    private VaultBatch LogTold(DocumentEvent told, ulong index, string hash, string detail) => AccountShelf.Put(
        new VaultBatch(),
        new LogRecord(
            record.Number, LogRecord.OfApp, index, hash, told.At, told.Body.Type, detail, context.Clock.GetUtcNow()));

    private static string Words(params ReadOnlySpan<string> words)
    {
        List<string> said = [];
        foreach (var word in words)
        {
            if (word.Length > 0)
                said.Add(word);
        }
        return string.Join(", ", said);
    }

    /// <summary>Changes what is stored, and then what is known. By who has the gate.</summary>
    private void Commit(VaultBatch batch, AccountRecord next, PairState? keys = null)
    {
        AccountShelf.Put(batch, next);
        if (keys is not null && !ReferenceEquals(keys, pair))
            AccountShelf.Put(batch, next.Number, keys);
        shelf.Vault.Commit(batch);
        Take(next, keys);
    }

    private void Take(AccountRecord next, PairState? keys)
    {
        record = next;
        if (keys is null || ReferenceEquals(keys, pair))
            return;
        pair.Dispose();
        pair = keys;
    }

    /// <summary>
    /// There are two histories: nothing is written from here on, and nothing taken of the app. By who has the gate.
    /// </summary>
    private async Task ContradictAsync(string alarm)
    {
        Commit(RemoveRequests(), record with { State = AccountState.Contradicted, Alarm = alarm });
        await StopTalkingAsync();
        context.Bulletin.Changed();
    }

    /// <summary>Nobody is let in any more.</summary>
    private VaultBatch RemoveRequests() => AccountShelf.Remove(new VaultBatch(), shelf.Requests(record.Number));
}
