using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Jlinx.Envelopes;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;
using Gatehouse.Storage;

namespace Gatehouse.Jlinx;

// Promises: an offer is taken once, by a document that is proven by its author, refers to this very offer as it is, and was sealed
// for us by somebody who has seen the link (or was named in the very browser that began). Account, identity, invite, documents and
// the waiting ticket: all or nothing, in one transaction (GH-SEC-323, 325, 336).

/// <summary>Judges a stranger's document, and binds it to the offer that it takes.</summary>
internal static class AcceptAccount
{
    /// <summary>Null when nothing came of it; else the pair that is bound now.</summary>
    public static async Task<string?> TryAsync(
        Candidate candidate, OpenPair pair, PairServices services, CancellationToken cancellationToken)
    {
        var database = services.Database;
        var row = await database.ReadAsync(db => Pairs.FindAsync(db, pair.Id), cancellationToken);
        var namedFor = await database.ReadAsync(
            db => Hints.FindPairAsync(db, candidate.Key, services.Clock.NowMicros()), cancellationToken);
        if (row?.State != PairStates.Offered)
            return null;
        using var secrets = PairSecrets.Open(services.Box, row);
        var header = candidate.Header.Header;
        using var keys = secrets?.Offered is { } offered && header.Encryption is { } theirs
            ? PairState.Begin(Party.App, row.AppUserKey, candidate.Key, offered, theirs)
            : null;
        if (keys is null || Read(keys, candidate.Blocks) is not { } read)
            return null;
        Bytes32? secretHash = namedFor == row.Id ? null : new Bytes32(row.SecretHash);
        var fault = await Acceptance.CheckAccountAsync(
            candidate.Header, candidate.Did, read.Accepted, pair.AppUser, OwnDid.OriginOf(services.Settings), secretHash,
            cancellationToken);
        if (fault != PairFault.None)
        {
            services.Log.AccountRefused(fault);
            return null;
        }
        var replaced = header.Previous is { } previous
            ? await FindReplacedAsync(candidate, previous, services, cancellationToken)
            : null;
        if (header.Previous is not null && replaced is null)
            return null; // it succeeds nothing of ours, or may not
        var sealedKeys = PairSecrets.Seal(services.Box, row.Id, secrets!.Signer, read.Keys);
        var taken = new Taken(row, candidate, read.Name, sealedKeys, read.Count, replaced);
        var accepted = await candidate.SettleAsync((account, did) => database.TransactAsync(async db =>
        {
            if (!await NewIdentity.TryAddAsync(db, taken, services))
                return false;
            var now = services.Clock.NowMicros();
            return await SqlCoreStore.CommitAsync(db, candidate.Account.Key, account, now)
                && await SqlCoreStore.CommitAsync(db, candidate.Author.Key, did, now)
                ? true
                : throw new InvalidOperationException("A new document is in the database already.");
        }, cancellationToken), cancellationToken);
        return accepted ? row.Id : null;
    }

    /// <summary>What the first blocks say; null unless they begin with an acceptance.</summary>
    private static (AccountAccepted Accepted, string? Name, PairState Keys, ulong Count)? Read(
        PairState keys, IReadOnlyList<ReadOnlyMemory<byte>> blocks)
    {
        AccountAccepted? accepted = null;
        string? name = null;
        var state = keys;
        var index = 1UL;
        foreach (var block in blocks)
        {
            if (block.Length > DocumentLimits.BlockBytes || !state.TryOpen(index, block.Span, out var json, out var next)
                || !DocumentEvent.TryRead(json, DocType.AppAccount, out var found))
            {
                break;
            }
            if (index == 1 && found.Body is AccountAccepted first)
                accepted = first;
            else if (index > 1 && found.Body is SetProfile profile)
                name = profile.Name;
            else
                break; // read in its turn
            state = next;
            index++;
        }
        return accepted is null ? null : (accepted, name, state, index);
    }

    /// <summary>
    /// The pair whose owner has come back with the key that was set apart for that; null for anybody else.
    /// </summary>
    private static async Task<PairRow?> FindReplacedAsync(
        Candidate candidate, DocumentId previous, PairServices services, CancellationToken cancellationToken)
    {
        var row = await services.Database.ReadAsync(db => Pairs.FindByAppAccountAsync(db, previous.Key), cancellationToken);
        if (row?.AuthorKey is not { } author || row is not { State: PairStates.Bound or PairStates.Contradicted, IdentityId: not null })
            return null;
        var core = await Core.OpenAsync(new SqlCoreStore(services.Database, services.Clock), author, services.Clock, cancellationToken);
        return await Did.ReadAsync(core, cancellationToken) is { } earlier && candidate.Did.Succeeds(earlier) ? row : null;
    }
}

/// <summary>An offer that is being taken.</summary>
/// <param name="Read">Blocks of the AppAccount whose effects are done with it.</param>
/// <param name="Replaced">The pair that it comes in place of.</param>
internal sealed record Taken(PairRow Offer, Candidate Candidate, string? Name, byte[] Keys, ulong Read, PairRow? Replaced);
