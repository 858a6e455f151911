using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Gatehouse.Mail.Smtp;

/// <summary>
/// The wire: commands out, replies in. Promises: every step ends within its time limit, a reply is read into bounded
/// memory, a command is one line, and nothing read before the TLS handshake is believed after it.
/// All trouble, a 421 ("closing") included, is a <see cref="SmtpConnectionException"/>; the connection is then of no
/// further use and must be disposed.
/// </summary>
internal sealed class SmtpConnection : IDisposable
{
    // RFC 5321, 4.5.3.2 allows minutes for each. A server that slow is as good as away; the mail will be tried again.
    public static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10); // several lost SYN packets
    public static readonly TimeSpan ReplyLimit = TimeSpan.FromSeconds(30); // look-ups in block lists, greet delays

    // Longest, for the virus scanner: giving up after the server has said yes to itself makes a second copy.
    public static readonly TimeSpan DataLimit = TimeSpan.FromSeconds(120);

    private const int MaxLineBytes = 2048; // RFC 5321, 4.5.3.1.5 says 512; some servers say more
    private const int MaxReplyLines = 100; // EHLO lists some 20 extensions
    private const int ServiceClosing = 421;

    private readonly Socket socket;
    private readonly TimeProvider time;
    private readonly byte[] buffer = new byte[MaxLineBytes];
    private Stream stream;
    private int start;
    private int end;

    private SmtpConnection(Socket socket, TimeProvider time)
    {
        this.socket = socket;
        this.time = time;
        stream = new NetworkStream(socket, ownsSocket: true);
    }

    public bool IsEncrypted => stream is SslStream { IsEncrypted: true };

    public IPAddress LocalAddress => ((IPEndPoint)socket.LocalEndPoint!).Address;

    public static async Task<SmtpConnection> OpenAsync(
        string host, int port, TimeProvider time, CancellationToken cancellationToken)
    {
        var connecting = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            return await WithinAsync(ConnectLimit, ConnectAsync, time, cancellationToken);
        }
        catch
        {
            connecting.Dispose();
            throw;
        }

        async Task<SmtpConnection> ConnectAsync(CancellationToken token)
        {
            await connecting.ConnectAsync(host, port, token);
            return new SmtpConnection(connecting, time);
        }
    }

    public Task<SmtpReply> ReadReplyAsync(CancellationToken cancellationToken) =>
        WithinAsync(ReplyLimit, ReceiveAsync, time, cancellationToken);

    public Task<SmtpReply> CommandAsync(string command, CancellationToken cancellationToken) =>
        CommandAsync(command, ReplyLimit, cancellationToken);

    public Task<SmtpReply> CommandAsync(string command, TimeSpan limit, CancellationToken cancellationToken)
    {
        // What is put into commands has been parsed; a line end here is our bug, and would be a second command.
        if (command.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
            throw new ArgumentException("A command is one line.", nameof(command));
        return ExchangeAsync(Encoding.UTF8.GetBytes(command + "\r\n"), limit, cancellationToken);
    }

    /// <summary>Sends what follows DATA, its end included, and waits for the server's verdict.</summary>
    public Task<SmtpReply> DataAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        ExchangeAsync(DotStuffed(message.Span), DataLimit, cancellationToken);

    /// <summary>Shakes hands. Without <paramref name="roots"/> the machine's authorities are trusted.</summary>
    public async Task StartTlsAsync(string host, X509Certificate2Collection? roots, CancellationToken cancellationToken)
    {
        // Someone in the middle can append plain text to the answer to STARTTLS, to be taken for the server's first
        // words inside TLS (the attack of CVE-2011-0411, turned on the client).
        if (start != end)
            throw new SmtpConnectionException("The server went on talking in the clear after it agreed to TLS.");

        var tls = new SslStream(stream);
        stream = tls;
        var options = new SslClientAuthenticationOptions { TargetHost = host };
        if (roots is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck, // as without roots: the platform's default
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }

        await WithinAsync(ReplyLimit, ShakeHandsAsync, time, cancellationToken);

        async Task<bool> ShakeHandsAsync(CancellationToken token)
        {
            await tls.AuthenticateAsClientAsync(options, token);
            return tls.IsEncrypted;
        }
    }

    public void Dispose() => stream.Dispose();

    private Task<SmtpReply> ExchangeAsync(
        ReadOnlyMemory<byte> bytes, TimeSpan limit, CancellationToken cancellationToken)
    {
        return WithinAsync(limit, SendAndReceiveAsync, time, cancellationToken);

        async Task<SmtpReply> SendAndReceiveAsync(CancellationToken token)
        {
            await stream.WriteAsync(bytes, token);
            return await ReceiveAsync(token);
        }
    }

    private async Task<SmtpReply> ReceiveAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        int? code = null;
        while (true)
        {
            var line = await ReadLineAsync(cancellationToken);
            if (!TryParseLine(line, out var lineCode, out var isLast) || (code ??= lineCode) != lineCode)
                throw new SmtpConnectionException("The server's answer is not SMTP.");
            lines.Add(line.Length > 4 ? line[4..] : "");
            if (isLast)
                break;
            if (lines.Count == MaxReplyLines)
                throw new SmtpConnectionException($"The server's answer has more than {MaxReplyLines} lines.");
        }

        var reply = new SmtpReply(code.Value, lines);
        return code == ServiceClosing ? throw new SmtpConnectionException($"The server closed: {reply}") : reply;
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var length = buffer.AsSpan(start..end).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var line = Encoding.UTF8.GetString(buffer, start, length).TrimEnd('\r');
                start += length + 1;
                return line;
            }

            buffer.AsSpan(start..end).CopyTo(buffer);
            (start, end) = (0, end - start);
            if (end == buffer.Length)
                throw new SmtpConnectionException($"The server's answer has a line of more than {MaxLineBytes} bytes.");
            var read = await stream.ReadAsync(buffer.AsMemory(end), cancellationToken);
            if (read == 0)
                throw new SmtpConnectionException("The server hung up.");
            end += read;
        }
    }

    private static bool TryParseLine(string line, out int code, out bool isLast)
    {
        isLast = line.Length == 3 || (line.Length > 3 && line[3] == ' ');
        var isReply = line.Length >= 3 && (isLast || line[3] == '-');
        return int.TryParse(line.AsSpan(0, isReply ? 3 : 0), NumberStyles.None, CultureInfo.InvariantCulture, out code)
            && code is >= 200 and < 600;
    }

    // RFC 5321, 4.5.2: a line that starts with a dot gets a second one, so that only ours ends the mail.
    private static ReadOnlyMemory<byte> DotStuffed(ReadOnlySpan<byte> message)
    {
        var stuffed = new ArrayBufferWriter<byte>(message.Length + 64);
        while (!message.IsEmpty)
        {
            var lineEnd = message.IndexOf("\r\n"u8);
            var line = lineEnd < 0 ? message : message[..lineEnd];
            if (line.StartsWith((byte)'.'))
                stuffed.Write("."u8);
            stuffed.Write(line);
            stuffed.Write("\r\n"u8);
            message = lineEnd < 0 ? [] : message[(lineEnd + 2)..];
        }

        stuffed.Write(".\r\n"u8);
        return stuffed.WrittenMemory;
    }

    private static async Task<T> WithinAsync<T>(
        TimeSpan limit, Func<CancellationToken, Task<T>> step, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            return await step(either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SmtpConnectionException($"The server did not answer within {limit.TotalSeconds} s.", e);
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException)
        {
            throw new SmtpConnectionException(e.Message, e);
        }
    }
}
