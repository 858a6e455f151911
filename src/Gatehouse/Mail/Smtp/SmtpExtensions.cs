namespace Gatehouse.Mail.Smtp;

/// <summary>What the server can do, of what we ask for (RFC 5321, 4.1.1.1).</summary>
internal sealed record SmtpExtensions(bool StartTls, bool AuthPlain, bool AuthLogin, bool Size, bool Utf8)
{
    public static SmtpExtensions None { get; } = new(false, false, false, false, false);

    public static SmtpExtensions Of(SmtpReply ehlo)
    {
        var offers = ehlo.Lines.Skip(1).Select(line => line.ToUpperInvariant().Split(' ')).ToList();
        var mechanisms = offers.Where(offer => offer[0] is "AUTH").SelectMany(offer => offer.Skip(1)).ToList();
        return new SmtpExtensions(
            StartTls: Offers("STARTTLS"),
            AuthPlain: mechanisms.Contains("PLAIN"),
            AuthLogin: mechanisms.Contains("LOGIN"),
            Size: Offers("SIZE"),
            Utf8: Offers("SMTPUTF8"));

        bool Offers(string keyword) =>
            offers.Exists(offer => string.Equals(offer[0], keyword, StringComparison.Ordinal));
    }
}
