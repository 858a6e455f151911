using System.CommandLine;
using System.Text;
using Gatehouse.Accounts;
using Gatehouse.Events;
using Gatehouse.Mail;
using Gatehouse.Sessions;
using Gatehouse.Settings;
using Gatehouse.SignUp;
using Gatehouse.Storage;
using Gatehouse.Users;

namespace Gatehouse.Server.CommandLine;

/// <summary>Accounts, by their email. Shows addresses, for the operator asked; never a hash or a secret.</summary>
internal static class AccountVerbs
{
    public static Verb Create(VerbContext context) => new("account", "Lists, shows, verifies and deletes accounts.")
    {
        CreateList(context),
        CreateShow(context),
        CreateVerify(context),
        CreateDelete(context),
    };

    private static Verb CreateList(VerbContext context)
    {
        var (limit, after) = (Inputs.Limit(), Inputs.After());
        var pending = new Option<bool>("--pending") { Description = "Only sign-ups that are not verified." };
        var verb = new Verb(
            "list", "Lists accounts and pending sign-ups, oldest first.", "account list --pending --limit 20")
        {
            limit, after, pending,
        };
        verb.SetAction((parsed, cancellationToken) => ListAsync(
            context, parsed.GetValue(pending), parsed.GetValue(after)!, parsed.GetValue(limit),
            parsed.GetValue(context.AsJson), cancellationToken));
        return verb;
    }

    private static Verb CreateShow(VerbContext context)
    {
        var email = Inputs.Email();
        var verb = new Verb(
            "show", "Shows an account, or the newest sign-up that is pending.", "account show alice@example.com") { email };
        verb.SetAction((parsed, cancellationToken) => ShowAsync(
            context, parsed.GetRequiredValue(email), parsed.GetValue(context.AsJson), cancellationToken));
        return verb;
    }

    private static Verb CreateVerify(VerbContext context)
    {
        var email = Inputs.Email();
        var verb = new Verb(
            "verify", "Makes the newest sign-up of an email its account: you vouch for the address.",
            "account verify alice@example.com")
        {
            email,
        };
        verb.SetAction((parsed, cancellationToken) => VerifyAsync(
            context, parsed.GetRequiredValue(email), parsed.GetValue(context.AsJson), cancellationToken));
        return verb;
    }

    private static Verb CreateDelete(VerbContext context)
    {
        var (email, yes) = (Inputs.Email(), Inputs.Yes());
        var verb = new Verb(
            "delete", "Deletes an account for good; a mail says good-bye.", "account delete alice@example.com --yes")
        {
            email, yes,
        };
        verb.SetAction((parsed, cancellationToken) => DeleteAsync(
            context, parsed.GetRequiredValue(email), parsed.GetValue(yes), parsed.GetValue(context.AsJson),
            cancellationToken));
        return verb;
    }

