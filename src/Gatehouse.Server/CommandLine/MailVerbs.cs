using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Gatehouse.Mail;
using Gatehouse.Storage;

namespace Gatehouse.Server.CommandLine;

/// <summary>What waits to be mailed and what was given up. Recipients are masked unless they are asked for.</summary>
internal static partial class MailVerbs
{
    public static Verb Create(VerbContext context) => new("mail", "Lists and retries mails that were not sent yet.")
    {
        CreateList(context),
        CreateRetry(context),
    };

    private static Verb CreateList(VerbContext context)
    {
        var (limit, after) = (Inputs.Limit(), Inputs.After());
        var dead = new Option<bool>("--dead") { Description = "Only those that were given up." };
        var clear = new Option<bool>("--show-addresses")
        {
            Description = "Shows recipients in full; they are masked otherwise.",
        };
        var verb = new Verb("list", "Lists mails that wait or were given up, oldest first.", "mail list --dead")
        {
            limit, after, dead, clear,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            await using var house = await context.OpenAsync(cancellationToken, "RabbitMq", "Mail:Queue");
            var most = parsed.GetValue(limit);
            var rows = await house.Database.ReadAsync(
                db => Outbox.ListAsync(db, parsed.GetValue(dead), parsed.GetValue(after)!, most + 1), cancellationToken);
            Func<string, string> show = parsed.GetValue(clear) ? text => text : Mask;
            var letters = await DeadLetters.CountAsync(house, cancellationToken);
            Print(context, rows, most, show, parsed.GetValue(context.AsJson), letters);
            return (int)Outcome.Done;
        });
        return verb;
    }

    private static Verb CreateRetry(VerbContext context)
    {
        var id = new Argument<string?>("id")
        {
            Description = "One mail; without it all that were given up.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var verb = new Verb(
            "retry", "Gives mails that were given up another try, by the running server.", "mail retry") { id };
        verb.SetAction((parsed, cancellationToken) => RetryAsync(
            context, parsed.GetValue(id), parsed.GetValue(context.AsJson), cancellationToken));
        return verb;
    }

    private static void Print(
        VerbContext context, IReadOnlyList<MailListing> rows, int limit, Func<string, string> show, bool asJson,
        DeadLetters letters)
    {
        var page = rows.Take(limit).ToArray();
        var next = rows.Count > limit ? page[^1].Id : null;
        if (asJson)
        {
            context.Terminal.Json(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("mails");
                foreach (var row in page)
                {
                    json.WriteStartObject();
                    json.WriteString("id", row.Id);
                    json.WriteString("kind", row.Kind);
                    json.WriteString("to", show(row.Recipient));
                    json.WriteString("status", row.DeadAt is null ? "waiting" : "dead");
                    json.WriteNumber("tries", row.Tries);
                    json.WriteString("created_at", UnixMicros.ToRfc3339(row.CreatedAt));
                    json.WriteString("due_at", row.DeadAt is null ? UnixMicros.ToRfc3339(row.DueAt) : null);
                    json.WriteString("dead_at", Inputs.ToRfc3339(row.DeadAt));
                    json.WriteString("last_error", row.LastError is null ? null : show(row.LastError));
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteString("next", next);
                letters.Write(json);
                json.WriteEndObject();
            });
            return;
        }
        string[] heads = ["ID", "KIND", "TO", "STATE", "TRIES", "CREATED", "LAST ERROR"];
        context.Terminal.Table(heads, page.Select(row => (string?[])
        [
            row.Id, row.Kind, show(row.Recipient), row.DeadAt is null ? "waiting" : "dead",
            row.Tries.ToString(CultureInfo.InvariantCulture), Inputs.Show(row.CreatedAt),
            row.LastError is null ? null : show(row.LastError),
        ]));
        if (next is not null)
            context.Terminal.Line($"There are more: --after {next}");
        letters.Tell(context.Terminal);
    }

    private static async Task<int> RetryAsync(
        VerbContext context, string? id, bool asJson, CancellationToken cancellationToken)
    {
        await using var house = await context.OpenAsync(cancellationToken);
        var retried = await house.Database.TransactAsync(
            db => Outbox.RetryAsync(db, id, context.Clock.NowMicros()), cancellationToken);
        if (asJson)
            context.Terminal.JsonNumber("retried", retried);
        else if (id is null || retried > 0)
            context.Terminal.Line($"{retried} mails will be tried again.");
        if (id is null || retried > 0)
            return (int)Outcome.Done;
        context.Terminal.Fault("No mail with this id was given up.");
        return (int)Outcome.Nothing;
    }

    /// <summary>a***@example.com tells which server is meant. A mail server's words may quote the recipient too.</summary>
    private static string Mask(string text) => Address().Replace(
        text, match => match.Value[0] + "***" + match.Value[match.Value.LastIndexOf('@')..]);

    [GeneratedRegex(@"[^\s<>@:,;]+@[^\s<>@,;]+", RegexOptions.NonBacktracking)]
    private static partial Regex Address();
}
