using Gatehouse.Http;
using Gatehouse.Jlinx.Names;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Jlinx;

// Promises: an AppAccount's id opens nothing. Whoever names one has us look at a document, if some peer brings it; what it says is judged as if
// nobody had named it (GH-SEC-324, 334).

/// <summary>Takes the id of an AppAccount: from a program, or from the customer who copied it.</summary>
internal static class NameAccount
{
    /// <summary>What the header's <c>endpoint</c> names: a program tells which document it made.</summary>
    public static async Task<IResult> Handle(HttpContext http, JlinxServices services, CancellationToken cancellationToken)
    {
        var (request, unfit) = await JsonBody.ReadAsync(http, JlinxJson.Default.NameAccountRequest, cancellationToken);
        return unfit ?? await NameAsync(http, request!.AppAccount, pairId: null, services, cancellationToken) ?? Accepted;
    }

    /// <summary>The customer pastes it into the page that waits for it.</summary>
    public static async Task<IResult> HandlePasted(
        HttpContext http, string ticket, JlinxServices services, CancellationToken cancellationToken)
    {
        var (request, unfit) = await JsonBody.ReadAsync(http, JlinxJson.Default.NameAccountRequest, cancellationToken);
        return unfit ?? await PasteAsync(http, ticket, request!.AppAccount, services, cancellationToken) ?? Accepted;
    }

    public static async Task<Problem?> PasteAsync(
        HttpContext http, string ticket, string appAccount, JlinxServices services, CancellationToken cancellationToken)
    {
        var found = await TicketAnswer.FindAsync(http, ticket, services, cancellationToken);
        if (found is not { Purpose: TicketPurpose.SignUp or TicketPurpose.Recovery or TicketPurpose.Link })
            return Problems.NotFound();
        return found.Status == TicketStatus.Pending && found.ExpiresAt > services.Pairs.Clock.NowMicros()
            ? await NameAsync(http, appAccount, found.PairId, services, cancellationToken)
            : Problems.LinkInvalid(); // taken, or too late: nobody would look at it
    }

    private static IResult Accepted => new JsonAnswer("""{"status":"pending"}"""u8.ToArray(), StatusCodes.Status202Accepted);

    private static async Task<Problem?> NameAsync(
        HttpContext http, string text, string? pairId, JlinxServices services, CancellationToken cancellationToken)
    {
        if (!DocumentId.TryParse(text, out var id))
            return Problems.InvalidInput("app_account", "error.document_id");
        if (await services.LogIn.Limiter.TryTakeAsync(LimitName.Lookup, http.SourceKey(), cancellationToken) is { } wait)
            return Problems.TooManyRequests(wait);
        var now = services.Pairs.Clock.NowMicros();
        if (!await services.Pairs.Database.TransactAsync(db => Hints.TryAddAsync(db, id.Key, pairId, now), cancellationToken))
            return Problems.Busy();
        services.Documents.Look(id.Key, pairId, now);
        return null;
    }
}
