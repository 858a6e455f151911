using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using Gatehouse.Http;
using Gatehouse.Tests.Support;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Http;

/// <summary>
/// Seeded nonsense at every endpoint there is, also by customers with all that opens doors: no answer is an error of
/// ours, the server lives, what is refused has changed nothing, and who took no part has what they had.
/// </summary>
public sealed partial class FuzzTests
{
    private const int WellFormed = 2400;
    private const int Malformed = 600;
    private const int OneByOne = 300;
    private const int Insiders = 24;

    private static readonly string[] Texts =
    [
        "", "x", "alice@example.com", "ALICE@example.com", "mallory@example.com", App.Password, "\u0000", "\n\r\t", "' OR 1=1 --", "%00%0d%0a",
        "../../etc/passwd", "<script>alert(1)</script>", "{{7*7}}", "\uFDFA\uFDFA", "a\u0301\u0345", "\u202Eevil", "\uFFFE", "\U0001F600", "null",
        "-1", "1e999", new string('A', 43), new string('B', 42) + "A", new string('z', 3000), "0190c0de-0000-7000-8000-000000000000",
        "\u0130\u0131\u212A@example.com", "open", "email", "password", "username", "delete", "google",
    ];

    private static readonly string[] Members =
    [
        "email", "username", "password", "user_name", "user_id", "name", "displayname", "invite", "config", "preferences", "token", "via",
        "action", "id", "return", "x",
    ];

    private static readonly string[] HeaderNames =
    [
        "Cookie", "Cookie", "Authorization", "Account-Grant", "Origin", "Sec-Fetch-Site", "Content-Type", "Content-Encoding", "Accept",
        "X-Forwarded-For", "X-Forwarded-Proto", "User-Agent", "If-None-Match", "Range", "Expect", "Access-Control-Request-Method", "Upgrade",
        "Transfer-Encoding", "Te", "Referer",
    ];

    private static readonly string[] HeaderValues =
    [
        "", "x", "gatehouse=x", "gatehouse={cookie}", "gatehouse={cookie}; gatehouse={cookie}", "gatehouse={device}", "gatehouse-device=x",
        "gatehouse-device={cookie}", "gatehouse-device={device}; gatehouse-device={device}", "gatehouse-grant=x", "gatehouse-grant={cookie}",
        "global={cookie}", "{grant}", "{cookie}", "Bearer x", "Bearer {cookie}", "Bearer {grant}", "Bearer {token}, {token}", "Bearer a.b.c",
        "null", "http://localhost:8080", "same-origin", "application/json", "text/plain", "gzip", "chunked", "100-continue", "bytes=0-1", "*",
        "websocket", "\u00ff\u00fe", "POST", "eyJhbGciOiJub25lIn0.e30.", "127.0.0.1, ::1", "https",
    ];

    // They end what the others still want to use, so they are seldom called with what makes them work.
    private static readonly string[] Enders =
    [
        "DELETE /api/auth/account", "DELETE /api/auth/account/sessions", "DELETE /api/auth/session", "POST /api/auth/logout",
        "POST /api/auth/reset", "POST /auth/reset", "POST /", "POST /api/auth/account/password", "POST /api/auth/login",
    ];

