namespace Gatehouse.Mail;

/// <summary>One mail to one recipient. <paramref name="Id"/> stays the same when the mail is sent again: it becomes the
/// Message-ID, by which mail systems recognise the second copy (GH-SEC-280). It is of letters, digits, <c>-</c>,
/// <c>_</c> and <c>.</c> only.</summary>
internal sealed record MailMessage(string Id, string To, string Subject, string Text, string Html)
{
    // Subject and bodies hold one-time links; the address is personal. Only the id may reach a log.
    public override string ToString() => $"mail {Id}";
}
