using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Gatehouse.Http;

/// <summary>The product's own metrics and traces. Tags are words of a fixed set: never an id, an address or a path.</summary>
internal static class GatehouseMeter
{
    public const string Name = "Gatehouse";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> PasswordChecks = Meter.CreateCounter<long>(
        "gatehouse.password.checks", "{check}", "Password checks by outcome: right, wrong, blocked.");

    private static readonly Counter<long> Guessing = Meter.CreateCounter<long>(
        "gatehouse.password.alarms", "{alarm}", "Alarms over many accounts by kind: spraying, wave.");

    private static readonly Counter<long> SignUps = Meter.CreateCounter<long>(
        "gatehouse.sign_ups", "{sign_up}", "Sign-ups taken.");

    private static readonly Counter<long> Verifications = Meter.CreateCounter<long>(
        "gatehouse.verifications", "{account}", "Accounts verified.");

    private static readonly Counter<long> SocialLogins = Meter.CreateCounter<long>(
        "gatehouse.social.logins", "{login}",
        "Answers of providers by provider and outcome: in, new, asked, linked, opened, or the code of the problem.");

    private static readonly Counter<long> Mails = Meter.CreateCounter<long>(
        "gatehouse.mails", "{mail}", "Mails by outcome: sent, kept, dropped, deferred, rejected, given_up.");

    private static readonly Counter<long> Messages = Meter.CreateCounter<long>(
        "gatehouse.mail.messages", "{message}", "Messages of the broker by outcome: confirmed, unconfirmed, dead.");

    private static readonly Gauge<long> Outbox = Meter.CreateGauge<long>(
        "gatehouse.mail.outbox", "{mail}", "Mails that wait in the outbox, looked at twice a minute.");

    private static readonly Counter<long> KeyChanges = Meter.CreateCounter<long>(
        "gatehouse.key_changes", "{change}", "Changes of keys that this node took up, by ring: token, cookie.");

    private static readonly Counter<long> LimitFallbacks = Meter.CreateCounter<long>(
        "gatehouse.limits.fallbacks", "{decision}", "Limits asked of this node alone, because the shared ones did not answer.");

    private static readonly Histogram<double> CheckSeconds = Meter.CreateHistogram<double>(
        "gatehouse.password.duration", "s", "From asking for a password check to its answer, the queue included.");

    // Activities of the requests come from ASP.NET Core; ours name the step that takes the time.
    private static readonly ActivitySource Activities = new(Name);

    public static void PasswordChecked(string outcome) =>
        PasswordChecks.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public static void GuessingSeen(string kind) => Guessing.Add(1, new KeyValuePair<string, object?>("kind", kind));

    public static void SignedUp() => SignUps.Add(1);

    public static void Verified() => Verifications.Add(1);

    public static void SocialLoginEnded(string provider, string outcome) => SocialLogins.Add(
        1, new KeyValuePair<string, object?>("provider", provider), new KeyValuePair<string, object?>("outcome", outcome));

    public static void MailHandled(string outcome) => Mails.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public static void MessagesHandled(string outcome, int count) =>
        Messages.Add(count, new KeyValuePair<string, object?>("outcome", outcome));

    public static void OutboxHas(long mails) => Outbox.Record(mails);

    public static void KeysChanged(string ring) => KeyChanges.Add(1, new KeyValuePair<string, object?>("ring", ring));

    public static void LimitFellBack() => LimitFallbacks.Add(1);

    public static void PasswordTook(TimeSpan elapsed) => CheckSeconds.Record(elapsed.TotalSeconds);

    /// <summary>A span of a trace; null while nobody listens.</summary>
    public static Activity? Begin(string step) => Activities.StartActivity(step);
}
