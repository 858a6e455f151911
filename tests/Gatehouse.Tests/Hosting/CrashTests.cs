using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Gatehouse.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Gatehouse.Tests.Hosting;

/// <summary>
/// SIGKILL at any moment: what was answered with success is there afterwards, who was told "check your email" gets the
/// mail, and nothing is half done.
/// </summary>
public sealed class CrashTests : IDisposable
{
    private const int Rounds = 4;
    private const int Customers = 4;
    private readonly string folder = Directory.CreateTempSubdirectory("gatehouse-crash-").FullName;
    private readonly ConcurrentDictionary<string, Progress> customers = new(StringComparer.Ordinal);

    /// <summary>How far a customer came, by the answers they got.</summary>
    private enum Progress
    {
        SignedUp,
        Verified,
        LoggedIn,
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Killed_at_any_moment_it_keeps_its_word()
    {
        var random = new Lcg(20301);
        var sessions = new ConcurrentQueue<string>();
        for (var round = 0; round < Rounds; round++)
        {
            await using var server = await StartAsync();
            using var killed = new CancellationTokenSource();
            var work = Enumerable.Range(0, Customers).Select(i => DriveAsync(server, $"r{round}c{i}", sessions, killed.Token)).ToArray();
            await Task.Delay(300 + random.Next(900));
            await server.KillAsync();
            await killed.CancelAsync();
            await Task.WhenAll(work);
        }

        await using var after = await StartAsync();
        Assert.NotEmpty(customers);
        Assert.Contains(Progress.LoggedIn, customers.Values);
        foreach (var (email, progress) in customers)
            await AssertKeptAsync(after, email, progress);
        foreach (var cookie in sessions)
            (await after.GetAsync("/api/auth/session", ("Cookie", "gatehouse=" + cookie))).IsOk();
        await AssertNothingIsHalfDoneAsync();
    }

    private Task<ServerProcess> StartAsync() => ServerProcess.StartReadyAsync(
        folder, ServerProcess.FreePort(), "Development", "Passwords:MemoryKiB=8", "Passwords:Iterations=1", "RateLimits:Enabled=false");

    private async Task DriveAsync(ServerProcess server, string name, ConcurrentQueue<string> sessions, CancellationToken killed)
    {
        try
        {
            for (var i = 0; !killed.IsCancellationRequested; i++)
            {
                var email = $"{name}n{i}@example.com";
                (await server.PostAsync("/api/auth/signup", App.Json(("email", email), ("password", App.Password)), killed)).IsOk();
                customers[email] = Progress.SignedUp;
                var token = await LinkAsync(server, email, killed);
                var verified = await server.PostAsync(
                    $"/api/auth/mail/verify/{token}", App.Json(("password", App.Password), ("user_name", "Me")), killed);
                verified.IsOk();
                customers[email] = Progress.Verified;
                sessions.Enqueue(verified.Cookie("gatehouse")!);
                var loggedIn = await server.PostAsync("/api/auth/login", App.Json(("email", email), ("password", App.Password)), killed);
                loggedIn.IsOk();
                customers[email] = Progress.LoggedIn;
                sessions.Enqueue(loggedIn.Cookie("gatehouse")!);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            // killed: what was not answered was not promised
        }
    }

    private static async Task AssertKeptAsync(ServerProcess server, string email, Progress progress)
    {
        var login = await server.PostAsync("/api/auth/login", App.Json(("email", email), ("password", App.Password)), default);
        if (progress != Progress.SignedUp)
        {
            login.IsOk();
            return;
        }
        // A verification whose answer got lost may have happened; otherwise the sign-up waits for its link.
        if (login.Status == HttpStatusCode.OK)
            return;
        login.IsProblem(403, "account_unverified");
        var token = await LinkAsync(server, email, default);
        (await server.PostAsync($"/api/auth/mail/verify/{token}", App.Json(("password", App.Password), ("user_name", "Me")), default)).IsOk();
    }

    private async Task AssertNothingIsHalfDoneAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "data", "gatehouse.db")};Pooling=false");
        await connection.OpenAsync();
        foreach (var rule in (string[])
        [
            "SELECT count(*) FROM accounts WHERE verified_at IS NOT NULL AND (SELECT count(*) FROM users WHERE account_id = accounts.id) <> 1",
            "SELECT count(*) FROM users WHERE account_id NOT IN (SELECT id FROM accounts WHERE verified_at IS NOT NULL)",
            "SELECT count(*) FROM sessions WHERE account_id NOT IN (SELECT id FROM accounts WHERE verified_at IS NOT NULL)",
            "SELECT count(*) FROM one_time_links WHERE account_id IN (SELECT id FROM accounts WHERE verified_at IS NOT NULL)",
            "SELECT count(*) FROM accounts WHERE id NOT IN (SELECT account_id FROM security_events WHERE type = 'signed_up')",
            "SELECT count(*) FROM mail_outbox WHERE dead_at IS NOT NULL",
            "SELECT count(*) FROM (SELECT recipient FROM dev_mails GROUP BY recipient HAVING count(*) > 1)",
            "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
            "SELECT count(*) FROM pragma_foreign_key_check",
        ])
        {
            await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the constants above
            command.CommandText = rule;
#pragma warning restore CA2100
            var broken = Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
            Assert.True(broken == 0, $"{broken} rows: {rule}");
        }
    }

    private static async Task<string> LinkAsync(ServerProcess server, string email, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < 300; tries++)
        {
            var mails = (await server.GetAsync($"/dev/mail.json?to={email}")).Json.GetProperty("mails");
            if (mails.GetArrayLength() > 0)
                return mails[0].GetProperty("links")[0].GetString()!.Split('/')[^1];
            await Task.Delay(15, cancellationToken);
        }
        throw new TimeoutException($"No mail came to {email}.");
    }
}
