using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Mail.Smtp;
using Gatehouse.Storage;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Mail;

/// <summary>
/// Delivers one claimed row, whoever claimed it: composes the mail, hands it to the mail server, and writes down what
/// became of it. Promises: the row is deleted only after the server has accepted, and nothing is sent for a row that is
/// somebody else's by then. What SMTP can't exclude is a second copy, under the same Message-ID, when the process dies or
/// stands still between the server's acceptance and the deletion.
/// </summary>
internal sealed partial class MailDelivery(
    Database database, IEnumerable<IMailKind> kinds, GatehouseSettings settings, TimeProvider clock,
    ILogger<MailDelivery> log)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan StorePause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, IMailKind> byName = kinds.ToDictionary(kind => kind.Name, StringComparer.Ordinal);

    /// <summary>For a batch of mails, one after the other; null where the dev mailbox is the delivery.</summary>
    public SmtpClient? NewClient() => settings.Mail.Smtp is { } smtp ? new SmtpClient(smtp, Sender(), clock) : null;

    /// <summary>Never throws for what is wrong with this mail: the next one has nothing to do with it (GH-SEC-283).</summary>
    /// <param name="cancellationToken">Gives a mail up that is being sent; what a server has said is noted all the same.</param>
    public async Task<Delivered> DeliverAsync(SmtpClient? client, OutboxMail mail, CancellationToken cancellationToken)
    {
        try
        {
            if (client is null)
                return await KeepAsync(mail, cancellationToken);
            return await SendAsync(client, mail, cancellationToken);
        }
        catch (Exception exception) when (exception is not (StoreUnavailableException or OperationCanceledException))
        {
            log.MailFailed(exception, mail.Id, mail.Kind, mail.Tries);
            await DeferAsync(mail, exception.GetType().Name, cancellationToken);
            return Delivered.Failed;
        }
    }

    /// <summary>Without a mail server the dev mailbox is the delivery: composed, kept and done in one transaction.</summary>
    private async Task<Delivered> KeepAsync(OutboxMail mail, CancellationToken cancellationToken)
    {
        var kept = await database.TransactAsync(async db =>
        {
            var composed = await ComposeAsync(db, mail);
            if (composed is not null)
                await DevMailbox.KeepAsync(db, mail.Id, composed, clock.NowMicros());
            await Outbox.DeleteAsync(db, mail.Id);
            return composed is not null;
        }, cancellationToken);
        if (kept)
            log.MailKept(mail.Id, mail.Kind);
        else
            log.MailDropped(mail.Id, mail.Kind);
        GatehouseMeter.MailHandled(kept ? "kept" : "dropped");
        return Delivered.Done;
    }

    private async Task<Delivered> SendAsync(SmtpClient client, OutboxMail mail, CancellationToken cancellationToken)
    {
        var (isOurs, composed) = await database.TransactAsync(
            async db => await Outbox.IsOursAsync(db, mail) ? (true, await ComposeAsync(db, mail)) : (false, null), cancellationToken);
        if (!isOurs)
            return Delivered.Done; // we were away for so long that somebody else has taken it up
        if (composed is null)
        {
            await WriteDownAsync(db => Outbox.DeleteAsync(db, mail.Id), cancellationToken);
            log.MailDropped(mail.Id, mail.Kind);
            GatehouseMeter.MailHandled("dropped");
            return Delivered.Done;
        }
        var message = new MailMessage(mail.Id, composed.To, composed.Subject, composed.Text, composed.Html);
        switch (await client.SendAsync(message, cancellationToken))
        {
            case SmtpResult.Rejected rejected:
                await WriteDownAsync(db => Outbox.BuryAsync(db, mail, clock.NowMicros(), rejected.Reply), cancellationToken);
                log.MailRejected(mail.Id, mail.Kind, rejected.Code);
                GatehouseMeter.MailHandled("rejected");
                return Delivered.Done;
            case SmtpResult.Deferred deferred:
                await DeferAsync(mail, deferred.Reason, cancellationToken);
                return Delivered.Deferred;
            default:
                await WriteDownAsync(db => FinishAsync(db, mail, composed), cancellationToken);
                log.MailSent(mail.Id, mail.Kind);
                GatehouseMeter.MailHandled("sent");
                return Delivered.Done;
        }
    }

    private async Task FinishAsync(Db db, OutboxMail mail, ComposedMail composed)
    {
        if (settings.Development)
            await DevMailbox.KeepAsync(db, mail.Id, composed, clock.NowMicros());
        await Outbox.DeleteAsync(db, mail.Id);
    }

    /// <summary>Later again, or never when the link in it would be dead by now.</summary>
    private async Task DeferAsync(OutboxMail mail, string reason, CancellationToken cancellationToken)
    {
        var now = clock.NowMicros();
        if (now - mail.CreatedAt > UnixMicros.Of(settings.Verification.LinkLifetime))
        {
            await WriteDownAsync(db => Outbox.BuryAsync(db, mail, now, reason), cancellationToken);
            log.MailGivenUp(mail.Id, mail.Kind, mail.Tries);
            GatehouseMeter.MailHandled("given_up");
            return;
        }
        var dueAt = now + UnixMicros.Of(BackOff(mail.Tries));
        await WriteDownAsync(db => Outbox.PostponeAsync(db, mail, dueAt, reason), cancellationToken);
        log.MailDeferred(mail.Id, mail.Kind, mail.Tries, Address().Replace(reason, "***"));
        GatehouseMeter.MailHandled("deferred");
    }

    /// <summary>
    /// The server has answered: what it said is written down even while we are stopping, and however long the database is
    /// away. Giving up would send an accepted mail again.
    /// </summary>
    private async Task WriteDownAsync(Func<Db, Task> work, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await database.TransactAsync(work, CancellationToken.None);
                return;
            }
            catch (StoreUnavailableException) when (!stopping.IsCancellationRequested)
            {
                await Task.Delay(StorePause, CancellationToken.None);
            }
        }
    }

    private Task<ComposedMail?> ComposeAsync(Db db, OutboxMail mail) => byName.TryGetValue(mail.Kind, out var kind)
        ? kind.ComposeAsync(db, mail)
        : throw new NotSupportedException($"No such kind of mail: {mail.Kind}. A newer node may know it.");

    private MailSender Sender() => MailSender.TryParse(settings.Mail.From, out var sender)
        ? sender
        : throw new InvalidOperationException("Mail:From was checked at start.");

    /// <summary>Doubling, with a fifth of jitter so that many mails deferred together don't come back together.</summary>
    private static TimeSpan BackOff(long tries)
    {
        var wait = FirstRetry * Math.Pow(2, Math.Min(tries - 1, 10));
        wait = wait > LongestRetry ? LongestRetry : wait;
        return wait * (1 + (RandomNumberGenerator.GetInt32(200) / 1000.0));
    }

    // Servers like to repeat the recipient in what they say; it must not reach a log.
    [GeneratedRegex(@"\S+@\S+", RegexOptions.NonBacktracking)]
    private static partial Regex Address();
}

/// <summary>What became of a mail; in every case it is written down.</summary>
internal enum Delivered
{
    /// <summary>Sent, kept, dropped, or refused for good: not to be taken up again.</summary>
    Done,

    /// <summary>Later again. Perhaps the mail server is down.</summary>
    Deferred,

    /// <summary>Later again: it could not be made, which tells nothing about others.</summary>
    Failed,
}
