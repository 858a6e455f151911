using System.Security.Cryptography.X509Certificates;

namespace Gatehouse.Mail.Smtp;

internal enum SmtpSecurity
{
    /// <summary>TLS from the first byte on port 465, else STARTTLS where the server offers it. Someone in between can
    /// hide the offer, and then reads the mails: for relays that are not known to have TLS.</summary>
    Auto,

    /// <summary>STARTTLS; without it nothing is sent.</summary>
    StartTls,

    /// <summary>TLS from the first byte (RFC 8314).</summary>
    Tls,

    /// <summary>No TLS, and so no login: for a relay on the same machine or a trusted network.</summary>
    None,
}

/// <summary>How to reach the mail server. With a <paramref name="User"/> TLS is required, whatever
/// <paramref name="Security"/> says: a password never crosses the network in the clear.</summary>
internal sealed record SmtpSettings(string Host, int Port, string? User, string? Password, SmtpSecurity Security)
{
    public const int ImplicitTlsPort = 465;

    /// <summary>Certificate authorities to trust in place of the machine's; null means the machine's. The
    /// certificate must be made out to <see cref="Host"/> either way.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    public bool StartsWithTls =>
        Security == SmtpSecurity.Tls || (Security == SmtpSecurity.Auto && Port == ImplicitTlsPort);

    // The generated one would print the password.
    public override string ToString() => $"smtp://{Host}:{Port} ({Security})";
}
