namespace Gatehouse.Tests.Outages;

/// <summary>What the product promises for each fault of each thing that it depends on.</summary>
internal static class Matrix
{
    public const string Works = "works";
    public const string MailFollows = "works, mail follows";
    public const string Refused = "503";
    public const string RefusedAndCleared = "503, cookie cleared, ended later";

    private static readonly string[] NeedNoDatabase = ["the page to log in", "`/healthz`"];

    private static readonly string[] AskForMail = ["sign up", "ask for the link again", "ask for a new password"];

    /// <summary>The faults there can be: a database that forgets is a restored backup, a mail server has nothing to forget.</summary>
    public static IEnumerable<Fault> FaultsOf(Engine engine) => Enum.GetValues<Fault>()
        .Where(fault => fault != Fault.Emptied || engine is Engine.Redis or Engine.RabbitMq);

    public static string Promise(Engine engine, Fault fault, Flow flow)
    {
        var isAway = fault is Fault.Stopped or Fault.Hung;
        if (engine == Engine.PostgreSql && isAway && !NeedNoDatabase.Contains(flow.Name, StringComparer.Ordinal))
            return flow.Name == "log out" ? RefusedAndCleared : Refused;
        return HoldsMailsUp(engine, fault) && AskForMail.Contains(flow.Name, StringComparer.Ordinal) ? MailFollows : Works;
    }

    public static bool HoldsMailsUp(Engine engine, Fault fault) =>
        engine is Engine.Smtp or Engine.RabbitMq && fault is not (Fault.Slow or Fault.Reset);
}