    private static async Task<int> ListAsync(
        VerbContext context, bool pending, string after, int limit, bool asJson, CancellationToken cancellationToken)
    {
        await using var house = await context.OpenAsync(cancellationToken);
        // One more than asked for tells whether there is a next page.
        var rows = await house.Database.ReadAsync(
            db => AccountStore.ListAsync(db, pending, after, limit + 1), cancellationToken);
        var page = rows.Take(limit).ToArray();
        var next = rows.Count > limit ? page[^1].Id : null;
        if (asJson)
        {
            context.Terminal.Json(json =>
            {
                json.WriteStartObject();
                json.WriteStartArray("accounts");
                foreach (var row in page)
                {
                    json.WriteStartObject();
                    json.WriteString("id", row.Id);
                    json.WriteString("email", row.Email);
                    json.WriteString("username", row.Username);
                    json.WriteBoolean("verified", row.VerifiedAt is not null);
                    json.WriteString("created_at", UnixMicros.ToRfc3339(row.CreatedAt));
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteString("next", next);
                json.WriteEndObject();
            });
            return (int)Outcome.Done;
        }
        context.Terminal.Table(["ID", "EMAIL", "USERNAME", "STATE", "CREATED"], page.Select(row => (string?[])
        [
            row.Id, row.Email, row.Username, row.VerifiedAt is null ? "pending" : "verified", Inputs.Show(row.CreatedAt),
        ]));
        if (next is not null)
            context.Terminal.Line($"There are more: --after {next}");
        return (int)Outcome.Done;
    }

    private static async Task<int> ShowAsync(
        VerbContext context, EmailAddress email, bool asJson, CancellationToken cancellationToken)
    {
        await using var house = await context.OpenAsync(cancellationToken);
        var found = await house.Database.ReadAsync(db => AccountStore.FindForLogInAsync(db, email), cancellationToken);
        return found is null ? NoAccount(context) : await PrintAsync(context, house, found, asJson, cancellationToken);
    }

    private static async Task<int> VerifyAsync(
        VerbContext context, EmailAddress email, bool asJson, CancellationToken cancellationToken)
    {
        await using var house = await context.OpenAsync(cancellationToken);
        var verified = await house.Database.TransactAsync(
            db => Verify.ByOperatorAsync(db, context.Clock, email.Key), cancellationToken);
        if (verified is not null)
            return await PrintAsync(context, house, verified, asJson, cancellationToken);
        context.Terminal.Fault("No sign-up of this email is pending, or it has an account already; nothing was done.");
        return (int)Outcome.Nothing;
    }

    private static async Task<int> DeleteAsync(
        VerbContext context, EmailAddress email, bool yes, bool asJson, CancellationToken cancellationToken)
    {
        await using var house = await context.OpenAsync(cancellationToken);
        var found = await house.Database.ReadAsync(db => AccountStore.FindForLogInAsync(db, email), cancellationToken);
        if (found is null)
            return NoAccount(context);
        var what = found.IsVerified
            ? $"the account of {found.Email} with all that is about it"
            : $"the sign-ups of {found.Email}";
        if (!yes && !context.Terminal.IsInteractive)
            throw new RefusedException("Deleting can't be taken back: say --yes, for there is nobody here to ask.");
        if (!yes && !await context.Terminal.ConfirmAsync($"Delete {what} for good?", cancellationToken))
        {
            context.Terminal.Line("Nothing was deleted.");
            return (int)Outcome.Nothing;
        }
        var deleted = await house.Database.TransactAsync(
            db => EraseAsync(db, house, found, email, context.Clock), cancellationToken);
        if (asJson)
            context.Terminal.JsonNumber("deleted", deleted);
        else
            context.Terminal.Line(deleted > 0 ? $"Deleted {what}." : "It was deleted by somebody else meanwhile.");
        return (int)(deleted > 0 ? Outcome.Done : Outcome.Nothing);
    }

    /// <summary>The verified account alone, as its owner would; where there is none, every sign-up of the address.</summary>
    private static async Task<int> EraseAsync(
        Db db, House house, Account found, EmailAddress email, TimeProvider clock)
    {
        var outbox = house.Get<Outbox>();
        var deleted = 0;
        for (var next = found; next is not null;
            next = found.IsVerified ? null : await AccountStore.FindNewestPendingAsync(db, email.Key))
        {
            if (!await AccountErasure.EraseAsync(db, next.Id, outbox, clock, SecurityEvents.ByOperator))
                break;
            deleted++;
        }
        return deleted;
    }

    private static async Task<int> PrintAsync(
        VerbContext context, House house, Account account, bool asJson, CancellationToken cancellationToken)
    {
        if (asJson)
        {
            var json = await house.Database.ReadAsync(
                db => AccountSettings.DescribeAsync(db, account.Id), cancellationToken);
            await context.Terminal.Out.WriteLineAsync(Encoding.UTF8.GetString(json!));
            return (int)Outcome.Done;
        }
        var users = await house.Database.ReadAsync(db => UserStore.ListAsync(db, account.Id), cancellationToken);
        context.Terminal.Line($"Account   {account.Id}");
        context.Terminal.Line($"Email     {account.Email ?? "-"}");
        context.Terminal.Line($"Username  {account.Username ?? "-"}");
        context.Terminal.Line($"Language  {account.Language ?? "-"}");
        context.Terminal.Line($"State     {(account.VerifiedAt is { } at ? $"verified {Inputs.Show(at)}" : "pending")}");
        context.Terminal.Line($"Created   {Inputs.Show(account.CreatedAt)}");
        context.Terminal.Line($"Users     {(users.Count > 0 ? string.Join(", ", users.Select(user => user.Name)) : "-")}");
        return (int)Outcome.Done;
    }

    private static int NoAccount(VerbContext context)
    {
        context.Terminal.Fault("There is no account or sign-up of this email.");
        return (int)Outcome.Nothing;
    }
}
