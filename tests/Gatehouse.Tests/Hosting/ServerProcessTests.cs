using System.Net;
using System.Net.Sockets;
using System.Text;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Hosting;

/// <summary>The program as an operator starts it.</summary>
public sealed class ServerProcessTests : IDisposable
{
    private const string Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    private readonly string folder = Directory.CreateTempSubdirectory("gatehouse-server-").FullName;
    private readonly int port = ServerProcess.FreePort();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    [Meets("GH-SEC-123", "GH-SEC-258", "GH-SEC-259")]
    public async Task Bad_settings_end_it_with_one_message_and_exit_code_2()
    {
        await using var server = ServerProcess.Start(folder, port, "Production", "Sesions:MaxAge=1.00:00:00");

        Assert.Equal(2, await server.ExitAsync());

        Assert.StartsWith("Gatehouse can't start with these settings:\n  - Gatehouse:", server.Output.TrimStart(), StringComparison.Ordinal);
        foreach (var name in (string[])["PublicUrl", "Secrets:Key", "Mail:Smtp:Host", "Mail:From", "Sesions:MaxAge"])
            Assert.Contains($"  - Gatehouse:{name}: ", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder, "data")), "nothing is made before the settings are right");
    }

    [Fact]
    [Meets("GH-SEC-123")]
    public async Task In_development_it_needs_nothing_and_a_restart_loses_nothing()
    {
        string cookie;
        await using (var first = await ServerProcess.StartReadyAsync(folder, port, "Development"))
        {
            await first.PostAsync("/api/auth/signup", App.Json(("email", "alice@example.com"), ("password", App.Password)), default);
            var link = await LinkAsync(first, "alice@example.com");
            Assert.StartsWith($"http://127.0.0.1:{port}/auth/mail/verify/", link, StringComparison.Ordinal);
            var session = await first.PostAsync("/api/auth/mail/verify/" + link.Split('/')[^1],
                App.Json(("password", App.Password), ("user_name", "Alice")), default);
            session.IsOk();
            cookie = session.Cookie("gatehouse")!;
            Assert.Equal(0, await first.TerminateAsync());
        }
        var key = Path.Combine(folder, "data", "secret.key");
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        var secret = await File.ReadAllTextAsync(key);

        await using var second = await ServerProcess.StartReadyAsync(folder, port, "Development");

        (await second.GetAsync("/api/auth/session", ("Cookie", "gatehouse=" + cookie))).IsOk();
        Assert.Equal(secret, await File.ReadAllTextAsync(key));
        Assert.Equal("data/gatehouse.db data/secret.key", string.Join(' ', Directory.GetFiles(Path.Combine(folder, "data"))
            .Select(file => Path.GetRelativePath(folder, file)).Where(file => !file.EndsWith("-wal", StringComparison.Ordinal)
                && !file.EndsWith("-shm", StringComparison.Ordinal)).Order(StringComparer.Ordinal)));
    }

    /// <summary>A request is on its way when the service manager ends the process: it is still answered.</summary>
    [Fact]
    [Meets("GH-SEC-310")]
    public async Task What_has_begun_is_answered_before_it_ends()
    {
        await using var server = await ServerProcess.StartReadyAsync(folder, port, "Development");
        const string Body = """{"email":"late@example.com","password":"correct horse battery staple"}""";
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        using var reader = new StreamReader(client.GetStream());
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            "POST /api/auth/signup HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
            + $"Content-Length: {Body.Length}\r\nExpect: 100-continue\r\n\r\n"));
        // Whoever asks for the body has begun.
        Assert.StartsWith("HTTP/1.1 100", await reader.ReadLineAsync(), StringComparison.Ordinal);

        var ended = server.TerminateAsync();
        await Task.Delay(100);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(Body));

        Assert.Contains("HTTP/1.1 202", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await ended);
    }

    [Fact]
    [Meets("GH-SEC-246", "GH-SEC-260")]
    public async Task In_production_there_is_no_dev_mailbox()
    {
        await using var server = await ServerProcess.StartReadyAsync(folder, port, "Production",
            "PublicUrl=https://auth.example.com", $"Secrets:Key={Key}", "Mail:Smtp:Host=127.0.0.1", "Mail:Smtp:Port=1",
            "Mail:From=Door <door@example.com>", "Database=Data Source=production.db");
        (string, string) host = ("Host", "auth.example.com");

        foreach (var path in (string[])["/dev/mail.json", "/dev/mail", "/dev"])
            (await server.GetAsync(path, host)).IsProblem(404, "not_found");
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/readyz", host)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.GetAsync("/readyz", ("Host", "localhost"))).Status);
        var info = await server.GetAsync("/api/auth/info", host);
        Assert.True(info.Json.GetProperty("production").GetBoolean());
        Assert.StartsWith("global=", Assert.Single(info.SetCookies), StringComparison.Ordinal);
        Assert.Contains("; secure;", info.SetCookies[0], StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder, "data")));
    }

    [Theory]
    [InlineData("Database=Data Source=broken.db")]
    [InlineData("Database=Data Source=/proc/nowhere/gatehouse.db")]
    [InlineData("Database=Host=127.0.0.1;Port=1;Username=nobody")]
    public async Task A_database_that_cannot_be_used_is_said_so_and_ends_it(string setting)
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "broken.db"), new string('x', 8192));
        await using var server = ServerProcess.Start(folder, port, "Development", setting, $"Secrets:Key={Key}");

        Assert.Equal(2, await server.ExitAsync());

        Assert.Contains("Gatehouse can't start", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Meets("GH-SEC-123")]
    public async Task Another_secret_than_the_database_s_is_refused()
    {
        await using (var first = await ServerProcess.StartReadyAsync(folder, port, "Development", $"Secrets:Key={Key}"))
            await first.TerminateAsync();

        await using var second = ServerProcess.Start(
            folder, port, "Development", "Secrets:Key=AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA");

        Assert.Equal(2, await second.ExitAsync());
        Assert.Contains("Secrets:Key: the signing key", second.Output, StringComparison.Ordinal);
    }

    private static async Task<string> LinkAsync(ServerProcess server, string email)
    {
        for (var tries = 0; tries < 500; tries++)
        {
            var mails = (await server.GetAsync($"/dev/mail.json?to={email}")).Json.GetProperty("mails");
            if (mails.GetArrayLength() > 0)
                return mails[0].GetProperty("links")[0].GetString()!;
            await Task.Delay(10);
        }
        throw new TimeoutException("No mail came.");
    }
}
