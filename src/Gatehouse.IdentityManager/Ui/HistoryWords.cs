using Gatehouse.IdentityManager.Accounts;
using Gatehouse.IdentityManager.Control;
using Gatehouse.Jlinx.Events;

namespace Gatehouse.IdentityManager.Ui;

/// <summary>What happened, in words for who has never heard of documents.</summary>
internal static class HistoryWords
{
    /// <summary>
    /// An event counts in its own document alone: what an app calls as we call ours is nothing that we did.
    /// </summary>
    public static string Of(LogView entry) => (IsOurs(entry), entry.Event) switch
    {
        (true, nameof(AccountAccepted)) => "You asked for the account",
        (true, nameof(SessionApproved)) => "You let them in",
        (true, nameof(SessionRejected)) => "You kept them out",
        (true, nameof(SessionEnded)) => "You ended a session",
        (true, nameof(SetProfile)) => "You told the app your name",
        (true, nameof(GeneratedOnetimeLoginLink)) => "You made a link to log in",
        (true, nameof(Rekey)) => "Your keys were renewed",
        (true, nameof(DestroyedAccount)) => "You destroyed the account",
        (false, nameof(AccountOpened)) => "The app opened the account",
        (false, nameof(SessionRequested)) => "Somebody wanted to log in",
        (false, nameof(RedeemedOnetimeLoginLink)) => "A link to log in was used",
        (false, nameof(SecurityEvent)) => "The app tells",
        (false, nameof(Rekey)) => "The app's keys were renewed",
        (false, nameof(DestroyedAccount)) => "The app destroyed the account",
        (true, var other) => $"You wrote “{other}”",
        (false, var other) => $"The app wrote “{other}”",
    };

    /// <summary>What is worth reading of the details: a link's hash isn't.</summary>
    public static string DetailOf(LogView entry) =>
        IsOurs(entry) && entry.Event == nameof(GeneratedOnetimeLoginLink) ? "" : entry.Detail;

    private static bool IsOurs(LogView entry) => entry.Document == LogRecord.Own;
}
