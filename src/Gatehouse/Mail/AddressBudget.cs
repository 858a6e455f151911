using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Storage;

namespace Gatehouse.Mail;

/// <summary>
/// How many mails of a kind an address gets, whoever asks and by whichever way: a stranger must not be able to fill a
/// mailbox. Taken when the mail is composed, because only then it is known which mail it is and to whom; the one who
/// asked is told the same either way. Counted in the transaction that composes: over all nodes, and neither lost with a
/// restart nor spent on a mail that was not made.
/// </summary>
internal sealed class AddressBudget(GatehouseSettings settings, LimitKeys keys, TimeProvider clock)
{
    /// <summary>False: no mail goes this time. A mail that was composed before has its place already.</summary>
    public async Task<bool> AllowsAsync(Db db, OutboxMail mail, string kind, string addressKey)
    {
        if (!settings.RateLimits.Enabled || !await Outbox.TryCountAsync(db, mail.Id))
            return true;
        var rule = settings.RateLimits.Rules[LimitName.Address];
        var key = keys.Of(new Budget(LimitName.Address, kind + " " + addressKey, rule));
        return await LimitRows.ChangeAsync(db, key, rule, clock, (stamps, now) => stamps.TryTake(rule, now)) is null;
    }
}
