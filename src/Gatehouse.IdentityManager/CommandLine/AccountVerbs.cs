using System.CommandLine;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Desk;

namespace Gatehouse.IdentityManager.CommandLine;

/// <summary>Makes accounts, shows them, uses them, ends them.</summary>
internal static class AccountVerbs
{
    private static readonly Option<bool> Yes = new("--yes") { Description = "Doesn't ask whether you are sure." };

    public static Verb Add(VerbContext context)
    {
        var link = Link();
        var (at, allowPrivate, noProfile) = (At(), AllowPrivate(), new Option<bool>("--no-profile")
        {
            Description = "Doesn't tell the app your name.",
        });
        var verb = new Verb(
            "add", "Makes an account at the app whose sign-up page shows the link.",
            "add 'jlinx:u…?s=u…&h=https%3A%2F%2Fapp.example'")
        {
            link, at, Yes, allowPrivate, noProfile,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            var call = new Call(Call.Add)
            {
                Link = parsed.GetRequiredValue(link),
                Origin = parsed.GetValue(at),
                AllowsPrivate = parsed.GetValue(allowPrivate),
                WithoutProfile = parsed.GetValue(noProfile),
            };
            await using var desk = await context.OpenDeskAsync(parsed, cancellationToken);
            var reviewed = await context.AskAsync(desk, call with { Verb = Call.Review }, cancellationToken);
            if (reviewed.Offer is not { } offer)
                return context.Tell(reviewed, _ => { });
            if (offer.Account is null && !parsed.GetValue(Yes))
            {
                context.Terminal.Fault($"{offer.Origin}, which calls itself “{offer.Name}”, offers you an account.");
                if (!call.WithoutProfile && await NameAsync(context, desk, cancellationToken) is { } name)
                    context.Terminal.Fault($"It is told your name, “{name}”: --no-profile keeps that to yourself.");
                if (!await context.Terminal.ConfirmAsync("Create an account there?", cancellationToken))
                    return Refused(context);
            }
            return context.Tell(
                await context.AskAsync(desk, call, cancellationToken), reply => Show(context, parsed, reply));
        });
        return verb;
    }

    public static Verb Accounts(VerbContext context)
    {
        var verb = new Verb("accounts", "Shows your accounts.", "accounts");
        verb.SetAction((parsed, cancellationToken) => context.CarryOutAsync(
            parsed, new Call(Call.Accounts), reply => ShowAll(context, parsed, reply.Accounts!), cancellationToken));
        return verb;
    }

    public static Verb Login(VerbContext context)
    {
        var account = Account();
        var print = new Option<bool>("--print") { Description = "Prints the link instead of opening a browser." };
        var verb = new Verb("login", "Opens an app, logged in.", "login app.example") { account, print };
        verb.SetAction((parsed, cancellationToken) => context.CarryOutAsync(
            parsed, new Call(Call.Login) { Account = parsed.GetRequiredValue(account) },
            reply =>
            {
                if (parsed.GetValue(context.AsJson))
                    context.Terminal.Json(new Link(reply.Url!), CommandJson.Default.Link);
                else if (parsed.GetValue(print) || !Browser.TryOpen(reply.Url!))
                    context.Terminal.Line(reply.Url!);
            },
            cancellationToken));
        return verb;
    }

    public static Verb Dismiss(VerbContext context)
    {
        var account = Account();
        var verb = new Verb("dismiss", "Takes away an account's alarm; the log keeps it.", "dismiss app.example") { account };
        verb.SetAction((parsed, cancellationToken) => context.CarryOutAsync(
            parsed, new Call(Call.Dismiss) { Account = parsed.GetRequiredValue(account) }, reply => Show(context, parsed, reply),
            cancellationToken));
        return verb;
    }

    public static Verb Destroy(VerbContext context)
    {
        var account = Account();
        var verb = new Verb("destroy", "Destroys an account, and erases its keys.", "destroy app.example")
        {
            account, Yes,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            var call = new Call(Call.Destroy) { Account = parsed.GetRequiredValue(account) };
            await using var desk = await context.OpenDeskAsync(parsed, cancellationToken);
            if (!parsed.GetValue(Yes))
            {
                var all = await context.AskAsync(desk, new Call(Call.Accounts), cancellationToken);
                if (all.Fault is not null)
                    return context.Tell(all, _ => { });
                if (Named(all.Accounts ?? [], call.Account) is not [var named])
                    return context.Tell(Reply.Nothing("That names no account, or several: take its number."), _ => { });
                var question = $"Destroy account {named.Number} at {named.Origin} ({named.Name})? It can't be brought back.";
                if (!await context.Terminal.ConfirmAsync(question, cancellationToken))
                    return Refused(context);
                call = call with { Account = $"{named.Number}" };
            }
            return context.Tell(
                await context.AskAsync(desk, call, cancellationToken), reply => Show(context, parsed, reply));
        });
        return verb;
    }

    public static Verb Log(VerbContext context)
    {
        var account = new Argument<string?>("account")
        {
            Description = "An account's number or host; all of them without.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var verify = new Option<bool>("--verify") { Description = "Checks each entry against its signed block." };
        var verb = new Verb("log", "Shows what happened to your accounts.", "log app.example --verify")
        {
            account, verify,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            var call = new Call(Call.Log) { Account = parsed.GetValue(account), Verifies = parsed.GetValue(verify) };
            var unsound = 0;
            var outcome = await context.CarryOutAsync(
                parsed, call,
                reply =>
                {
                    ShowLog(context, parsed, reply.Log!, call.Verifies);
                    unsound = reply.Log!.Count(entry => entry.IsSound == false);
                },
                cancellationToken);
            if (unsound == 0)
                return outcome;
            context.Terminal.Fault($"{unsound} of these entries are not what was signed.");
            return (int)Outcome.CouldNot;
        });
        return verb;
    }

    public static Verb Recover(VerbContext context)
    {
        var (account, link, at, allowPrivate) = (Account(), Link(), At(), AllowPrivate());
        var keyFile = new Option<FileInfo?>("--recovery-key-file")
        {
            Description = "Reads the recovery key from the first line of a file.",
            HelpName = "FILE",
        };
        var verb = new Verb(
            "recover", "Takes an account back with the recovery key, by a new sign-up link of its app.",
            "recover app.example 'jlinx:u…?s=u…&h=https%3A%2F%2Fapp.example'")
        {
            account, link, at, allowPrivate, keyFile,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            // Who has no vault is told so before they type a secret, and it isn't shown.
            await using var desk = await context.OpenDeskAsync(parsed, cancellationToken);
            var words = parsed.GetValue(keyFile) is { } file
                ? (await File.ReadAllLinesAsync(file.FullName, cancellationToken)).FirstOrDefault()
                : await context.Terminal.AskSecretAsync("Recovery key:", cancellationToken);
            var call = new Call(Call.Recover)
            {
                Account = parsed.GetRequiredValue(account),
                Link = parsed.GetRequiredValue(link),
                Origin = parsed.GetValue(at),
                AllowsPrivate = parsed.GetValue(allowPrivate),
                Secret = words ?? throw new RefusedException("There is nobody to ask: name a --recovery-key-file."),
            };
            return context.Tell(
                await context.AskAsync(desk, call, cancellationToken), reply => Show(context, parsed, reply));
        });
        return verb;
    }

    /// <summary>What apps are told to call the person.</summary>
    private static async Task<string?> NameAsync(VerbContext context, IDesk desk, CancellationToken cancellationToken)
    {
        var reply = await context.AskAsync(desk, new Call(Call.Profile), cancellationToken);
        return reply.Profile?.GetValueOrDefault(ProfileBook.NameKey);
    }

    private static Argument<string> Account() => new("account") { Description = "An account's number or host." };

    private static Argument<string> Link() => new("link") { Description = "A sign-up link, or an id with --at." };

    private static Option<string?> At() => new("--at")
    {
        Description = "Where the app is, for an id without it.",
        HelpName = "ORIGIN",
    };

    private static Option<bool> AllowPrivate() => new("--allow-private")
    {
        Description = "The app may be in a private network.",
    };

    private static List<AccountView> Named(IReadOnlyList<AccountView> accounts, string named) =>
    [
        .. accounts.Where(account => account.State != AccountState.Destroyed
            && DeskContext.IsNamed(named, account.Number, account.Origin, account.Id)),
    ];

    private static int Refused(VerbContext context)
    {
        context.Terminal.Fault(context.Terminal.IsInteractive
            ? "Nothing was done."
            : "There is nobody to ask: --yes says that you are sure.");
        return (int)Outcome.Nothing;
    }

    private static void Show(VerbContext context, ParseResult parsed, Reply reply)
    {
        if (parsed.GetValue(context.AsJson))
            context.Terminal.Json(reply.Accounts!, PrintedJson.Default.IReadOnlyListAccountView);
        else
            context.Terminal.Line(reply.Text!);
    }

    private static void ShowAll(VerbContext context, ParseResult parsed, IReadOnlyList<AccountView> accounts)
    {
        if (parsed.GetValue(context.AsJson))
        {
            context.Terminal.Json(accounts, PrintedJson.Default.IReadOnlyListAccountView);
            return;
        }
        if (accounts.Count == 0)
        {
            context.Terminal.Line("There are no accounts yet. 'jlinx add LINK' makes one.");
            return;
        }
        context.Terminal.Table(
            ["No", "Where", "Name", "State", "Since", "Connection"],
            accounts.Select(account => (IReadOnlyList<string?>)
            [
                $"{account.Number}", account.Origin, account.Name, $"{account.State}",
                RequestVerbs.Day(account.Created), account.Standing,
            ]));
        foreach (var account in accounts.Where(account => account.Alarm is not null))
            context.Terminal.Line($"! {account.Number} {account.Origin}: {account.Alarm}");
    }

    private static void ShowLog(VerbContext context, ParseResult parsed, IReadOnlyList<LogView> log, bool isVerified)
    {
        if (parsed.GetValue(context.AsJson))
        {
            context.Terminal.Json(log, PrintedJson.Default.IReadOnlyListLogView);
            return;
        }
        IReadOnlyList<string> heads = ["When", "Where", "By", "Block", "What", "Detail"];
        context.Terminal.Table(
            isVerified ? [.. heads, "Check"] : heads,
            log.Select(entry =>
            {
                IReadOnlyList<string?> cells =
                [
                    RequestVerbs.Minute(entry.At), entry.Origin, entry.Document == "AppUser" ? "app" : "you",
                    $"{entry.Index}", entry.Event, WithTime(entry),
                ];
                return isVerified ? [.. cells, entry.Check] : cells;
            }));
    }

    private static string WithTime(LogView entry) => entry.Says is not { } says ? entry.Detail
        : $"{entry.Detail}{(entry.Detail.Length > 0 ? ", " : "")}by the app's words at {RequestVerbs.Minute(says)}";
}
