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
    private const string NewPassword = "another long passphrase";
    private readonly string folder = Directory.CreateTempSubdirectory("gatehouse-crash-").FullName;
    private readonly ConcurrentDictionary<string, Promise> customers = new(StringComparer.Ordinal);

    /// <summary>How far a customer came, by the answers they got.</summary>
    private enum Progress
    {
        SignedUp,
        Verified,
        LoggedIn,
        PasswordChanged,
        EmailChanged,
        Deleted,
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    [Meets("GH-SEC-210", "GH-SEC-278", "GH-SEC-281", "GH-SEC-306", "GH-SEC-311")]
    public async Task Killed_at_any_moment_it_keeps_its_word()
    {
        var random = new Lcg(20301);
        for (var round = 0; round < Rounds; round++)
        {
            await using var server = await StartAsync();
            using var killed = new CancellationTokenSource();
            var work = Enumerable.Range(0, Customers).Select(i => DriveAsync(server, round, i, killed.Token)).ToArray();
            await Task.Delay(300 + random.Next(900));
            if (round == 0)
                await UntilEachFlowWasAnsweredAsync();
            await server.KillAsync();
            await killed.CancelAsync();
            await Task.WhenAll(work);
        }

        await using var after = await StartAsync();
        foreach (var (email, promise) in customers)
            await AssertKeptAsync(after, email, promise);
        await AssertNothingIsHalfDoneAsync();
    }

    private Task<ServerProcess> StartAsync() => ServerProcess.StartReadyAsync(
        folder, ServerProcess.FreePort(), "Development", "Passwords:MemoryKiB=8", "Passwords:Iterations=1", "RateLimits:Enabled=false");

    private async Task UntilEachFlowWasAnsweredAsync()
    {
        Progress[] last = [Progress.PasswordChanged, Progress.EmailChanged, Progress.Deleted];
        for (var tries = 0; tries < 1000 && last.Except(customers.Values.Select(promise => promise.Progress)).Any(); tries++)
            await Task.Delay(20);
        Assert.Empty(last.Except(customers.Values.Select(promise => promise.Progress)));
    }

    private async Task DriveAsync(ServerProcess server, int round, int customer, CancellationToken killed)
    {
        try
        {
            for (var i = 0; !killed.IsCancellationRequested; i++)
            {
                var email = string.Create(CultureInfo.InvariantCulture, $"r{round}c{customer}n{i}@example.com");
                var cookie = await JoinAsync(server, email, killed);
                var opened = await server.PostAsync(
                    "/api/auth/account/open", App.Json(("password", App.Password)), killed, cookie);
                opened.IsOk();
                (string, string)[] inside = [cookie, ("Account-Grant", opened.Text("grant")!)];
                await (((customer + i) % 3) switch
                {
                    0 => ChangePasswordAsync(server, email, inside, killed),
                    1 => ChangeEmailAsync(server, email, inside, killed),
                    _ => DeleteAsync(server, email, inside, killed),
                });
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            // killed: what was not answered was not promised
        }
    }

    /// <summary>Signs up, verifies, logs in; the cookie of the login.</summary>
    private async Task<(string, string)> JoinAsync(ServerProcess server, string email, CancellationToken killed)
    {
        var credentials = App.Json(("email", email), ("password", App.Password));
        (await server.PostAsync("/api/auth/signup", credentials, killed)).IsOk();
        customers[email] = new Promise(Progress.SignedUp, [(email, App.Password)], [], []);
        var token = await LinkAsync(server, email, killed);
        var verified = await server.PostAsync(
            $"/api/auth/mail/verify/{token}", App.Json(("password", App.Password), ("user_name", "Me")), killed);
        verified.IsOk();
        customers[email] = customers[email] with { Progress = Progress.Verified, Live = [CookieOf(verified)] };
        var loggedIn = await server.PostAsync("/api/auth/login", credentials, killed);
        loggedIn.IsOk();
        customers[email] = customers[email] with
        {
            Progress = Progress.LoggedIn,
            Live = [CookieOf(verified), CookieOf(loggedIn)],
        };
        return CookieOf(loggedIn);
    }

    private async Task ChangePasswordAsync(
        ServerProcess server, string email, (string, string)[] inside, CancellationToken killed)
    {
        var before = customers[email];
        customers[email] = before with { Logins = [.. before.Logins, (email, NewPassword)], Live = [] };
        var changed = await server.PostAsync(
            "/api/auth/account/password", App.Json(("password", NewPassword)), killed, inside);
        changed.IsOk();
        customers[email] = new Promise(
            Progress.PasswordChanged, [(email, NewPassword)], [CookieOf(changed)], before.Live);
    }

    private async Task ChangeEmailAsync(
        ServerProcess server, string email, (string, string)[] inside, CancellationToken killed)
    {
        var next = "next-" + email;
        (await server.PostAsync("/api/auth/account/email", App.Json(("email", next)), killed, inside)).IsOk();
        var token = await LinkAsync(server, next, killed);
        var before = customers[email];
        customers[email] = before with { Logins = [.. before.Logins, (next, App.Password)], Live = [inside[0]] };
        (await server.PostAsync($"/api/auth/account/email/{token}", "{}", killed)).IsOk();
        customers[email] = new Promise(Progress.EmailChanged, [(next, App.Password)], [inside[0]], [before.Live[0]]);
    }

    private async Task DeleteAsync(
        ServerProcess server, string email, (string, string)[] inside, CancellationToken killed)
    {
        var before = customers[email];
        customers[email] = before with { Live = [], MayBeGone = true };
        (await server.SendAsync(HttpMethod.Delete, "/api/auth/account", null, killed, inside)).IsOk();
        customers[email] = new Promise(Progress.Deleted, [], [], before.Live);
    }

    private static async Task AssertKeptAsync(ServerProcess server, string email, Promise promise)
    {
        foreach (var cookie in promise.Live)
            (await server.GetAsync("/api/auth/session", cookie)).IsOk();
        foreach (var cookie in promise.Ended)
            (await server.GetAsync("/api/auth/session", cookie)).IsProblem(401, "unauthenticated");
        if (promise.Progress == Progress.SignedUp)
        {
            await AssertLinkWorksAsync(server, email);
            return;
        }
        var statuses = new List<HttpStatusCode>();
        foreach (var (address, password) in promise.Logins.Append((email, App.Password)))
            statuses.Add((await LogInAsync(server, address, password)).Status);
        // The last one is how it was at first: good no more once a change was answered, else one of the two is.
        var good = statuses[..^1].Count(status => status == HttpStatusCode.OK);
        Assert.True(
            good == 1 || (good == 0 && (promise.MayBeGone || promise.Progress == Progress.Deleted)),
            $"{email}, {promise.Progress}: {string.Join(' ', statuses)}");
        if (promise.Progress > Progress.LoggedIn)
            Assert.Equal(HttpStatusCode.Unauthorized, statuses[^1]);
    }

    /// <summary>A verification whose answer got lost may have happened; else the sign-up waits for its link.</summary>
    private static async Task AssertLinkWorksAsync(ServerProcess server, string email)
    {
        var login = await LogInAsync(server, email, App.Password);
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
            "SELECT count(*) FROM grants WHERE account_id NOT IN (SELECT account_id FROM sessions)",
            "SELECT count(*) FROM one_time_links WHERE purpose = 'verify' AND account_id IN (SELECT id FROM accounts WHERE verified_at IS NOT NULL)",
            "SELECT count(*) FROM one_time_links WHERE account_id NOT IN (SELECT id FROM accounts)",
            "SELECT count(*) FROM email_changes WHERE account_id NOT IN (SELECT id FROM accounts)",
            "SELECT count(*) FROM accounts WHERE id NOT IN (SELECT account_id FROM security_events WHERE type = 'signed_up')",
            "SELECT count(*) FROM mail_outbox WHERE dead_at IS NOT NULL",
            "SELECT count(*) FROM (SELECT recipient FROM dev_mails GROUP BY recipient, kind HAVING count(*) > 1)",
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

    private static Task<Answer> LogInAsync(ServerProcess server, string email, string password) =>
        server.PostAsync("/api/auth/login", App.Json(("email", email), ("password", password)), CancellationToken.None);

    private static (string, string) CookieOf(Answer answer) => ("Cookie", "gatehouse=" + answer.Cookie("gatehouse"));

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

    /// <summary>What a customer was told, and so may rely on.</summary>
    /// <param name="Logins">One of them works; several while a change was asked for and not answered.</param>
    /// <param name="Live">Cookies that open the door, and</param>
    /// <param name="Ended">cookies that must not any more.</param>
    private sealed record Promise(
        Progress Progress, IReadOnlyList<(string Email, string Password)> Logins, IReadOnlyList<(string, string)> Live,
        IReadOnlyList<(string, string)> Ended)
    {
        /// <summary>The deletion was asked for and not answered.</summary>
        public bool MayBeGone { get; init; }
    }
}
