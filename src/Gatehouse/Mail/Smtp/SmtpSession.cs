using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gatehouse.Mail.Smtp;

/// <summary>
/// One conversation: greeting, TLS, login, then any number of mails, one after the other.
/// Promises: a password is sent only inside TLS with a certificate made out to the host; what the server said before
/// TLS is forgotten; a mail counts as accepted only after the server's answer to its last line.
/// </summary>
internal sealed class SmtpSession(SmtpConnection connection) : IAsyncDisposable
{
    private const int AuthenticationRequired = 530;
    private const int TooBig = 552;
    private const int AddressNotAllowed = 553;

    private static readonly TimeSpan QuitLimit = TimeSpan.FromSeconds(2); // a courtesy: all mails are settled by then

    private SmtpExtensions extensions = SmtpExtensions.None;

    public static async Task<SmtpSession> OpenAsync(
        SmtpSettings settings, TimeProvider time, CancellationToken cancellationToken)
    {
        var session = new SmtpSession(
            await SmtpConnection.OpenAsync(settings.Host, settings.Port, time, cancellationToken));
        try
        {
            await session.StartAsync(settings, cancellationToken);
            if (settings.User is not null)
                await session.LogInAsync(settings.User, settings.Password ?? "", cancellationToken);
            return session;
        }
        catch
        {
            session.Abort();
            throw;
        }
    }

    public async Task<SmtpResult> SendAsync(
        SmtpAddress from, SmtpAddress to, ReadOnlyMemory<byte> mail, CancellationToken cancellationToken)
    {
        if (to.NeedsUtf8 && !extensions.Utf8)
            return new SmtpResult.Rejected(AddressNotAllowed, "The server takes no address outside ASCII (RFC 6531).");

        var size = extensions.Size ? string.Create(CultureInfo.InvariantCulture, $" SIZE={mail.Length}") : "";
        var utf8 = to.NeedsUtf8 ? " SMTPUTF8" : "";
        var sender = await connection.CommandAsync($"MAIL FROM:<{from}>{size}{utf8}", cancellationToken);
        if (sender.Code == TooBig)
            return Refusal(sender);
        if (!sender.IsPositive) // the sender is a setting: refusing it is no verdict on this mail
            return new SmtpResult.Deferred($"The sender was refused: {sender}");

        var recipient = await connection.CommandAsync($"RCPT TO:<{to}>", cancellationToken);
        if (!recipient.IsPositive)
            return Refusal(recipient);

        var go = await connection.CommandAsync("DATA", cancellationToken);
        if (go.Code != 354)
            return Refusal(go);

        var verdict = await connection.DataAsync(mail, cancellationToken);
        return verdict.IsPositive ? new SmtpResult.Accepted(verdict.ToString()) : Refusal(verdict);
    }

    /// <summary>Forgets a transaction that stopped half-way, and finds out whether the server is still there.</summary>
    public async Task<bool> TryResetAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await connection.CommandAsync("RSET", cancellationToken)).IsPositive;
        }
        catch (SmtpConnectionException)
        {
            return false;
        }
    }

    /// <summary>Hangs up without a word: for a conversation that is out of step.</summary>
    public void Abort() => connection.Dispose();

    public async ValueTask DisposeAsync()
    {
        try
        {
            await connection.CommandAsync("QUIT", QuitLimit, CancellationToken.None); // bounded by its own limit
        }
        catch (SmtpConnectionException)
        {
            // Servers that hang up without a good-bye are common, and nothing depends on it.
        }
        finally
        {
            connection.Dispose();
        }
    }

    private static SmtpResult Refusal(SmtpReply reply) => reply.Code is >= 500 and not AuthenticationRequired
        ? new SmtpResult.Rejected(reply.Code, reply.ToString())
        : new SmtpResult.Deferred(reply.ToString());

    private async Task StartAsync(SmtpSettings settings, CancellationToken cancellationToken)
    {
        if (settings.StartsWithTls)
            await connection.StartTlsAsync(settings.Host, settings.TrustedRoots, cancellationToken);
        Require(await connection.ReadReplyAsync(cancellationToken), 220, "The greeting");
        await SayHelloAsync(cancellationToken);
        if (connection.IsEncrypted || settings.Security == SmtpSecurity.None)
            return;

        if (extensions.StartTls)
        {
            Require(await connection.CommandAsync("STARTTLS", cancellationToken), 220, "STARTTLS");
            await connection.StartTlsAsync(settings.Host, settings.TrustedRoots, cancellationToken);
            await SayHelloAsync(cancellationToken);
        }
        else if (settings.Security == SmtpSecurity.StartTls)
        {
            throw new SmtpConnectionException("The server does not offer STARTTLS, which the settings require.");
        }
    }

    private async Task SayHelloAsync(CancellationToken cancellationToken)
    {
        var reply = await connection.CommandAsync($"EHLO {AddressLiteral(connection.LocalAddress)}", cancellationToken);
        Require(reply, 250, "EHLO");
        extensions = SmtpExtensions.Of(reply);
    }

    private async Task LogInAsync(string user, string password, CancellationToken cancellationToken)
    {
        if (!connection.IsEncrypted)
            throw new SmtpConnectionException("The connection is not encrypted: the password was not sent.");

        var reply = extensions switch
        {
            { AuthPlain: true } => await connection.CommandAsync(
                $"AUTH PLAIN {Base64($"\0{user}\0{password}")}", cancellationToken),
            { AuthLogin: true } => await AuthLoginAsync(user, password, cancellationToken),
            _ => throw new SmtpConnectionException("The server offers neither AUTH PLAIN nor AUTH LOGIN."),
        };
        Require(reply, 235, "The login");
    }

    private async Task<SmtpReply> AuthLoginAsync(string user, string password, CancellationToken cancellationToken)
    {
        Require(await connection.CommandAsync("AUTH LOGIN", cancellationToken), 334, "AUTH LOGIN");
        Require(await connection.CommandAsync(Base64(user), cancellationToken), 334, "The user name");
        return await connection.CommandAsync(Base64(password), cancellationToken);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static void Require(SmtpReply reply, int code, string what)
    {
        if (reply.Code != code)
            throw new SmtpConnectionException($"{what} was answered with {reply}");
    }

    // RFC 5321, 4.1.3. A container's host name means nothing outside; its address is at least valid.
    private static string AddressLiteral(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : new IPAddress(address.GetAddressBytes());
        return plain.AddressFamily == AddressFamily.InterNetworkV6 ? $"[IPv6:{plain}]" : $"[{plain}]";
    }
}
