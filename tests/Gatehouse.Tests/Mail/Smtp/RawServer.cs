using System.Net;
using System.Net.Sockets;
using System.Text;
using Gatehouse.Mail.Smtp;

namespace Gatehouse.Tests.Mail.Smtp;

/// <summary>A server that says what a test tells it to, by the rules or not.</summary>
internal sealed class RawServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public RawServer() => listener.Start();

    public SmtpSettings Settings(SmtpSecurity security = SmtpSecurity.None, string? user = null) =>
        new("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, user, user is null ? null : "secret", security);

    /// <summary>Takes one connection, plays the script, and returns all that the client said.</summary>
    public async Task<string> ServeAsync(Func<Conversation, Task> script)
    {
        using var socket = await listener.AcceptSocketAsync();
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var conversation = new Conversation(stream, reader);
        try
        {
            await script(conversation);
            while (await conversation.ReadLineAsync() is not null)
            {
                // until the client hangs up
            }
        }
        catch (IOException)
        {
            // the client hung up while we were talking
        }

        return conversation.Heard;
    }

    public void Dispose() => listener.Dispose();

    internal sealed class Conversation(NetworkStream stream, StreamReader reader)
    {
        private readonly StringBuilder heard = new();

        public string Heard => heard.ToString();

        public async Task SayAsync(string text) => await stream.WriteAsync(Encoding.UTF8.GetBytes(text));

        public async Task<string?> ReadLineAsync()
        {
            var line = await reader.ReadLineAsync();
            heard.Append(line).Append('\n');
            return line;
        }

        public async Task HearAsync(string start) =>
            Assert.StartsWith(start, await ReadLineAsync(), StringComparison.Ordinal);

        /// <summary>DATA and all that follows.</summary>
        public async Task HearMailAsync()
        {
            await HearAsync("DATA");
            await SayAsync("354 go\r\n");
            while (await ReadLineAsync() is not ("." or null))
            {
                // the mail
            }
        }

        public void HangUp() => stream.Socket.Shutdown(SocketShutdown.Send);

        /// <summary>Greeting and EHLO.</summary>
        public async Task OpenAsync(string extensions = "250 raw\r\n")
        {
            await SayAsync("220 raw\r\n");
            await HearAsync("EHLO [127.0.0.1]");
            await SayAsync(extensions);
        }
    }
}
