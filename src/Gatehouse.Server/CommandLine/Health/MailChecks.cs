using Gatehouse.Mail;
using Gatehouse.Mail.Smtp;
using Gatehouse.Storage;

namespace Gatehouse.Server.CommandLine.Health;

/// <summary>Whether mails go out. Greets the mail server and logs in, and sends nothing.</summary>
internal static class MailChecks
{
    private static readonly TimeSpan LongWait = TimeSpan.FromMinutes(30); // longer than the relay's longest pause

    public static Task<Check> ServerAsync(Patient patient, CancellationToken cancellationToken)
    {
        const string Name = "smtp";
        if (patient.HasFault("Mail:Smtp"))
            return Task.FromResult(Check.Skipped(Name, "see settings"));
        if (patient.Settings.Mail.Smtp is not { } smtp)
            return Task.FromResult(Check.Ok(Name, "none: mails stay in /dev/mail"));
        const string Advice = "check Gatehouse:Mail:Smtp, and that this machine may reach the mail server";
        return Check.ExamineAsync(Name, Advice, async token =>
        {
            try
            {
                await using var session = await SmtpSession.OpenAsync(smtp, TimeProvider.System, token);
                return Check.Ok(Name, $"{smtp} answers{(smtp.User is null ? "" : " and takes the login")}");
            }
            catch (SmtpConnectionException exception)
            {
                return Check.Mend(Name, $"{smtp}: {exception.Message}", Advice);
            }
        }, cancellationToken);
    }

    public static Task<Check> OutboxAsync(Patient patient, CancellationToken cancellationToken) => Check.ExamineAsync(
        "outbox", "look at the database", async token =>
        {
            var count = await patient.House.Database.ReadAsync(Outbox.CountAsync, token);
            if (count.Dead > 0)
            {
                return Check.Mend("outbox", $"{count.Dead} mails were given up",
                    "gatehouse mail list --dead, then gatehouse mail retry");
            }
            var now = patient.Clock.NowMicros();
            var waits = UnixMicros.ToSpan(now - (count.OldestWaiting ?? now));
            if (waits <= LongWait && count.Total >= OutboxWatch.Long)
                return Check.Warn("outbox", $"{count.Total} mails wait", "look at the mail server, and at the disk: they lie there");
            return waits > LongWait
                ? Check.Mend("outbox", $"{count.Total} mails wait, the oldest for {waits.TotalMinutes:0} minutes",
                    "gatehouse mail list tells why; a server must be running")
                : Check.Ok("outbox", $"{count.Total} mails wait");
        }, cancellationToken);
}
