using System.CommandLine;
using Gatehouse.IdentityManager.Control;

namespace Gatehouse.IdentityManager.CommandLine;

/// <summary>What you tell of yourself.</summary>
internal static class ProfileVerbs
{
    public static Verb Create(VerbContext context) =>
        new("profile", "What apps may know of you: it stays here until it is sent.")
        {
            Show(context),
            Set(context),
            Delete(context),
            Send(context),
        };

    private static Verb Show(VerbContext context)
    {
        var verb = new Verb("show", "Shows your profile.", "profile show");
        verb.SetAction((parsed, cancellationToken) => context.CarryOutAsync(
            parsed, new Call(Call.Profile), reply => Print(context, parsed, reply), cancellationToken));
        return verb;
    }

    private static Verb Set(VerbContext context)
    {
        var key = new Argument<string>("key") { Description = "As name." };
        var value = new Argument<string>("value") { Description = "What it is from now on." };
        var verb = new Verb("set", "Sets a value of your profile.", "profile set name \"Ada Lovelace\"") { key, value };
        verb.SetAction((parsed, cancellationToken) => context.CarryOutAsync(
            parsed,
            new Call(Call.SetProfile) { Key = parsed.GetRequiredValue(key), Value = parsed.GetRequiredValue(value) },
            reply => Print(context, parsed, reply), cancellationToken));
        return verb;
    }

    private static Verb Delete(VerbContext context)
    {
        var key = new Argument<string>("key") { Description = "As name." };
        var verb = new Verb("delete", "Takes a value out of your profile.", "profile delete name") { key };
        verb.SetAction((parsed, cancellationToken) => context.CarryOutAsync(
            parsed, new Call(Call.SetProfile) { Key = parsed.GetRequiredValue(key) },
            reply => Print(context, parsed, reply), cancellationToken));
        return verb;
    }

    private static Verb Send(VerbContext context)
    {
        var account = new Argument<string>("account") { Description = "An account's number or host." };
        var verb = new Verb("send", "Tells an app your name.", "profile send app.example") { account };
        verb.SetAction((parsed, cancellationToken) => context.CarryOutAsync(
            parsed, new Call(Call.SendProfile) { Account = parsed.GetRequiredValue(account) },
            reply => context.Show(parsed, reply), cancellationToken));
        return verb;
    }

    private static void Print(VerbContext context, ParseResult parsed, Reply reply)
    {
        if (parsed.GetValue(context.AsJson))
        {
            context.Terminal.Json(reply.Profile!, PrintedJson.Default.SortedDictionaryStringString);
            return;
        }
        var rows = reply.Profile!.Select(pair => (IReadOnlyList<string?>)[pair.Key, pair.Value]).ToList();
        if (rows.Count == 0)
            context.Terminal.Line("Your profile is empty.");
        else
            context.Terminal.Table(["Key", "Value"], rows);
    }
}
