using Gatehouse.Jlinx;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.IdentityManager.Accounts;

/// <summary>
/// An event as it was read or written, with the hash of its block: the keys of older epochs are erased, so the block
/// itself can't be read again.
/// </summary>
/// <param name="At">As its author says.</param>
/// <param name="Read">When it was read here; null of our own, and where a release before this one read it.</param>
internal sealed record LogRecord(
    int Account, string Document, ulong Index, string BlockHash, DateTimeOffset At, string Event, string Detail,
    DateTimeOffset? Read = null)
{
    public const string OfApp = "AppUser", Own = "AppAccount";

    /// <summary>Of an event that we wrote, in this block.</summary>
    public static LogRecord OfOwn(
        int account, ulong index, ReadOnlySpan<byte> block, DateTimeOffset at, string type, string detail) =>
        new(account, Own, index, Multibase.Format(Labels.Block(block)), at, type, detail);

    public string Place => $"log/{Account:d4}/{Index:x16}/{Document}";
}

/// <summary>A request that waits for an answer.</summary>
/// <param name="Expires">By our own clock: what the app says, and two minutes at most.</param>
/// <param name="Codes">Three in the order they are shown; the decoys were drawn once.</param>
internal sealed record RequestRecord(
    string Id, int Account, string Origin, string Name, string BlockHash, string Nonce, DateTimeOffset AppExpires,
    string Code, string Browser, bool IsNewPlace, DateTimeOffset At, DateTimeOffset Expires,
    IReadOnlyList<string> Codes)
{
    public string Place => PlaceOf(Account, Id);

    public static string PlaceOf(int account, string id) => $"request/{account:d4}/{id}";
}