    [Theory]
    [Meets("GH-SEC-077", "GH-SEC-241", "GH-SEC-242")]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Nothing_that_anybody_sends_is_our_fault(int seed)
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, ("KnownProxies:0", "127.0.0.1"));
        var victim = await app.JoinAsync();
        var insiders = await Task.WhenAll(Enumerable.Range(0, Insiders).Select(_ => Insider.JoinAsync(app)));
        var before = await RowsAsync(app, victim);
        var random = new Lcg(seed);
        var routes = Routes(app);
        byte[] Next() => NearlyRight(random, routes, random.Pick(insiders));
        var requests = Enumerable.Range(0, WellFormed / 2).Select(_ => (Bytes: Next(), Broken: false))
            .Concat(Enumerable.Range(0, Malformed / 2).Select(_ => (Bytes: Broken(random, Next()), Broken: true)))
            .ToArray();

        var (answered, inside) = (0, 0);
        var faults = new ConcurrentQueue<string>();
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (request, _) =>
        {
            var answer = await RawHttp.SendAsync(app.Address, request.Bytes, hangUp: request.Broken);
            if (answer is not null && (int)answer.Status is >= 500 and not 505) // 505: another HTTP than 1.1
                faults.Enqueue($"{(int)answer.Status} for {Encoding.Latin1.GetString(request.Bytes)}");
            if (answer is null || request.Broken)
                return;
            Interlocked.Increment(ref answered);
            if (IsOfSettings(request.Bytes) && (int)answer.Status is not (401 or 403 or 405 or 415))
                Interlocked.Increment(ref inside);
        });

        Assert.True(faults.IsEmpty, $"seed {seed}: {string.Join("\n\n", faults.Take(3))}");
        // All of them on a machine with time; the test would prove nothing if the server hung up on most.
        Assert.True(answered > WellFormed / 2 * 0.9, $"only {answered} were answered");
        Assert.True(inside > 25, $"only {inside} came past the door of the settings");
        Assert.DoesNotContain("RequestFailed", app.Logs.Text, StringComparison.Ordinal);
        (await app.GetAsync("/readyz")).IsOk();
        Assert.Equal(before, await RowsAsync(app, victim));
        (await victim.GetAsync("/api/auth/session")).IsOk();
        await victim.LogInAsync();
    }

    [Fact]
    [Meets("GH-SEC-083")]
    public async Task What_is_refused_inside_the_settings_has_changed_nothing()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, ("KnownProxies:0", "127.0.0.1"));
        var random = new Lcg(3);
        var routes = Routes(app).Where(
            route => route.Method == "PATCH" || route.Path.Contains("/account/", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(routes);
        var insider = await Insider.JoinAsync(app);
        var before = await RowsAsync(app, insider.Person);
        var refused = 0;
        for (var i = 0; i < OneByOne; i++)
        {
            var request = NearlyRight(random, routes, insider);
            var answer = await RawHttp.SendAsync(app.Address, request);
            var after = await RowsAsync(app, insider.Person);
            if (answer is null || (int)answer.Status >= 400)
            {
                Assert.True(before == after, $"{answer?.Status} for {Encoding.Latin1.GetString(request)}");
                refused++;
            }
            else if ((await insider.Person.GetAsync("/api/auth/account", ("Account-Grant", insider.Grant))).Code is not null)
            {
                insider = await Insider.JoinAsync(app); // it has ended its own session
                after = await RowsAsync(app, insider.Person);
            }
            before = after;
        }
        Assert.True(refused > OneByOne / 4, $"only {refused} were refused");
    }

    private static async Task<string> RowsAsync(App app, Person person) => (string)(await app.Store.AskAsync($"""
        SELECT email || ' ' || coalesce(username, '-') || ' ' || config || ' ' || epoch || ' ' || password_hash
            || ' ' || (SELECT group_concat(id || name || preferences) FROM users WHERE account_id = accounts.id)
            || ' ' || (SELECT count(*) FROM email_changes WHERE account_id = accounts.id)
        FROM accounts WHERE id = '{person.AccountId}'
        """) ?? "gone");

    private static Route[] Routes(App app) =>
    [
        .. app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<EndpointRules>() is not null)
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Select(
                method => new Route(
                    method,
                    "/" + endpoint.RoutePattern.RawText!.TrimStart('/'),
                    endpoint.Metadata.GetMetadata<EndpointRules>()!.Page))),
    ];

    private static bool IsOfSettings(byte[] request) =>
        request.AsSpan()[..Math.Min(request.Length, 60)].IndexOf("/api/auth/account"u8) > 0;

    private static byte[] NearlyRight(Lcg random, Route[] routes, Insider insider)
    {
        var (method, path, page) = random.Pick(routes);
        var ends = Enders.Contains($"{method} {path}", StringComparer.Ordinal);
        if (random.Next(10) == 0)
            method = random.Pick(["POST", "GET", "PATCH", "PUT", "OPTIONS", "HEAD", "post", "FOO"]);
        string[] places = [.. Texts, insider.Person.UserId, insider.Person.SessionId];
        path = Parameter().Replace(path, _ => Uri.EscapeDataString(random.Pick(places)));
        if (random.Next(6) == 0)
        {
            path += "?" + random.Pick(
                ["to=%00", "to=" + Uri.EscapeDataString(random.Pick(Texts)), "to=a&to=b", "=&=", "%", "wait=x", "limit=-1", "limit=1&limit=1", "before=%00", "return=//x"]);
        }
        var body = method == "GET" && random.Next(10) > 0 ? [] : page ? Form(random) : Body(random);
        var head = $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
        if (body.Length > 0)
            head += $"Content-Type: {TypeOf(random, page)}\r\nContent-Length: {body.Length}\r\n";
        if (random.Next(40) < (ends ? 1 : 32))
            head += insider.Headers(bearer: random.Next(3) == 0);
        for (var headers = random.Next(4) - 1; headers > 0; headers--)
            head += $"{random.Pick(HeaderNames)}: {insider.Fill(random.Pick(HeaderValues))}\r\n";
        return [.. Encoding.UTF8.GetBytes(head + "\r\n"), .. body];
    }

    private static string TypeOf(Lcg random, bool page) => random.Next(12) == 0
        ? random.Pick(["text/plain", "application/json; charset=utf-16", "multipart/form-data", "application/x-www-form-urlencoded"])
        : page ? "application/x-www-form-urlencoded" : "application/json";

    private static byte[] Form(Lcg random)
    {
        var fields = Enumerable.Range(0, random.Next(6))
            .Select(_ => $"{random.Pick(Members)}={Uri.EscapeDataString(random.Pick(Texts))}");
        return Mutated(random, Encoding.UTF8.GetBytes(string.Join('&', fields)));
    }

    /// <summary>Members at random, or all that any call asks for with one of them wrong.</summary>
    private static byte[] Body(Lcg random)
    {
        if (random.Next(2) == 0)
        {
            var members = Enumerable.Range(0, random.Next(5)).Select(_ => $"\"{random.Pick(Members)}\":{Value(random, 0)}");
            return Mutated(random, Encoding.UTF8.GetBytes("{" + string.Join(',', members) + "}"));
        }
        var right = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["email"] = App.Quote(App.NewEmail()), ["password"] = App.Quote(App.Password), ["user_name"] = "\"Al\"", ["name"] = "\"Al\"",
            ["username"] = App.Quote("u" + App.NewEmail().Split('@')[0]), ["config"] = "{\"a\":1}", ["preferences"] = "{}",
        };
        right[random.Pick(Members)] = Value(random, 0);
        var all = right.Select(pair => $"\"{pair.Key}\":{pair.Value}");
        return Mutated(random, Encoding.UTF8.GetBytes("{" + string.Join(',', all) + "}"));
    }

    private static string Value(Lcg random, int depth) => random.Next(12) switch
    {
        0 => "null",
        1 => "true",
        2 => random.Pick(["0", "-1", "1e999", "1.5", "99999999999999999999"]),
        3 when depth < 6 => "[" + Value(random, depth + 1) + "," + Value(random, depth + 1) + "]",
        4 when depth < 6 => $"{{\"{random.Pick(Members)}\":{Value(random, depth + 1)}}}",
        5 => random.Pick(["\"\\ud800\"", "\"\\u0000\"", "\"\\q\"", "\"\\udc00\\ud800\""]),
        _ => App.Quote(random.Pick(Texts)),
    };

    private static byte[] Broken(Lcg random, byte[] request) => random.Next(8) switch
    {
        0 => random.Bytes(random.Next(200)),
        1 => request[..random.Next(request.Length)].Append((byte)'\n').ToArray(),
        2 => [.. "GET /"u8, .. random.Bytes(50), .. " HTTP/1.1\r\n\r\n"u8],
        3 => [.. Encoding.ASCII.GetBytes("POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{}")],
        4 => [.. Encoding.ASCII.GetBytes($"GET /healthz HTTP/{random.Next(10)}.{random.Next(10)}\r\nHost: localhost\r\n\r\n")],
        5 => [.. Encoding.ASCII.GetBytes("POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")],
        _ => Mutate(random, request),
    };

    private static byte[] Mutated(Lcg random, byte[] bytes) => random.Next(5) == 0 ? Mutate(random, bytes) : bytes;

    private static byte[] Mutate(Lcg random, byte[] bytes)
    {
        var mutated = bytes.ToList();
        for (var changes = 1 + random.Next(4); changes > 0 && mutated.Count > 0; changes--)
        {
            var at = random.Next(mutated.Count);
            switch (random.Next(3))
            {
                case 0: mutated[at] = (byte)random.Next(256); break;
                case 1: mutated.RemoveAt(at); break;
                default: mutated.Insert(at, (byte)random.Next(256)); break;
            }
        }
        return [.. mutated];
    }

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.NonBacktracking)]
    private static partial Regex Parameter();

    private sealed record Route(string Method, string Path, bool Page);
}
