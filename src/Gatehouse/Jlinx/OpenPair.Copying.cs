using Gatehouse.Hypercore;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Sessions;
using Gatehouse.Storage;

namespace Gatehouse.Jlinx;

internal sealed partial class OpenPair
{
    private const int CopiesAtOnce = 50;

    /// <summary>
    /// Whether there may be something of the record to be copied, whatever has happened lately: it wasn't looked at here yet, or the
    /// last look did not come to its end.
    /// </summary>
    public bool OwesCopies { get; set; } = true;

    /// <summary>When it was last tried to copy it.</summary>
    public long CopyTriedAt { get; set; }

    /// <summary>Whose record it is, as soon as that was looked at.</summary>
    public string? AccountId { get; private set; }

    /// <summary>Its cores, as far as they are known.</summary>
    public IEnumerable<Core> Cores
    {
        get
        {
            yield return AppUser;
            if (appAccount is { } account)
                yield return account;
            if (author is { } did)
                yield return did;
        }
    }

    /// <summary>The AppAccount as it is held here. Null while nothing of it is.</summary>
    public async ValueTask<Head?> ReadAccountHeadAsync(CancellationToken cancellationToken) =>
        appAccount is null ? null : await appAccount.ReadHeadAsync(cancellationToken);

    /// <summary>
    /// Copies what has happened to the account, event by event, to where its owner has a signed copy of it.
    /// </summary>
    public async Task CopyRecordAsync(long until, CancellationToken cancellationToken)
    {
        if (await FindRowAsync(cancellationToken) is not { IsBound: true, AccountId: { } accountId } row)
            return;
        AccountId = accountId;
        OwesCopies = true;
        var due = await services.Database.ReadAsync(
            db => RecordCopies.ListAsync(db, accountId, row.LogRead, until, CopiesAtOnce), cancellationToken);
        var last = row.LogRead;
        foreach (var copied in due)
        {
            if (AppUser.Length >= MostBlocksWithLog)
                break;
            var first = last;
            var said = new SecurityEvent(
                copied.Type, UnixMicros.ToTime(copied.At), copied.Detail, ClientName.InWords(copied.UserAgent));
            if (!await AppendAsync(
                _ => new(new DocumentEvent(copied.Id, services.Clock.GetUtcNow(), said)),
                (db, _, _) => Pairs.TryMoveLogAsync(db, Id, first, copied.Id), cancellationToken))
            {
                return; // over, or another node copies it
            }
            last = copied.Id;
        }
        OwesCopies = due.Count == CopiesAtOnce && AppUser.Length < MostBlocksWithLog;
    }
}
