using Gatehouse.IdentityManager.Accounts;
using Gatehouse.IdentityManager.Control;

namespace Gatehouse.IdentityManager.Desk;

/// <summary>Shows what is in the vault.</summary>
internal static class Looking
{
    /// <summary>What comes at once has about the time that it says.</summary>
    private static readonly TimeSpan WorthTelling = TimeSpan.FromMinutes(1);

    public static IReadOnlyList<AccountView> Accounts(DeskContext desk) =>
        [.. desk.Shelf.Accounts().Select(account => View(desk, account) with
        {
            Entries = desk.Shelf.LogLength(account.Number),
        })];

    public static async Task<Reply> LogAsync(DeskContext desk, Call call, CancellationToken cancellationToken)
    {
        IReadOnlyList<AccountRecord> accounts =
            call.Account is null ? desk.Shelf.Accounts() : [desk.Find(call.Account, mustLive: false)];
        List<LogView> shown = [];
        foreach (var account in accounts)
            shown.AddRange(await LogAsync(desk, account, call.Verifies, cancellationToken));
        return new Reply { Log = InOrder(shown) };
    }

    /// <summary>
    /// By when it was written or read here, and each document in its own order, whatever its author's or our own clock
    /// said: an app can't put what it did behind what we did.
    /// </summary>
    private static IReadOnlyList<LogView> InOrder(IEnumerable<LogView> entries)
    {
        var latest = new Dictionary<(int, string), DateTimeOffset>();
        List<(LogView Entry, DateTimeOffset At)> placed = [];
        foreach (var entry in entries)
        {
            var document = (entry.Account, entry.Document);
            var at = latest.GetValueOrDefault(document) is var before && before > entry.At ? before : entry.At;
            placed.Add((entry, latest[document] = at));
        }
        return [.. placed.OrderBy(each => each.At).Select(each => each.Entry)];
    }

    private static AccountView View(DeskContext desk, AccountRecord account) =>
        desk.Agents.Running(account.Number)?.View() ?? new AccountView(
            account.Number, account.Origin, account.Name, account.State, account.AppAccount, account.Did,
            account.Created, account.IsLive ? "not connected" : "over",
            account.Alarm ?? desk.Agents.FaultOf(account.Number) ?? AccountAgent.ExpiredOffer(account, desk.Clock),
            account.IsLive && desk.Shelf.Vault.IsCopy);

    private static DateTimeOffset? SaysOf(LogRecord entry) =>
        entry.Read is { } read && (entry.At - read).Duration() >= WorthTelling ? entry.At : null;

    private static async Task<IReadOnlyList<LogView>> LogAsync(
        DeskContext desk, AccountRecord account, bool verifies, CancellationToken cancellationToken)
    {
        var entries = desk.Shelf.Log(account.Number);
        IReadOnlyList<BlockCheck>? checks = null;
        if (verifies && entries.Count > 0 && account.State != AccountState.Destroyed)
        {
            var agent = await desk.Agents.StartAsync(account, cancellationToken);
            checks = await agent.VerifyAsync(entries, cancellationToken);
        }
        return [.. entries.Select((entry, at) => new LogView(
            account.Number, account.Origin, entry.Read ?? entry.At, SaysOf(entry), entry.Document, entry.Index,
            entry.Event, entry.Detail, checks?[at].Text, checks?[at].IsSound))];
    }
}
