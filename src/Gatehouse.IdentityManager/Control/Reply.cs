namespace Gatehouse.IdentityManager.Control;

/// <summary>
/// One line of an answer: notes while it is worked on, and one last line with the outcome.
/// </summary>
internal sealed record Reply
{
    /// <summary>What happens meanwhile. More lines follow.</summary>
    public string? Note { get; init; }

    /// <summary>Why it wasn't done.</summary>
    public string? Fault { get; init; }

    /// <summary>There is no such account or request, or it is settled already: nothing was done.</summary>
    public bool IsNothing { get; init; }

    public IReadOnlyList<AccountView>? Accounts { get; init; }

    public IReadOnlyList<RequestView>? Requests { get; init; }

    public OfferView? Offer { get; init; }

    public IReadOnlyList<LogView>? Log { get; init; }

    public SortedDictionary<string, string>? Profile { get; init; }

    /// <summary>Where to go with a browser.</summary>
    public string? Url { get; init; }

    /// <summary>How it ended, in words.</summary>
    public string? Text { get; init; }

    public static Reply Refused(string fault) => new() { Fault = fault };

    public static Reply Nothing(string fault) => new() { Fault = fault, IsNothing = true };
}

/// <summary>Where an account stands.</summary>
internal enum AccountState
{
    /// <summary>It was offered to the app, which hasn't opened it yet.</summary>
    Opening,

    Open,

    /// <summary>We destroyed it; the app hasn't got that yet.</summary>
    Destroying,

    Destroyed,

    /// <summary>
    /// The app's history and ours contradict each other, or one was signed twice: nothing is written any more.
    /// </summary>
    Contradicted,
}

/// <param name="Number">Names it in commands.</param>
/// <param name="Id">The AppAccount's id, to be pasted where a page asks for it.</param>
/// <param name="Connection">As <c>connected</c>, or why not.</param>
/// <param name="Alarm">What the person should know, beside the state.</param>
/// <param name="WaitsForSync">Whether nothing is written yet: the app hasn't said, or not sent, how much it has of our
/// document.</param>
internal sealed record AccountView(
    int Number, string Origin, string Name, AccountState State, string Id, string Did, DateTimeOffset Created,
    string Connection, string? Alarm, bool WaitsForSync)
{
    /// <summary>The connection as it is told: one that nothing can be written by is not all that it should be.</summary>
    public string Standing => State == AccountState.Open && Connection == "connected" && WaitsForSync
        ? "connected, but the app hasn't sent yet what this vault lacks"
        : Connection;

    /// <summary>How many entries its log has.</summary>
    public int Entries { get; init; }

    /// <summary>Whether the alarm tells what has happened to an account that goes on, and may be dismissed.</summary>
    public bool CanDismiss { get; init; }
}

/// <summary>Somebody wants to log in.</summary>
/// <param name="Place">Whether the app knows the place they do it from: <c>known</c> or <c>new</c>.</param>
/// <param name="Codes">Three, of which the browser shows one.</param>
internal sealed record RequestView(
    string Id, int Account, string Origin, string Name, string Browser, string Place, DateTimeOffset At,
    DateTimeOffset Expires, IReadOnlyList<string> Codes);

/// <summary>Who asks for an account to be made.</summary>
/// <param name="Link">What they were reviewed by.</param>
/// <param name="Account">The account that was begun with this link earlier.</param>
internal sealed record OfferView(string Link, string Origin, string Name, DateTimeOffset Expires, int? Account);

/// <summary>Something that happened to an account.</summary>
/// <param name="At">When it was written or read here, by our own clock.</param>
/// <param name="Says">When the app says that it was, where that is another time.</param>
/// <param name="Index">The block in <paramref name="Document"/> it was told by.</param>
/// <param name="Check">What verifying the block again said; null when it wasn't asked for.</param>
/// <param name="IsSound">Whether that was well.</param>
internal sealed record LogView(
    int Account, string Origin, DateTimeOffset At, DateTimeOffset? Says, string Document, ulong Index, string Event,
    string Detail, string? Check, bool? IsSound);
