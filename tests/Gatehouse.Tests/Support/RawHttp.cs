using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gatehouse.Tests.Support;

/// <summary>Bytes as an attacker sends them: a client library would mend or refuse what is not HTTP.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Sends the bytes and reads one answer; null when the server hangs up without one.</summary>
    /// <param name="hangUp">Says no more afterwards, so that nobody waits for the rest of what was cut off.</param>
    public static async Task<Answer?> SendAsync(Uri address, byte[] request, bool hangUp = false)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, address.Port, limit.Token);
        client.NoDelay = true;
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(request, limit.Token);
            if (hangUp)
                client.Client.Shutdown(SocketShutdown.Send);
            return await ReadAnswerAsync(stream, limit.Token);
        }
        catch (IOException)
        {
            return null; // reset: the server had enough
        }
    }

    public static Task<Answer?> SendAsync(Uri address, string request) =>
        SendAsync(address, Encoding.UTF8.GetBytes(request));

    /// <summary>A well-formed request with a body in one piece; headers as <c>Name: value</c>.</summary>
    public static Task<Answer?> SendAsync(Uri address, string method, string path, string? json, params string[] headers)
    {
        var body = json is null ? [] : Encoding.UTF8.GetBytes(json);
        string[] own = json is null ? [] : ["Content-Type: application/json", $"Content-Length: {body.Length}"];
        var head = Head(address, method, path, [.. own, .. headers]);
        return SendAsync(address, [.. head, .. body]);
    }

    /// <summary>The same with a body in chunks of this size, without a length.</summary>
    public static Task<Answer?> SendChunkedAsync(Uri address, string path, byte[] body, int size)
    {
        var request = new List<byte>(Head(
            address, "POST", path, ["Content-Type: application/json", "Transfer-Encoding: chunked"]));
        foreach (var chunk in body.Chunk(size))
        {
            request.AddRange(Encoding.ASCII.GetBytes(chunk.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"));
            request.AddRange([.. chunk, .. "\r\n"u8]);
        }
        request.AddRange("0\r\n\r\n"u8);
        return SendAsync(address, [.. request]);
    }

    private static byte[] Head(Uri address, string method, string path, string[] headers) => Encoding.UTF8.GetBytes(
        $"{method} {path} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n"
        + string.Concat(headers.Select(header => header + "\r\n")) + "\r\n");

    private static async Task<Answer?> ReadAnswerAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(chunk, cancellationToken)) > 0)
        {
            buffer.Write(chunk, 0, read);
            if (Parse(Text(buffer), ended: false) is { } answer)
                return answer;
        }
        return Parse(Text(buffer), ended: true);
    }

    private static string Text(MemoryStream buffer) => Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);

    /// <param name="ended">Nothing more comes: an answer to HEAD tells a length and has no body.</param>
    private static Answer? Parse(string text, bool ended)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return null;
        var lines = text[..end].Split("\r\n");
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2))
            .GroupBy(pair => pair[0], pair => pair.Length > 1 ? pair[1] : "", StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => (IReadOnlyList<string>)[.. group], StringComparer.OrdinalIgnoreCase);
        var status = (HttpStatusCode)int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        var answer = new Answer(status, headers, text[(end + 4)..]);
        var length = answer.Header("Content-Length") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : 0;
        return ended || Encoding.UTF8.GetByteCount(answer.Body) >= length ? answer : null;
    }
}
