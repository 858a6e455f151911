using Gatehouse.Http;

namespace Gatehouse.Mail;

/// <summary>
/// How many mails of a kind an address gets, whoever asks and by whichever way: a stranger must not be able to fill a
/// mailbox. Taken when the mail is composed, because only then it is known which mail it is and to whom; the one who
/// asked is told the same either way.
/// </summary>
internal sealed class AddressBudget(RateLimiter limiter)
{
    /// <summary>False: no mail goes this time. A mail that is tried again has its place already.</summary>
    public async Task<bool> AllowsAsync(OutboxMail mail, string kind, string addressKey) =>
        mail.Tries > 1
        || await limiter.TryTakeAsync(LimitName.Address, kind + " " + addressKey, CancellationToken.None) is null;
}
