namespace Gatehouse.Mail.Smtp;

/// <summary>
/// Sends mails one after the other over one connection, which it opens with the first, opens again when it broke, and
/// ends on disposal. Make one for each batch. Not for use by two callers at once.
/// </summary>
internal sealed class SmtpClient(SmtpSettings settings, MailSender from, TimeProvider time) : IAsyncDisposable
{
    private SmtpSession? session;

    /// <summary>Never throws for what a server or network does: that is <see cref="SmtpResult.Deferred"/>. A mail whose
    /// sending was cancelled or deferred may have arrived all the same; the copies share a Message-ID.</summary>
    public async Task<SmtpResult> SendAsync(MailMessage message, CancellationToken cancellationToken)
    {
        if (!SmtpAddress.TryParse(message.To, out var to))
            return new SmtpResult.Rejected(553, "The recipient is not an address we send to.");
        var mail = MimeWriter.Write(message, from, to, time.GetUtcNow());
        try
        {
            session = await ReuseAsync(cancellationToken)
                ?? await SmtpSession.OpenAsync(settings, time, cancellationToken);
            return await session.SendAsync(from.Address, to, mail, cancellationToken);
        }
        catch (SmtpConnectionException e)
        {
            HangUp();
            return new SmtpResult.Deferred(e.Message);
        }
        catch (OperationCanceledException)
        {
            HangUp(); // the server is somewhere in the middle of a mail
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (session is not null)
            await session.DisposeAsync();
        session = null;
    }

    private async Task<SmtpSession?> ReuseAsync(CancellationToken cancellationToken)
    {
        if (session is null || await session.TryResetAsync(cancellationToken))
            return session;
        HangUp();
        return null;
    }

    private void HangUp()
    {
        session?.Abort();
        session = null;
    }
}
