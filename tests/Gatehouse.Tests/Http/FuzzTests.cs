using System.Text;
using Gatehouse.Http;
using Gatehouse.Tests.Support;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Http;

/// <summary>
/// Seeded nonsense at every endpoint there is: no answer is an error of ours, the server lives, and who had an account
/// before has it afterwards.
/// </summary>
public sealed class FuzzTests
{
    private const int WellFormed = 2400;
    private const int Malformed = 600;

    private static readonly string[] Texts =
    [
        "", "x", "alice@example.com", "ALICE@example.com", App.Password, "\u0000", "\n\r\t", "' OR 1=1 --", "%00%0d%0a", "../../etc/passwd",
        "<script>alert(1)</script>", "{{7*7}}", "\uFDFA\uFDFA", "a\u0301\u0345", "\u202Eevil", "\uFFFE", "\U0001F600", "null", "-1", "1e999",
        new string('A', 43), new string('B', 42) + "A", new string('z', 3000), "0190c0de-0000-7000-8000-000000000000", "\u0130\u0131\u212A@example.com",
    ];

    private static readonly string[] Members =
        ["email", "username", "password", "user_name", "user_id", "name", "displayname", "invite", "config", "preferences", "token", "x"];

    private static readonly string[] HeaderNames =
    [
        "Cookie", "Authorization", "Origin", "Sec-Fetch-Site", "Content-Type", "Content-Encoding", "Accept", "X-Forwarded-For", "X-Forwarded-Proto",
        "User-Agent", "If-None-Match", "Range", "Expect", "Account-Grant", "Access-Control-Request-Method", "Upgrade", "Transfer-Encoding", "Te", "Referer",
    ];

    private static readonly string[] HeaderValues =
    [
        "", "x", "gatehouse=x", "gatehouse={0}", "gatehouse={0}; gatehouse={0}", "Bearer x", "Bearer {0}", "Bearer a.b.c", "null", "http://localhost:8080",
        "same-origin", "application/json", "text/plain", "gzip", "chunked", "100-continue", "bytes=0-1", "*", "websocket", "\u00ff\u00fe", "POST",
        "eyJhbGciOiJub25lIn0.e30.", "127.0.0.1, ::1", "https",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Nothing_that_anybody_sends_is_our_fault(int seed)
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, ("KnownProxies:0", "127.0.0.1"));
        var victim = await app.JoinAsync();
        var random = new Lcg(seed);
        var routes = Routes(app);
        var requests = Enumerable.Range(0, WellFormed / 2).Select(_ => NearlyRight(random, routes, victim.Cookie))
            .Select(request => (Bytes: request, Broken: false))
            .Concat(Enumerable.Range(0, Malformed / 2)
                .Select(_ => (Bytes: Broken(random, NearlyRight(random, routes, victim.Cookie)), Broken: true))).ToArray();

        var answered = 0;
        var faults = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (request, _) =>
        {
            var answer = await RawHttp.SendAsync(app.Address, request.Bytes, hangUp: request.Broken);
            if (answer is not null && (int)answer.Status is >= 500 and not 505) // 505: another HTTP than 1.1
                faults.Enqueue($"{(int)answer.Status} for {Encoding.Latin1.GetString(request.Bytes)}");
            if (answer is not null && !request.Broken)
                Interlocked.Increment(ref answered);
        });

        Assert.True(faults.IsEmpty, $"seed {seed}: {string.Join("\n\n", faults.Take(3))}");
        // All of them on a machine with time; the test would prove nothing if the server hung up on most.
        Assert.True(answered > WellFormed / 2 * 0.9, $"only {answered} were answered");
        Assert.DoesNotContain("RequestFailed", app.Logs.Text, StringComparison.Ordinal);
        (await app.GetAsync("/readyz")).IsOk();
        await victim.LogInAsync();
    }

    private static (string Method, string Path)[] Routes(App app) =>
    [
        .. app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<EndpointRules>() is not null)
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods
                .Select(method => (method, "/" + endpoint.RoutePattern.RawText!.TrimStart('/')))),
    ];

    private static byte[] NearlyRight(Lcg random, (string Method, string Path)[] routes, string cookie)
    {
        var (method, path) = random.Pick(routes);
        if (random.Next(10) == 0)
            method = random.Pick(["POST", "GET", "PATCH", "DELETE", "PUT", "OPTIONS", "HEAD", "post", "FOO"]);
        foreach (var parameter in (string[])["{token}", "{id}", "{name}", "{documentName}"])
            path = path.Replace(parameter, Uri.EscapeDataString(random.Pick(Texts)), StringComparison.Ordinal);
        if (random.Next(6) == 0)
            path += "?" + random.Pick(["to=%00", "to=" + Uri.EscapeDataString(random.Pick(Texts)), "to=a&to=b", "=&=", "%", "wait=x"]);
        var body = method == "GET" && random.Next(10) > 0 ? [] : Body(random);
        var head = $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
        if (body.Length > 0)
            head += $"Content-Type: {(random.Next(8) == 0 ? "text/plain" : "application/json")}\r\nContent-Length: {body.Length}\r\n";
        for (var headers = random.Next(4); headers > 0; headers--)
            head += $"{random.Pick(HeaderNames)}: {random.Pick(HeaderValues).Replace("{0}", cookie, StringComparison.Ordinal)}\r\n";
        return [.. Encoding.UTF8.GetBytes(head + "\r\n"), .. body];
    }

    private static byte[] Body(Lcg random)
    {
        var members = Enumerable.Range(0, random.Next(5)).Select(_ => $"\"{random.Pick(Members)}\":{Value(random, 0)}");
        var body = Encoding.UTF8.GetBytes("{" + string.Join(',', members) + "}");
        return random.Next(5) == 0 ? Mutate(random, body) : body;
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
}
