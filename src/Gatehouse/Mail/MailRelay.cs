using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Mail.Smtp;
using Gatehouse.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Mail;

/// <summary>
/// Empties the outbox: claims what is due, composes it, hands it to the mail server, and deletes the row only after the
/// server has accepted. Killed at any point it loses nothing; the one thing SMTP can't exclude is a second copy when the
/// process dies between the server's acceptance and the deletion, and that copy has the same Message-ID.
/// </summary>
internal sealed partial class MailRelay(
    Database database, Outbox outbox, IEnumerable<IMailKind> kinds, GatehouseSettings settings, TimeProvider clock,
    ILogger<MailRelay> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ClaimFor = TimeSpan.FromMinutes(10); // longer than the slowest delivery takes
    private static readonly TimeSpan ClaimForKeeping = TimeSpan.FromSeconds(15); // the dev mailbox is no further than the database
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(15);

    private readonly Dictionary<string, IMailKind> byName = kinds.ToDictionary(kind => kind.Name, StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var released = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!released && database.Kind == "sqlite")
                    await database.TransactAsync(db => Outbox.ReleaseAllAsync(db, clock.NowMicros()), stoppingToken);
                released = true;
                await SendDueAsync(stoppingToken);
                await outbox.WaitForNewsAsync(LookEvery, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // the relay must outlive whatever one round meets (GH-SEC-249)
            catch (Exception exception)
#pragma warning restore CA1031
            {
                log.RelayFailed(exception);
                await Task.Delay(LookEvery, CancellationToken.None);
            }
        }
    }

    /// <summary>Sends what is due now; returns how many mails it took on.</summary>
    public async Task<int> SendDueAsync(CancellationToken cancellationToken)
    {
        await using var client = settings.Mail.Smtp is { } smtp ? new SmtpClient(smtp, Sender(), clock) : null;
        var handled = 0;
        while (await ClaimNextAsync(cancellationToken) is { } mail)
        {
            handled++;
            try
            {
                if (client is null)
                    await KeepAsync(mail, cancellationToken);
                else if (await SendAsync(client, mail, cancellationToken) is SmtpResult.Deferred)
                    break; // perhaps the server is down: the others needn't wait for the same timeout, one after the other
            }
            catch (Exception exception) when (exception is not (StoreUnavailableException or OperationCanceledException))
            {
                // Whatever it is about this mail, the next one has nothing to do with it (GH-SEC-283).
                log.MailFailed(exception, mail.Id, mail.Kind, mail.Tries);
                await database.TransactAsync(db => DeferAsync(db, mail, exception.GetType().Name), CancellationToken.None);
            }
        }
        return handled;
    }

    /// <summary>One at a time, so that a claim never runs out while others before it are being sent.</summary>
    private async Task<OutboxMail?> ClaimNextAsync(CancellationToken cancellationToken)
    {
        var now = clock.NowMicros();
        if (await database.ReadAsync(Outbox.NextDueAsync, cancellationToken) is not { } due || due > now)
            return null;
        var length = settings.Mail.Smtp is null ? ClaimForKeeping : ClaimFor;
        var claimed = await database.TransactAsync(
            db => Outbox.ClaimAsync(db, now, now + UnixMicros.Of(length), most: 1), cancellationToken);
        return claimed.Count > 0 ? claimed[0] : null;
    }

    /// <summary>Without a mail server the dev mailbox is the delivery: composed, kept and done in one transaction.</summary>
    private async Task KeepAsync(OutboxMail mail, CancellationToken cancellationToken)
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
    }

    private async Task<SmtpResult?> SendAsync(SmtpClient client, OutboxMail mail, CancellationToken cancellationToken)
    {
        var composed = await database.TransactAsync(db => ComposeAsync(db, mail), cancellationToken);
        if (composed is null)
        {
            await database.TransactAsync(db => Outbox.DeleteAsync(db, mail.Id), cancellationToken);
            log.MailDropped(mail.Id, mail.Kind);
            GatehouseMeter.MailHandled("dropped");
            return null;
        }
        var message = new MailMessage(mail.Id, composed.To, composed.Subject, composed.Text, composed.Html);
        var result = await client.SendAsync(message, cancellationToken);
        // The server has answered: what it said is written down even while we are stopping.
        await database.TransactAsync(db => NoteAsync(db, mail, composed, result), CancellationToken.None);
        return result;
    }

    private async Task NoteAsync(Db db, OutboxMail mail, ComposedMail composed, SmtpResult result)
    {
        var now = clock.NowMicros();
        switch (result)
        {
            case SmtpResult.Accepted:
                if (settings.Development)
                    await DevMailbox.KeepAsync(db, mail.Id, composed, now);
                await Outbox.DeleteAsync(db, mail.Id);
                log.MailSent(mail.Id, mail.Kind);
                GatehouseMeter.MailHandled("sent");
                break;
            case SmtpResult.Rejected rejected:
                await Outbox.BuryAsync(db, mail.Id, now, rejected.Reply);
                log.MailRejected(mail.Id, mail.Kind, rejected.Code);
                GatehouseMeter.MailHandled("rejected");
                break;
            case SmtpResult.Deferred deferred:
                await DeferAsync(db, mail, deferred.Reason);
                break;
        }
    }

    /// <summary>Later again, or never when the link in it would be dead by now.</summary>
    private async Task DeferAsync(Db db, OutboxMail mail, string reason)
    {
        var now = clock.NowMicros();
        if (now - mail.CreatedAt > UnixMicros.Of(settings.Verification.LinkLifetime))
        {
            await Outbox.BuryAsync(db, mail.Id, now, reason);
            log.MailGivenUp(mail.Id, mail.Kind, mail.Tries);
            GatehouseMeter.MailHandled("given_up");
            return;
        }
        await Outbox.PostponeAsync(db, mail.Id, now + UnixMicros.Of(BackOff(mail.Tries)), reason);
        log.MailDeferred(mail.Id, mail.Kind, mail.Tries, Address().Replace(reason, "***"));
        GatehouseMeter.MailHandled("deferred");
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
