using Gatehouse.Server.CommandLine.Health;

namespace Gatehouse.Server.CommandLine;

/// <summary>Looks at everything and changes nothing; says in words what is well and what is to be mended.</summary>
internal static class DoctorVerb
{
    public static Verb Create(VerbContext context)
    {
        var verb = new Verb("doctor", "Checks settings, database, mail, broker, providers and keys, and says what to mend.", "doctor");
        verb.SetAction((parsed, cancellationToken) =>
            RunAsync(context, parsed.GetValue(context.AsJson), cancellationToken));
        return verb;
    }

    private static async Task<int> RunAsync(VerbContext context, bool asJson, CancellationToken cancellationToken)
    {
        var (configuration, development) = context.ReadConfiguration();
        await using var patient = new Patient(configuration, development, context.Clock);
        var checks = await ExamineAsync(patient, cancellationToken);
        if (asJson)
            WriteJson(context.Terminal, checks);
        else
            Write(context.Terminal, checks);
        return (int)(checks.Any(check => check.Status == CheckStatus.Mend) ? Outcome.Nothing : Outcome.Done);
    }

    private static async Task<IReadOnlyList<Check>> ExamineAsync(Patient patient, CancellationToken cancellationToken)
    {
        var smtp = MailChecks.ServerAsync(patient, cancellationToken); // may take seconds; meanwhile the others
        var broker = BrokerChecks.ExamineAsync(patient, cancellationToken);
        var redis = RedisChecks.ExamineAsync(patient, cancellationToken);
        var social = SocialChecks.ExamineAsync(patient, cancellationToken);
        var checks = SettingsChecks.Examine(patient).ToList();
        var (database, isOpen) = await DatabaseChecks.ExamineAsync(patient, cancellationToken);
        checks.AddRange(database);
        if (isOpen)
            checks.Add(await MailChecks.OutboxAsync(patient, cancellationToken));
        if (isOpen && !patient.HasFault("Secrets"))
            checks.AddRange(await KeyChecks.ExamineAsync(patient, cancellationToken));
        checks.Add(await smtp);
        checks.AddRange(await broker);
        checks.AddRange(await redis);
        checks.AddRange(await social);
        checks.Add(PasswordCost.Examine(patient.Settings.Passwords));
        return checks;
    }

    private static void Write(Terminal terminal, IReadOnlyList<Check> checks)
    {
        foreach (var check in checks)
        {
            var mark = check.Status switch
            {
                CheckStatus.Ok => '✔',
                CheckStatus.Warn => '!',
                CheckStatus.Mend => '✘',
                _ => '-',
            };
            terminal.Line($"{mark} {check.Name}: {check.Detail}");
            if (check.Advice is not null)
                terminal.Line($"    {check.Advice}");
        }
        var mend = checks.Count(check => check.Status == CheckStatus.Mend);
        terminal.Line(mend == 0 ? "All is well." : $"{mend} to mend.");
    }

    private static void WriteJson(Terminal terminal, IReadOnlyList<Check> checks) => terminal.Json(json =>
    {
        json.WriteStartArray();
        foreach (var check in checks)
        {
            json.WriteStartObject();
            json.WriteString("check", check.Name);
            json.WriteString("status", check.Status switch
            {
                CheckStatus.Ok => "ok",
                CheckStatus.Warn => "warn",
                CheckStatus.Mend => "mend",
                _ => "skipped",
            });
            json.WriteString("detail", check.Detail);
            json.WriteString("advice", check.Advice);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
