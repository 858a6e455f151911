namespace Gatehouse.Mail.Smtp;

/// <summary>What became of one mail. The texts come from the server: they are cut to printable ASCII, but may quote
/// the recipient's address, so they are for the operator's eyes and not for the log.</summary>
internal abstract record SmtpResult
{
    private SmtpResult() { }

    /// <summary>The server has taken responsibility for the mail (RFC 5321, 6.1).</summary>
    internal sealed record Accepted(string Reply) : SmtpResult;

    /// <summary>This mail will never be taken; sending it again is of no use.</summary>
    internal sealed record Rejected(int Code, string Reply) : SmtpResult;

    /// <summary>Not now: the server is busy, away, or not set up as our settings say. Worth another try.</summary>
    internal sealed record Deferred(string Reason) : SmtpResult;
}
