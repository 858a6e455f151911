namespace Gatehouse.IdentityManager.Control;

/// <summary>What a command asks of whoever has the vault. What a verb doesn't need is left out.</summary>
internal sealed record Call(string Verb)
{
    public const string
        Accounts = "accounts",
        Requests = "requests",
        Watch = "watch",
        Review = "review",
        Add = "add",
        Approve = "approve",
        Reject = "reject",
        Login = "login",
        Profile = "profile",
        SetProfile = "set-profile",
        SendProfile = "send-profile",
        Destroy = "destroy",
        Dismiss = "dismiss",
        Log = "log",
        Backup = "backup",
        ChangePassphrase = "passphrase",
        Recover = "recover";

    /// <summary>An account's number, or the origin of the only one there.</summary>
    public string? Account { get; init; }

    /// <summary>A sign-up link, or an AppUser's id.</summary>
    public string? Link { get; init; }

    /// <summary>The origin that the person typed beside an id.</summary>
    public string? Origin { get; init; }

    /// <summary>
    /// A request's id, to be looked for in <see cref="Account"/>; without one, the id or its account's number.
    /// </summary>
    public string? Request { get; init; }

    public string? Code { get; init; }

    public string? Key { get; init; }

    public string? Value { get; init; }

    public string? File { get; init; }

    /// <summary>The recovery key as it was typed, or a new passphrase.</summary>
    public string? Secret { get; init; }

    /// <summary>The passphrase of now, without which no new one is taken. Alone it is only checked.</summary>
    public string? Passphrase { get; init; }

    /// <summary>An app at a private address may be talked to.</summary>
    public bool AllowsPrivate { get; init; }

    public bool WithoutProfile { get; init; }

    /// <summary>Nobody may ask for an hour.</summary>
    public bool Blocks { get; init; }

    public bool Verifies { get; init; }

    /// <summary>Says which verb it is; the rest may be secret.</summary>
    public override string ToString() => $"Call {Verb}";
}
