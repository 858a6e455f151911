using System.Net;
using System.Text;
using System.Text.Json;
using Dapper;
using Gatehouse.Tests.Support;
using Microsoft.Data.Sqlite;

namespace Gatehouse.Tests.Jlinx;

/// <summary>Which of the two processes is killed.</summary>
public enum Side
{
    Server,
    Program,
}

/// <summary>
/// The server and the customer's own program, both as they are shipped, each with what it keeps on disk: either may be
/// killed at any moment, and comes again on what it had written.
/// </summary>
internal sealed class KilledPair : IAsyncDisposable
{
    /// <summary>The program dials a server that was away again after up to a minute.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("gatehouse-");
    private readonly int port = ServerProcess.FreePort();
    private ServerProcess? server;

    public IdentityCommand Program { get; private set; } = null!;

    public static async Task<KilledPair> StartAsync()
    {
        var pair = new KilledPair { Program = await IdentityCommand.CreateAsync() };
        await pair.StartServerAsync();
        await pair.Program.ServeAsync();
        return pair;
    }

    public async Task KillAsync(Side side)
    {
        if (side == Side.Server)
        {
            await server!.DisposeAsync();
            await StartServerAsync();
        }
        else
        {
            await Program.KillAsync();
            await Program.ServeAsync();
        }
    }

    /// <summary>Kills one side while a command is carried out; how the command ended.</summary>
    public async Task<Said> KillDuringAsync(Side side, TimeSpan after, params string[] command)
    {
        using var running = Program.Begin(command);
        await Task.Delay(after);
        if (side == Side.Server)
        {
            await KillAsync(side);
            return await IdentityCommand.EndAsync(running);
        }
        await Program.KillAsync();
        var said = await IdentityCommand.EndAsync(running); // it may have taken the vault itself
        await Program.ServeAsync();
        return said;
    }

    /// <summary>Signs up by that browser, and is in; the account's number.</summary>
    public async Task<string> JoinAsync(PlainBrowser browser)
    {
        var offer = await browser.PostAsync("/api/auth/jlinx/signup", "{}");
        await Program.DoAsync("add", offer.Text("link")!, "--yes");
        Assert.Equal("approved", await browser.WaitAsync(offer));
        return (await Program.DoAsync("accounts")).EnumerateArray().Last().GetProperty("number").ToString();
    }

    /// <summary>Signs up by mail and password, as anybody does.</summary>
    public static async Task JoinByMailAsync(PlainBrowser browser)
    {
        const string Account = """{"email":"ada@example.com","password":"correct horse battery"}""";
        (await browser.PostAsync("/api/auth/signup", Account)).IsOk();
        JsonElement mails = default;
        await Eventually.TrueAsync(async () =>
        {
            mails = (await browser.GetAsync("/dev/mail.json?to=ada@example.com")).Json.GetProperty("mails");
            return mails.GetArrayLength() > 0;
        }, "a mail");
        var token = mails[0].GetProperty("links")[0].GetString()!.Split('/', '=')[^1];
        (await browser.PostAsync($"/api/auth/mail/verify/{token}", """{"password":"correct horse battery","user_name":"Ada"}""")).IsOk();
    }

    /// <summary>Waits until the program asks about the login that shows this code; the request's id.</summary>
    public async Task<string> RequestAsync(string code)
    {
        string? id = null;
        await Eventually.TrueAsync(async () =>
        {
            foreach (var request in (await Program.DoAsync("requests")).EnumerateArray())
            {
                if (request.GetProperty("codes").EnumerateArray().Any(each => each.GetString() == code))
                    id = request.GetProperty("id").GetString();
            }
            return id is not null;
        }, "a request", Patience);
        return id!;
    }

    public PlainBrowser NewBrowser() => new(new Uri(Address));

    /// <summary>One number out of the server's database.</summary>
    public async Task<long> CountAsync(string table, string where = "1 = 1")
    {
        Gatehouse.Storage.SystemSqlite.Bind();
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(folder.FullName, "data", "gatehouse.db")};Pooling=false");
        return await connection.ExecuteScalarAsync<long>($"SELECT count(*) FROM {table} WHERE {where}");
    }

    /// <summary>Each side says of so many accounts that all is well, and nobody has ever signed two histories.</summary>
    public async Task IsWholeAsync(int accounts = 1)
    {
        Assert.Equal(accounts, await CountAsync("accounts"));
        Assert.Equal(accounts, await CountAsync("identities"));
        Assert.Equal(accounts, await CountAsync("jlinx_pairs", "state = 'bound'"));
        Assert.Equal(0, await CountAsync("jlinx_pairs", "state = 'contradicted'"));
        Assert.Equal(0, await CountAsync("core_evidence"));
        await Eventually.TrueAsync(async () => (await StatesAsync()).Count(state => state == "Open") == accounts, "open accounts", Patience);
        var log = await Program.RunAsync("log", "--verify");
        Assert.True(log.Code == 0, log.Out + log.Error);
    }

    /// <summary>Where each account stands, as the program knows it.</summary>
    public async Task<string[]> StatesAsync() =>
        [.. (await Program.DoAsync("accounts")).EnumerateArray().Select(account => account.GetProperty("state").GetString()!)];

    public async ValueTask DisposeAsync()
    {
        await Program.DisposeAsync();
        if (server is not null)
            await server.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private string Address => $"http://127.0.0.1:{port}";

    private async Task StartServerAsync() => server = await ServerProcess.StartReadyAsync(
        folder.FullName, port, "Development", $"PublicUrl={Address}", "RateLimits:Enabled=false");
}

/// <summary>A browser that outlives the server: cookies, and no pages.</summary>
internal sealed class PlainBrowser : IDisposable
{
    private readonly HttpClient http;

    public PlainBrowser(Uri address)
    {
        http = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false })
        {
            BaseAddress = address,
        };
        http.DefaultRequestHeaders.Add("Origin", address.GetLeftPart(UriPartial.Authority));
    }

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, content: null, headers);

    public Task<Answer> PostAsync(string path, string json, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, new StringContent(json, Encoding.UTF8, "application/json"), headers);

    public Task<Answer> PostFormAsync(string path) =>
        SendAsync(HttpMethod.Post, path, new FormUrlEncodedContent([]));

    public Task<Answer> DeleteAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Delete, path, content: null, headers);

    /// <summary>What comes of a ticket, sooner or later.</summary>
    public async Task<string?> WaitAsync(Answer begun) => (await ComeAsync(begun)).Text("status");

    /// <summary>What comes of a ticket, sooner or later, with what it brings.</summary>
    public async Task<Answer> ComeAsync(Answer begun)
    {
        Answer? come = null;
        await Eventually.TrueAsync(async () =>
        {
            come = await GetAsync($"/api/auth/jlinx/tickets/{begun.Text("ticket")}?wait=25");
            return come.Text("status") != "pending";
        }, "an end of the ticket", KilledPair.Patience);
        return come!;
    }

    public async Task<bool> IsInAsync() => (await GetAsync("/api/auth/session")).Status == HttpStatusCode.OK;

    public void Dispose() => http.Dispose();

    private async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        using var response = await http.SendAsync(request);
        return await Answer.ReadAsync(response);
    }
}
