using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Gatehouse.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Tests.Support;

/// <summary>
/// The real server on a real socket and a real database; only the clock is the test's. Rate limits are off unless a test
/// turns them on, passwords cost next to nothing.
/// </summary>
internal sealed class App : IAsyncDisposable
{
    public const string Password = "correct horse battery staple";
    public const string Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    private const string Urls = "urls"; // the host's own setting, not below Gatehouse
    private static int customers;
    private readonly WebApplication server;
    private readonly bool ownsStore;

    private App(WebApplication server, Store store, bool ownsStore, FakeClock clock, LogSink logs)
    {
        (this.server, Store, this.ownsStore, Clock, Logs) = (server, store, ownsStore, clock, logs);
        Address = new Uri(server.Urls.First());
        Http = NewClient();
    }

    public Store Store { get; }

    public FakeClock Clock { get; }

    public LogSink Logs { get; }

    public Uri Address { get; }

    /// <summary>A client without a cookie jar: a test says itself what it sends.</summary>
    public HttpClient Http { get; }

    public IServiceProvider Services => server.Services;

    public static async Task<App> StartAsync(StoreKind kind, params (string Key, string Value)[] settings) =>
        await StartAsync(await Store.CreateAsync(kind), new FakeClock(), ownsStore: true, settings);

    /// <summary>With something of the product replaced: foreign providers, which are faked.</summary>
    public static async Task<App> StartAsync(StoreKind kind, Action<IServiceCollection> replace, params (string Key, string Value)[] settings) =>
        await StartAsync(await Store.CreateAsync(kind), new FakeClock(), ownsStore: true, settings, replace);

    /// <summary>At another time than the tests', for what goes by the world's clock.</summary>
    public static async Task<App> StartAtAsync(StoreKind kind, DateTimeOffset now, params (string Key, string Value)[] settings) =>
        await StartAsync(await Store.CreateAsync(kind), new FakeClock(now), ownsStore: true, settings);

    /// <summary>At an address that is known beforehand: the links in its mails lead to it, for a browser to follow.</summary>
    public static Task<App> StartReachableAsync(StoreKind kind, params (string Key, string Value)[] settings) =>
        StartReachableAsync(kind, _ => { }, settings);

    public static Task<App> StartReachableAsync(StoreKind kind, Action<IServiceCollection> replace, params (string Key, string Value)[] settings)
    {
        var address = $"http://127.0.0.1:{ServerProcess.FreePort()}";
        return StartAsync(kind, replace, [(Urls, address), ("PublicUrl", address), .. settings]);
    }

    /// <summary>A second node, or the same one after a restart, on a store that is there already.</summary>
    public static Task<App> StartOnAsync(Store store, FakeClock clock, params (string Key, string Value)[] settings) =>
        StartAsync(store, clock, ownsStore: false, settings);

    public static Task<App> StartOnAsync(
        Store store, FakeClock clock, Action<IServiceCollection> replace, params (string Key, string Value)[] settings) =>
        StartAsync(store, clock, ownsStore: false, settings, replace);

    /// <summary>Another application with Gatehouse in it, put together as its developer likes.</summary>
    public static async Task<App> EmbedAsync(
        StoreKind kind, Action<WebApplicationBuilder> add, Action<WebApplication> map, params (string Key, string Value)[] settings) =>
        await EmbedAsync(await Store.CreateAsync(kind), new FakeClock(), ownsStore: true, add, map, settings);

    public static Task<App> EmbedOnAsync(
        Store store, FakeClock clock, Action<WebApplicationBuilder> add, Action<WebApplication> map,
        params (string Key, string Value)[] settings) =>
        EmbedAsync(store, clock, ownsStore: false, add, map, settings);

