using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Gatehouse.Browser.Tests.Support;

/// <summary>
/// Listens to a browser for what no visit may bring: errors in the console (a breach of the content policy is one), requests
/// to anybody else but whom the test names, refusals and failures that the test did not announce.
/// </summary>
internal sealed class Watch
{
    /// <summary>The visitor went on before it had come.</summary>
    private const string GivenUp = "net::ERR_ABORTED";

    /// <summary>Browsers fetch it when all else is done, and the test may be over.</summary>
    private const string Icon = "/auth/icon.svg";

    private readonly ConcurrentQueue<string> complaints = new();
    private readonly ConcurrentDictionary<int, byte> expected = new();
    private readonly string[] ours;
    private volatile bool mayBreak;

    public Watch(IBrowserContext context, params IEnumerable<Uri> sites)
    {
        ours = [.. sites.Select(OriginOf)];
        context.Console += (_, message) => Listen(message);
        context.WebError += (_, error) => complaints.Enqueue("A script failed: " + error.Error);
        context.Request += (_, request) => Look(request);
        context.Response += (_, response) => Look(response);
        context.RequestFailed += (_, request) => LookAtFailure(request);
    }

    public IReadOnlyList<string> Complaints => [.. complaints];

    /// <summary>From now on an answer may have one of these statuses: the test is about it.</summary>
    public void Expect(params int[] statuses)
    {
        foreach (var status in statuses)
            expected[status] = 0;
    }

    /// <summary>From now on connections may break: the test does it.</summary>
    public void ExpectBreaks() => mayBreak = true;

    private static string OriginOf(Uri address) => address.GetLeftPart(UriPartial.Authority);

    private void Listen(IConsoleMessage message)
    {
        // Refused and failed loads are judged by their own events, which tell more.
        if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
            complaints.Enqueue($"The console of {message.Page?.Url} says: {message.Text}");
    }

    private void Look(IRequest request)
    {
        if (!ours.Contains(OriginOf(new Uri(request.Url)), StringComparer.Ordinal))
            complaints.Enqueue("Somebody else was asked: " + request.Url);
    }

    private void Look(IResponse response)
    {
        if (response.Status >= 400 && !expected.ContainsKey(response.Status))
            complaints.Enqueue($"{response.Request.Method} {response.Url} was answered with {response.Status}.");
    }

    private void LookAtFailure(IRequest request)
    {
        if (!mayBreak && request.Failure != GivenUp && !request.Url.EndsWith(Icon, StringComparison.Ordinal))
            complaints.Enqueue($"{request.Method} {request.Url} failed: {request.Failure}");
    }
}
