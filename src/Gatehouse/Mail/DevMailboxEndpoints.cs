using Gatehouse.Http;
using Gatehouse.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gatehouse.Mail;

/// <summary>The dev mailbox's routes; mapped in Development alone, so they are 404 anywhere else.</summary>
internal static class DevMailboxEndpoints
{
    public static void MapDevMailbox(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/dev/mail.json", ListAsync).For(Access.Anyone).ExcludeFromDescription().WithTags("Development")
            .WithSummary("The mails that Development keeps, newest first.");

    private static async Task<IResult> ListAsync(string? to, Database database, CancellationToken cancellationToken) =>
        new JsonAnswer(DevMailbox.ToJson(await database.ReadAsync(db => DevMailbox.ListAsync(db, to), cancellationToken)));
}
