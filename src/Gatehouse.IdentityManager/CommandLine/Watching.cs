using System.CommandLine;
using Gatehouse.IdentityManager.Control;

namespace Gatehouse.IdentityManager.CommandLine;

/// <summary>
/// Stays, shows each request once, and has it answered where a person sits, one after another. One that is over while it
/// is asked for is withdrawn. Where another jlinx has the vault already, it is that one's requests.
/// </summary>
internal sealed class Watching
{
    /// <summary>Nobody has read a new question that soon: what comes then was typed for the one before.</summary>
    private static readonly TimeSpan TooSoon = TimeSpan.FromSeconds(2);

    private readonly VerbContext context;
    private readonly IDesk desk;
    private readonly bool asJson;
    private readonly HashSet<(int Account, string Id)> known = [];
    private readonly HashSet<(int Account, string Alarm)> warned = [];
    private readonly List<Task<Answered>> answering = []; // an app may be slow, and others go on meanwhile
    private List<RequestView> open = []; // what isn't answered, the first first
    private RequestView? asked;
    private long? replacedAt;
    private bool canAsk;

    private Watching(VerbContext context, IDesk desk, bool asJson)
    {
        this.context = context;
        this.desk = desk;
        this.asJson = asJson;
        canAsk = context.Terminal.IsInteractive && !asJson;
    }

    public static async Task<int> RunAsync(VerbContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        var daemon = await Daemon.TryStartAsync(context, parsed, cancellationToken);
        try
        {
            var watching = new Watching(context, Daemon.DeskOf(daemon, context), parsed.GetValue(context.AsJson));
            return await watching.WatchAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return (int)Outcome.Done;
        }
        finally
        {
            if (daemon is not null)
                await daemon.DisposeAsync();
        }
    }