    public HttpClient NewClient(DelegatingHandler? outer = null)
    {
        var handler = new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false };
        if (outer is not null)
            outer.InnerHandler = handler;
        return new HttpClient((HttpMessageHandler?)outer ?? handler) { BaseAddress = Address };
    }

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, null, headers);

    /// <param name="json">Sent as it stands; null sends no body.</param>
    public Task<Answer> PostAsync(string path, string? json, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, json, headers);

    public async Task<Answer> SendAsync(
        HttpMethod method, string path, string? json, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
            var type = headers.FirstOrDefault(header => header.Name == "Content-Type").Value ?? "application/json";
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }
        foreach (var (name, value) in headers.Where(header => header.Name != "Content-Type"))
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request);
        return await Answer.ReadAsync(response);
    }

    /// <summary>An address that no other test uses.</summary>
    public static string NewEmail() =>
        string.Create(CultureInfo.InvariantCulture, $"c{Interlocked.Increment(ref customers)}@example.com");

    /// <summary>Sends requests at the same time; the answers in the order of their numbers, from 0.</summary>
    public static Task<Answer[]> AtOnceAsync(int count, Func<int, Task<Answer>> send) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(send));

    /// <summary>The header of an API client.</summary>
    public static (string Name, string Value) Bearer(string token) => ("Authorization", "Bearer " + token);

    public Task<Answer> LogInAsync(string email, string password = Password, params (string Name, string Value)[] headers) =>
        PostAsync("/api/auth/login", Json(("email", email), ("password", password)), headers);

    public Task<Answer> VerifyAsync(string token, string password = Password, string userName = "Alice") =>
        PostAsync($"/api/auth/mail/verify/{token}", Json(("password", password), ("user_name", userName)));

    /// <summary>Asks for a reset link and returns its token.</summary>
    public async Task<string> ForgetPasswordAsync(string email)
    {
        var before = await TickAsync(email);
        (await PostAsync("/api/auth/passwd", Json(("email", email)))).IsOk();
        return (await MailAsync(email, before)).Token;
    }

    /// <summary>Signs up, takes the link out of the mail, verifies: a customer with an account, a user and a session.</summary>
    public async Task<Person> JoinAsync(string email = "alice@example.com", string password = Password, string userName = "Alice")
    {
        var token = await SignUpAsync(email, password);
        var verified = await VerifyAsync(token, password, userName);
        verified.IsOk();
        return new Person(this, email, password, verified.Cookie("gatehouse")!, verified.Json);
    }

    /// <summary>Signs up and returns the token of the link that was mailed.</summary>
    public async Task<string> SignUpAsync(string email = "alice@example.com", string password = Password)
    {
        var before = await TickAsync(email);
        var answer = await PostAsync("/api/auth/signup", Json(("email", email), ("password", password)));
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        return (await MailAsync(email, before)).Token;
    }

    /// <summary>The next mail to an address beyond those that a test has seen already.</summary>
    public async Task<ReceivedDevMail> MailAsync(string email, int seen = 0)
    {
        for (var tries = 0; tries < 3_000; tries++)
        {
            var mails = await MailsAsync(email);
            if (mails.Count > seen)
                return mails[^(seen + 1)];
            await Task.Delay(10);
        }
        throw new TimeoutException("No mail came.");
    }

    /// <summary>Lets a little time pass, so that what follows is newer than what was; the number of mails so far.</summary>
    public async Task<int> TickAsync(string email)
    {
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        return (await MailsAsync(email)).Count;
    }

    /// <summary>All mails to an address, newest first.</summary>
    public async Task<IReadOnlyList<ReceivedDevMail>> MailsAsync(string email)
    {
        var answer = await GetAsync($"/dev/mail.json?to={Uri.EscapeDataString(email)}");
        return [.. answer.Json.GetProperty("mails").EnumerateArray().Select(mail => new ReceivedDevMail(
            mail.GetProperty("kind").GetString()!, mail.GetProperty("to").GetString()!, mail.GetProperty("subject").GetString()!,
            mail.GetProperty("text").GetString()!, [.. mail.GetProperty("links").EnumerateArray().Select(link => link.GetString()!)]))];
    }

    /// <summary>Waits until every mail that was asked for has been sent or dropped.</summary>
    public async Task MailsSettledAsync()
    {
        for (var tries = 0; tries < 3_000; tries++)
        {
            if (await Store.CountAsync("mail_outbox") == 0)
                return;
            await Task.Delay(10);
        }
        throw new TimeoutException("The outbox did not empty.");
    }

    /// <summary>A JSON object of strings.</summary>
    public static string Json(params (string Name, string Value)[] members) => "{" + string.Join(',', members.Select(
        member => $"{Quote(member.Name)}:{Quote(member.Value)}")) + "}";

    public static string Quote(string text) => "\"" + JsonEncodedText.Encode(text) + "\"";

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await server.StopAsync();
        await server.DisposeAsync();
        if (ownsStore)
            await Store.DisposeAsync();
    }

    private static Task<App> StartAsync(
        Store store, FakeClock clock, bool ownsStore, (string Key, string Value)[] settings, Action<IServiceCollection>? replace = null) =>
        StartAsync(store, clock, ownsStore, settings, configure => ServerHost.Build(["--environment", "Development"], builder =>
        {
            configure(builder);
            replace?.Invoke(builder.Services);
        }));

    private static Task<App> EmbedAsync(
        Store store, FakeClock clock, bool ownsStore, Action<WebApplicationBuilder> add, Action<WebApplication> map,
        (string Key, string Value)[] settings) => StartAsync(store, clock, ownsStore, settings, configure =>
        {
            var builder = WebApplication.CreateBuilder(["--environment", "Development", "--hostBuilder:reloadConfigOnChange=false"]);
            configure(builder);
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false); // the host's own choice
            builder.AddGatehouse();
            add(builder);
            var app = builder.Build();
            map(app);
            return app;
        });

    private static async Task<App> StartAsync(
        Store store, FakeClock clock, bool ownsStore, (string Key, string Value)[] settings,
        Func<Action<WebApplicationBuilder>, WebApplication> build)
    {
        var logs = new LogSink();
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            [Urls] = "http://127.0.0.1:0",
            ["Gatehouse:PublicUrl"] = "http://localhost:8080",
            ["Gatehouse:Database"] = store.ConnectionString,
            ["Gatehouse:Secrets:Key"] = Key,
            ["Gatehouse:Passwords:MemoryKiB"] = "8",
            ["Gatehouse:Passwords:Iterations"] = "1",
            ["Gatehouse:RateLimits:Enabled"] = "false",
        };
        foreach (var (key, value) in settings)
            values[key == Urls ? key : "Gatehouse:" + key] = value;
        var built = build(builder =>
        {
            builder.Configuration.Sources.Clear();
            builder.Configuration.AddInMemoryCollection(values);
            builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock));
            builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(LogLevel.Debug);
        });
        await built.StartAsync();
        return new App(built, store, ownsStore, clock, logs);
    }
}

/// <summary>A mail as the dev mailbox shows it.</summary>
internal sealed record ReceivedDevMail(string Kind, string To, string Subject, string Text, IReadOnlyList<string> Links)
{
    /// <summary>The secret at the end of the mail's first link.</summary>
    public string Token => Links[0][(Links[0].LastIndexOf('/') + 1)..];
}

/// <summary>Everything that was logged, as text.</summary>
internal sealed class LogSink : ILoggerProvider
{
    private readonly ConcurrentQueue<string> lines = new();

    public string Text => string.Join('\n', lines);

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, lines);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{logLevel} {category} {eventId} {formatter(state, exception)} {exception}");
    }
}
