using Gatehouse.IdentityManager.Accounts;
using Gatehouse.IdentityManager.Control;

namespace Gatehouse.IdentityManager.Desk;

/// <summary>Answers requests to log in.</summary>
internal static class Answering
{
    private static readonly TimeSpan CatchUpPatience = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan ArrivalPatience = TimeSpan.FromSeconds(30);

    /// <summary>The requests that are open, after having heard of every app what is new, or that it can't be asked.</summary>
    public static async Task<Reply> ListAsync(DeskContext desk, Action<Reply> note, CancellationToken cancellationToken)
    {
        var agents = await CatchUpAsync(desk, cancellationToken);
        List<string> unheard =
        [
            .. agents.Where(agent => agent.Record.IsLive && !(agent.IsConnected && agent.IsCurrent))
                .Select(agent => $"{agent.Record.Origin} could not be asked: {agent.View().Connection}."),
            .. desk.Shelf.Accounts().Where(account => account.IsLive && desk.Agents.FaultOf(account.Number) is not null)
                .Select(account => $"{account.Origin} could not be asked: {desk.Agents.FaultOf(account.Number)}"),
        ];
        foreach (var told in unheard)
            note(new Reply { Note = told });
        return new Reply
        {
            Requests = Open(desk),
            Text = unheard.Count == 0 ? "Nobody wants to log in." : "Nobody is known to want to log in.",
        };
    }

    public static IReadOnlyList<RequestView> Open(DeskContext desk)
    {
        var now = desk.Clock.GetUtcNow();
        return [.. desk.Shelf.Requests().Where(request => request.Expires > now).OrderBy(request => request.At)
            .Select(View)];
    }

    public static RequestView View(RequestRecord request) => new(
        request.Id, request.Account, request.Origin, request.Name, request.Browser,
        request.IsNewPlace ? "new" : "known", request.At, request.Expires, request.Codes);

    public static async Task<Reply> ApproveAsync(DeskContext desk, Call call, CancellationToken cancellationToken)
    {
        if (call.Code is not { Length: 3 } code || !code.All(char.IsAsciiDigit))
            return Reply.Refused("The code has three digits: the browser that asks shows it.");
        return await AnswerAsync(desk, call, code, cancellationToken);
    }

    public static Task<Reply> RejectAsync(DeskContext desk, Call call, CancellationToken cancellationToken) =>
        AnswerAsync(desk, call, code: null, cancellationToken);

    /// <summary>
    /// The request that a person means, by the number of its account, which has one at a time, or by its id. An app makes
    /// the ids: one that looks like a number doesn't stand for another account, nor the id of another app's request for
    /// that one.
    /// </summary>
    public static T? Named<T>(IEnumerable<T> open, string? named, Func<T, int> accountOf, Func<T, string> idOf)
        where T : class
    {
        if (DeskContext.TryReadNumber(named, out var account))
            return open.FirstOrDefault(request => accountOf(request) == account);
        return open.Where(request => idOf(request) == named).ToList() is [var only] ? only : null;
    }

    private static async Task<Reply> AnswerAsync(
        DeskContext desk, Call call, string? code, CancellationToken cancellationToken)
    {
        if (Find(desk, call) is null)
            await CatchUpAsync(desk, cancellationToken);
        if (Find(desk, call) is not { } request)
            return Reply.Nothing("There is no such request, or it is over.");
        var agent = await desk.Agents.StartAsync(desk.Shelf.Account(request.Account)!, cancellationToken);
        if (await agent.AnswerAsync(request.Id, code, call.Blocks, cancellationToken) is not { } answered)
            return Reply.Nothing("The request is over.");
        var hasArrived = await agent.UntilArrivedAsync(answered.Index, ArrivalPatience, cancellationToken);
        if (code is not null && !answered.IsApproved)
            return Reply.Refused("That isn't the code that the browser shows. The request was rejected.");
        var said = code is null ? "Rejected." : $"Approved: the browser is logged in at {request.Origin}.";
        return new Reply { Text = hasArrived ? said : said + " The app hasn't fetched the answer yet." };
    }

    private static async Task<IReadOnlyList<AccountAgent>> CatchUpAsync(DeskContext desk, CancellationToken cancellationToken)
    {
        var agents = await desk.Agents.StartAllAsync(cancellationToken);
        await Task.WhenAll(agents.Select(agent => agent.UntilAsync(
            () => agent.HasHadItsSay || agent.IsOutOfReach || HasAsked(agent.Record.Number), CatchUpPatience, cancellationToken)));
        return agents;

        bool HasAsked(int account) => Open(desk).Any(request => request.Account == account);
    }

    private static RequestRecord? Find(DeskContext desk, Call call)
    {
        var now = desk.Clock.GetUtcNow();
        var open = desk.Shelf.Requests().Where(request => request.Expires > now);
        if (DeskContext.TryReadNumber(call.Account, out var account))
            return open.FirstOrDefault(request => request.Account == account && request.Id == call.Request);
        return Named(open, call.Request, request => request.Account, request => request.Id);
    }
}