    private async Task<int> WatchAsync(CancellationToken cancellationToken)
    {
        context.Terminal.Fault("Watching. Ctrl+C ends it.");
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var news = desk.AskAsync(new Call(Call.Watch), leaving.Token).GetAsyncEnumerator(leaving.Token);
        var next = news.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                var line = asked is null ? null : context.Terminal.NextLine();
                await Task.WhenAny([next, .. answering, .. line is null ? (Task[])[] : [line]]);
                if (answering.Find(task => task.IsCompleted) is { } answered)
                {
                    answering.Remove(answered);
                    Tell(await answered);
                    continue;
                }
                if (!next.IsCompleted)
                {
                    Answer(await context.Terminal.TakeLineAsync(cancellationToken), leaving.Token);
                    continue;
                }
                if (!await next)
                    return (int)Outcome.Done;
                if (news.Current.Fault is not null)
                    return context.Tell(news.Current, _ => { });
                Warn(news.Current.Accounts ?? []);
                Hear(news.Current.Requests ?? []);
                next = news.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            await leaving.CancelAsync(); // what is still awaited must have ended before it is disposed
            await Task.WhenAll([next, .. answering]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Tells what is wrong with an account, once.</summary>
    private void Warn(IReadOnlyList<AccountView> accounts)
    {
        foreach (var account in accounts)
        {
            if (account.Alarm is { } alarm && warned.Add((account.Number, alarm)))
                context.Terminal.Fault($"! {account.Number} {account.Origin}: {alarm}");
        }
    }

    private void Hear(IReadOnlyList<RequestView> requests)
    {
        var added = requests.Where(request => known.Add((request.Account, request.Id))).ToList();
        if (!canAsk)
        {
            foreach (var request in added)
                Show(request);
            return;
        }
        open = [.. open.Where(request => requests.Any(still => IsSame(still, request))), .. added];
        if (asked is { } before && !open.Contains(before))
        {
            context.Terminal.Fault("");
            context.Terminal.Line($"The request at {before.Origin} is over: it ran out, was replaced, or answered elsewhere.");
            (asked, replacedAt) = (null, context.Clock.GetTimestamp());
        }
        else if (asked is not null && added.Count > 0)
        {
            context.Terminal.Fault("");
            foreach (var request in added)
                context.Terminal.Line($"Somebody wants to log in at {request.Origin} too: that is asked next.");
            Prompt();
        }
        AskNext();
    }

    private void AskNext()
    {
        if (asked is not null || open.Count == 0)
            return;
        asked = open[0];
        Show(asked);
        Prompt();
    }

    private void Show(RequestView request)
    {
        var terminal = context.Terminal;
        if (asJson)
        {
            terminal.Json(request, PrintedJson.Default.RequestView);
            return;
        }
        terminal.Line($"Somebody wants to log in at {request.Origin} ({request.Name}).");
        terminal.Line($"  Browser: {(request.Browser.Length > 0 ? request.Browser : "unknown")}");
        var place = request.Place == "new" ? "NEW: nobody has logged in from there before" : "known";
        terminal.Line($"  Place:   {place}");
        terminal.Line($"  Codes:   {string.Join("   ", request.Codes)}");
        if (!canAsk)
            terminal.Line($"  Answer:  jlinx approve {request.Account} --code NNN, or jlinx reject {request.Account}");
    }

    private void Prompt() => context.Terminal.Prompt(
        "Type the code that the browser shows, n to say no, b to say no and let nobody ask for an hour:");

    private void Answer(string? typed, CancellationToken cancellationToken)
    {
        var request = asked!;
        if (typed is null)
        {
            canAsk = false; // they ended their input
            open.ForEach(TellLeft);
            (asked, open) = (null, []);
            return;
        }
        if (replacedAt is { } replaced && context.Clock.GetElapsedTime(replaced) < TooSoon)
        {
            context.Terminal.Line("That was typed for the request before, and isn't taken for this one.");
            Prompt();
            return;
        }
        replacedAt = null;
        Call? call = typed.ToUpperInvariant() switch
        {
            "N" => new Call(Call.Reject),
            "B" => new Call(Call.Reject) { Blocks = true },
            var code when request.Codes.Contains(code, StringComparer.Ordinal) => new Call(Call.Approve) { Code = code },
            _ => null,
        };
        if (call is null)
        {
            context.Terminal.Line("That is none of the three codes. If the browser shows another, it isn't yours: n says no.");
            Prompt();
            return;
        }
        open.Remove(request);
        asked = null;
        answering.Add(AnswerAsync(
            request, call with { Account = $"{request.Account}", Request = request.Id }, cancellationToken));
        AskNext();
    }

    private async Task<Answered> AnswerAsync(RequestView request, Call call, CancellationToken cancellationToken)
    {
        var reply = Reply.Refused("There was no answer.");
        await foreach (var each in desk.AskAsync(call, cancellationToken))
            reply = each;
        if (reply.Fault is null)
            return new Answered(request, reply, IsOpen: false);
        // The desk knows whether that was an answer after all, as a wrong code is.
        var now = reply;
        await foreach (var each in desk.AskAsync(new Call(Call.Watch), cancellationToken))
        {
            now = each;
            break;
        }
        return new Answered(request, reply, now.Requests?.Any(still => IsSame(still, request)) == true);
    }

    /// <summary>Tells what came of an answer. A request that could not be answered is asked for again.</summary>
    private void Tell(Answered answered)
    {
        var (request, reply, isOpen) = answered;
        if (asked is not null)
        {
            context.Terminal.Fault("");
            context.Terminal.Fault($"At {request.Origin}:");
        }
        context.Tell(reply, told => context.Terminal.Line(told.Text!));
        if (isOpen && canAsk)
            open.Add(request);
        else if (isOpen)
            TellLeft(request);
        if (asked is not null)
            Prompt();
        AskNext();
    }

    private void TellLeft(RequestView left) =>
        context.Terminal.Line($"Not answered. 'jlinx approve {left.Account}' in another terminal still does it.");

    private static bool IsSame(RequestView left, RequestView right) => (left.Account, left.Id) == (right.Account, right.Id);

    /// <param name="IsOpen">Whether it is as if there had been no answer.</param>
    private sealed record Answered(RequestView Request, Reply Reply, bool IsOpen);
}
