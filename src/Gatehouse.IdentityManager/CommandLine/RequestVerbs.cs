using System.CommandLine;
using System.Globalization;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Desk;

namespace Gatehouse.IdentityManager.CommandLine;

/// <summary>Shows who wants to log in, and answers them.</summary>
internal static class RequestVerbs
{
    public static Verb Requests(VerbContext context)
    {
        var verb = new Verb("requests", "Shows who wants to log in now.", "requests");
        verb.SetAction((parsed, cancellationToken) => context.CarryOutAsync(
            parsed, new Call(Call.Requests),
            reply =>
            {
                if (parsed.GetValue(context.AsJson))
                    context.Terminal.Json(reply.Requests!, PrintedJson.Default.IReadOnlyListRequestView);
                else if (reply.Requests is { Count: > 0 } requests)
                    Show(context, requests);
                else
                    context.Terminal.Line(reply.Text!);
            },
            cancellationToken));
        return verb;
    }

    public static Verb Approve(VerbContext context)
    {
        var request = Request();
        var code = new Option<string?>("--code")
        {
            Description = "The code that the browser shows.",
            HelpName = "NNN",
        };
        var verb = new Verb("approve", "Lets the browser in that shows the code.", "approve 1 --code 417")
        {
            request, code,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            var call = new Call(Call.Approve)
            {
                Request = parsed.GetRequiredValue(request),
                Code = parsed.GetValue(code),
            };
            await using var desk = await context.OpenDeskAsync(parsed, cancellationToken);
            if (call.Code is null)
            {
                var open = await context.AskAsync(desk, new Call(Call.Requests), cancellationToken);
                if (open.Fault is not null)
                    return context.Tell(open, _ => { });
                if (Find(open.Requests ?? [], call.Request) is not { } shown)
                    return context.Tell(Reply.Nothing("There is no such request, or it is over."), _ => { });
                if (await AskForCodeAsync(context, shown, cancellationToken) is not { } typed)
                    return (int)Outcome.Nothing;
                // What was shown, and not whatever that account's request is by now.
                call = call with { Account = $"{shown.Account}", Request = shown.Id, Code = typed };
            }
            return context.Tell(
                await context.AskAsync(desk, call, cancellationToken), reply => context.Show(parsed, reply));
        });
        return verb;
    }

    public static Verb Reject(VerbContext context)
    {
        var request = Request();
        var block = new Option<bool>("--block") { Description = "It wasn't you: nobody may ask for an hour." };
        var verb = new Verb("reject", "Keeps out whoever wants to log in.", "reject 1 --block") { request, block };
        verb.SetAction((parsed, cancellationToken) => context.CarryOutAsync(
            parsed,
            new Call(Call.Reject) { Request = parsed.GetRequiredValue(request), Blocks = parsed.GetValue(block) },
            reply => context.Show(parsed, reply), cancellationToken));
        return verb;
    }

    public static Verb Watch(VerbContext context)
    {
        var verb = new Verb("watch", "Stays connected, and asks you when somebody wants to log in.", "watch");
        verb.SetAction((parsed, cancellationToken) => Watching.RunAsync(context, parsed, cancellationToken));
        return verb;
    }

    public static void Show(VerbContext context, IReadOnlyList<RequestView> requests) => context.Terminal.Table(
        ["Account", "Where", "Browser", "Place", "When", "Codes", "Request"],
        requests.Select(request => (IReadOnlyList<string?>)
        [
            $"{request.Account}", request.Origin, request.Browser, request.Place, Minute(request.At),
            string.Join(' ', request.Codes), request.Id,
        ]));

    public static string Minute(DateTimeOffset at) =>
        at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    public static string Day(DateTimeOffset at) =>
        at.ToUniversalTime().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static RequestView? Find(IReadOnlyList<RequestView> requests, string named) =>
        Answering.Named(requests, named, request => request.Account, request => request.Id);

    private static async Task<string?> AskForCodeAsync(
        VerbContext context, RequestView request, CancellationToken cancellationToken)
    {
        if (!context.Terminal.IsInteractive)
            throw new RefusedException("There is nobody to ask: --code says what the browser shows.");
        Show(context, [request]);
        return await context.Terminal.AskAsync("Which code does the browser show?", cancellationToken);
    }

    private static Argument<string> Request() => new("request")
    {
        Description = "Its account's number, or a request's id.",
    };
}
