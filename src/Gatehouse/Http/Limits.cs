namespace Gatehouse.Http;

/// <summary>The budgets of <c>RateLimits:</c>. What each counts stands in http-api and in <c>docs/settings.md</c>.</summary>
internal enum LimitName
{
    /// <summary>Failed password checks per account, whatever path they came by.</summary>
    Login,

    /// <summary>Password checks per source.</summary>
    LoginSource,

    /// <summary>Sign-ups per source.</summary>
    SignUp,

    /// <summary>Asked-for mails (resend, recovery, email change) per source; the last also per account.</summary>
    Mail,

    /// <summary>Wrong invites per source.</summary>
    Invite,

    /// <summary>Wrong one-time links per source.</summary>
    Link,

    /// <summary>Look-ups (is this username free?) per source, also by asking for it.</summary>
    Lookup,

    /// <summary>Mails of one kind to one address; beyond it the answer stays and no mail goes.</summary>
    Address,
}

/// <param name="Permits">How many fit into any stretch of time as long as the window.</param>
internal readonly record struct LimitRule(int Permits, TimeSpan Window)
{
    public static IReadOnlyDictionary<LimitName, LimitRule> Defaults { get; } = new Dictionary<LimitName, LimitRule>
    {
        [LimitName.Login] = new(10, TimeSpan.FromMinutes(15)),
        [LimitName.LoginSource] = new(20, TimeSpan.FromMinutes(1)),
        [LimitName.SignUp] = new(10, TimeSpan.FromHours(1)),
        [LimitName.Mail] = new(10, TimeSpan.FromHours(1)),
        [LimitName.Invite] = new(20, TimeSpan.FromMinutes(10)),
        [LimitName.Link] = new(20, TimeSpan.FromMinutes(10)),
        [LimitName.Lookup] = new(60, TimeSpan.FromMinutes(1)),
        [LimitName.Address] = new(3, TimeSpan.FromHours(1)),
    };
}
