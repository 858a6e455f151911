using Gatehouse.Http;
using Gatehouse.Mail.Broker;
using Gatehouse.Mail.Smtp;
using Gatehouse.Security;
using Gatehouse.Security.Passwords;
using Gatehouse.Storage;
using Gatehouse.Texts;

namespace Gatehouse.Configuration;

/// <summary>Every setting, read and checked once at start. Names and defaults: <c>docs/settings.md</c>.</summary>
internal sealed record GatehouseSettings
{
    public required Uri PublicUrl { get; init; }

    public required bool Development { get; init; }

    public required IReadOnlyList<string> AllowedOrigins { get; init; }

    public required string Database { get; init; }

    /// <summary>Null: the nodes do without it.</summary>
    public required RedisAddress? Redis { get; init; }

    /// <summary>Null: the outbox is emptied without a broker.</summary>
    public required BrokerSettings? RabbitMq { get; init; }

    public required IReadOnlyList<string> KnownProxies { get; init; }

    public required MasterKeys Secrets { get; init; }

    public required SignUpSettings SignUp { get; init; }

    public required VerificationSettings Verification { get; init; }

    public required TimeSpan RecoveryLinkLifetime { get; init; }

    public required TimeSpan InviteLifetime { get; init; }

    public required SessionSettings Sessions { get; init; }

    public required TokenSettings Tokens { get; init; }

    public required PasswordSettings Passwords { get; init; }

    public required MailSettings Mail { get; init; }

    public required RateLimitSettings RateLimits { get; init; }

    public required PageSettings Pages { get; init; }

    /// <summary>Where customers may log in besides here.</summary>
    public required IReadOnlyList<SocialSettings> Social { get; init; }

    /// <summary>Identities of one's own.</summary>
    public required JlinxSettings Jlinx { get; init; }

    /// <summary>Null: a node that is told to stop stops listening at once.</summary>
    public required TimeSpan? ShutdownDrain { get; init; }

    public required string? SupportContact { get; init; }

    /// <summary>The origin that browsers show for us: scheme, host and port, as in an <c>Origin</c> header.</summary>
    public string PublicOrigin => PublicUrl.GetLeftPart(UriPartial.Authority);

    /// <summary>An absolute URL of ours for mails. Never made from a request's Host (GH-SEC-136).</summary>
    public string UrlOf(string path) => PublicOrigin + path;
}

internal enum SignUpMode
{
    Open,
    InviteOnly,
    Closed,
}

internal sealed record SignUpSettings(
    SignUpMode Mode, string UsernamePattern, string? PasswordPattern, int PasswordMinLength);

internal sealed record VerificationSettings(
    TimeSpan LinkLifetime, TimeSpan PurgeAfter, TimeSpan PurgeEvery, bool AskPassword);

/// <param name="IdleTimeout">Null: a session ends by its age alone.</param>
internal sealed record SessionSettings(TimeSpan MaxAge, TimeSpan? IdleTimeout);

internal sealed record TokenSettings(
    string Issuer, string Audience, TimeSpan Lifetime, TimeSpan RenewAfter, string HeaderName, int KeySize);

/// <param name="Smtp">Null in Development alone: mails stay in the dev mailbox.</param>
/// <param name="Queue">The broker's queue.</param>
/// <param name="Workers">How many mails this node sends at once from it.</param>
internal sealed record MailSettings(string From, SmtpSettings? Smtp, string Queue, int Workers);

internal sealed record RateLimitSettings(bool Enabled, IReadOnlyDictionary<LimitName, LimitRule> Rules);

/// <param name="Language">Spoken to customers whose browsers prefer none that we speak.</param>
/// <param name="Texts">The operator's own, by language tag and key.</param>
internal sealed record PageSettings(
    string Title, Logo? Logo, string Accent, Language Language,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Texts);
