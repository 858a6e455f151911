using Gatehouse.Http;

namespace Gatehouse.Configuration;

/// <summary>
/// What every setting means, for operators: the one place of these texts. Defaults and ranges come from
/// <see cref="SettingsReader"/>; a test holds the two together, and <c>docs/settings.md</c> is made of both.
/// </summary>
internal static class SettingsReference
{
    public static IReadOnlyList<SettingReference> All { get; } =
    [
        new("PublicUrl",
            "The URL that customers see. Links in mails, the cookie's name and the cross-origin check go by it.")
        {
            Values = "an http(s) URL without a path",
            Default = "`http://localhost:8080`; in Development the first address listened on",
            Production = "anything but https",
        },
        new("AllowedOrigins", "Other origins whose pages may call the API with the customer's cookie or token (CORS).")
        {
            Values = "a list of origins like `https://app.example.com`",
        },
        new("Database",
            "SQLite (`Data Source=FILE`) or PostgreSQL (an Npgsql connection string that begins with `Host=`).")
        {
            Values = "a connection string",
        },
        new("Redis",
            "What several nodes share for speed: sessions read lately, limits, and word of what ended. SQL stays the truth.")
        {
            Values = "`redis://:PASSWORD@host:6379/0`, `rediss://…` with TLS, or `host:6379,password=…`",
            Default = "none",
        },
        new("RabbitMq",
            "RabbitMQ, 3.10 or later, to spread the sending of mails over nodes. Without it each mail is sent from the outbox.")
        {
            Values = "a URL like `amqps://user:password@host:5671/vhost`",
        },
        new("KnownProxies",
            "Reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed; nobody else's are.")
        {
            Values = "a list of IP addresses and networks like `10.0.0.0/8`",
        },
        new("Secrets:Key",
            "Seals the keys kept in the database and peppers the passwords. A list: the first writes, all read.")
        {
            Values = "32 random bytes in base64url (43 characters), or a list of such",
            Default = "none; Development makes `data/secret.key`",
            Production = "a start without it or `Secrets:KeyFile`",
        },
        new("Secrets:KeyFile",
            "A file with the same keys, one per line. Not read when `Secrets:Key` is set.")
        {
            Values = "a path",
        },
        new("SignUp:Mode", "Who may sign up."),
        new("SignUp:UsernamePattern", "What a username must match, after folding to lower case.")
        {
            Values = "a regular expression",
            Default = $"`{Accounts.Username.DefaultPattern}`",
        },
        new("SignUp:PasswordPattern",
            "What a new password must match besides the rules that always hold. Better left empty.")
        {
            Values = "a regular expression",
        },
        new("SignUp:PasswordMinLength", "The least code points of a new password."),
        new("Verification:LinkLifetime",
            "How long a verification link works, a username is held, and a mail is tried."),
        new("Verification:PurgeAfter", "The age at which a sign-up that was never verified is deleted."),
        new("Verification:PurgeEvery", "How often one node deletes what has expired."),
        new("Verification:AskPassword",
            "Whether verification asks for the sign-up's password. If not, it makes no session."),
        new("Recovery:LinkLifetime", "How long a reset link works."),
        new("Invites:Lifetime", "How long an invite can be used, unless it is made with another time."),
        new("Sessions:MaxAge",
            "How long a session lives after the login, however much it is used.")
        {
            Values = "a duration, at most 400 days",
        },
        new("Sessions:IdleTimeout", "How long a session lives without being used."),
        new("Tokens:Issuer", "The claim `iss` of access tokens.") { Values = Name, Default = Origin },
        new("Tokens:Audience", "The claim `aud` of access tokens.") { Values = Name, Default = Origin },
        new("Tokens:Lifetime", "How long an access token is good; never beyond its session's end."),
        new("Tokens:RenewAfter", "The age at which an answer carries a new access token in place of the presented one.")
        {
            Values = "a duration below `Tokens:Lifetime`",
        },
        new("Tokens:HeaderName",
            "The answer's header that carries the access token.")
        {
            Values = "letters, digits and hyphens",
        },
        new("Tokens:KeySize",
            "Bits of the RSA key that is made at the very first start.")
        {
            Values = "2048, 3072 or 4096",
        },
        new("Passwords:MemoryKiB", "Argon2id's memory per hash.") { Production = "less than the default" },
        new("Passwords:Iterations", "Argon2id's passes over that memory.") { Production = "less than the default" },
        new("Passwords:MaxConcurrent", "Hashes computed at a time.") { Default = "one per processor core" },
        new("Passwords:MaxQueued",
            "Hashes that may wait; beyond it the answer is 503 `busy`.")
        {
            Default = "128 for each of `MaxConcurrent`",
        },
        new("Mail:From", "The sender of every mail.")
        {
            Values = "a sender like `Gatehouse <no-reply@example.com>`",
            Default = "`Gatehouse <no-reply@HOST>` with the host of `PublicUrl`",
            Production = "a start without it",
        },
        new("Mail:Smtp:Host",
            "The mail server. Without one Development keeps mails in the dev mailbox.")
        {
            Values = "a host name",
            Production = "a start without it",
        },
        new("Mail:Smtp:Port", "Its port.") { Default = "`587`; `465` with `Security` `Tls`" },
        new("Mail:Smtp:User", "The login at the mail server; goes together with `Password`."),
        new("Mail:Smtp:Password", "The password of that login. It is only sent inside TLS."),
        new("Mail:Smtp:Security",
            "How the connection is encrypted. `Auto` uses TLS where the server offers it; with a user it insists."),
        new("Mail:Queue",
            "The queue at RabbitMQ; dead letters are in `NAME.dead`. Two installations need two names, or two virtual hosts.")
        {
            Values = "up to 100 letters, digits, dots, hyphens and underscores",
        },
        new("Mail:Workers", "Mails this node sends at once with RabbitMQ. 0: it writes mails, other nodes send them."),
        new("Pages:Title", "The site's name, on pages and in mails; no password may contain it."),
        new("Pages:Logo",
            "A picture for the pages, and, unless it is .svg, for mails: a file, which the server then serves, or a path of your own application.")
        {
            Values = "a file (.svg, .png, .webp, .jpg) of at most 256 KiB, or a path like `/logo.svg`",
        },
        new("Pages:Accent", "The colour of buttons, on pages and in mails.") { Values = "a colour like `#2f6f4f`" },
        new("Pages:Language", "Spoken to customers whose browsers ask for no language of ours, and in mails to whom nothing is known of.")
        {
            Values = "ar, de, en, es, ja, zh-TW",
        },
        new("Pages:Texts", "Your own words in place of ours: `Pages:Texts:LANGUAGE:KEY`, keys as in [texts.md](texts.md).")
        {
            Values = "texts by language and key",
        },
        new("Social",
            "Where customers may log in besides here, each under its name: `Social:google`, `Social:facebook`, `Social:line`, or a name of "
            + "your own for any OpenID Connect issuer. Each has `ClientId` and `ClientSecret`; one of your own also `Authority`, its issuer. "
            + "`Title` is what customers know it by, `Scopes` what is asked for, `Algorithm` (`RS256`, `ES256`) what its ID tokens are "
            + "signed with. See [social login](social-login.md).")
        {
            Values = "a section a provider: `Social:NAME:ClientId`, …",
        },
        new("Jlinx:Enabled",
            "Whether customers may sign up and log in with an [identity of their own](jlinx.md). `Auto`: where libsodium is "
            + "found and `PublicUrl` is https or this machine's."),
        new("Jlinx:Port",
            "A TCP port on which documents are replicated, beside the WebSocket at `/jlinx/replicate`; 0: none. The port must be reached "
            + "at the host of `PublicUrl`."),
        new("Shutdown:Drain",
            "How long a node that is told to stop serves on while `/readyz` sends balancers elsewhere.")
        {
            Values = "a duration up to `00:05:00`, or off",
            Default = "`00:00:05`; in Development `off`",
        },
        new("Support:Contact", "Where customers may ask; stands in every mail."),
        new("RateLimits:Enabled", "Turns every limit off when false: for load tests.") { Production = "`false`" },
        .. Limit(LimitName.Login, "Failed password checks per account, by whatever path."),
        .. Limit(LimitName.LoginSource, "Logins per source, failed or not."),
        .. Limit(LimitName.SignUp, "Sign-ups per source."),
        .. Limit(LimitName.Mail, "Asked-for mails (resend, recovery, email change) per source; the last also per account."),
        .. Limit(LimitName.Invite, "Wrong invites per source."),
        .. Limit(LimitName.Link, "Wrong one-time links per source."),
        .. Limit(LimitName.Lookup, "Look-ups of usernames per source, also by asking for one."),
        .. Limit(LimitName.Address, "Mails of a kind to one address; beyond it the answer stays and no mail goes."),
    ];

    private const string Name = "1 to 256 visible ASCII characters, without `\"` and `\\`";
    private const string Origin = "the origin of `PublicUrl`";

    private static SettingReference[] Limit(LimitName name, string meaning) =>
    [
        new($"RateLimits:{name}:Permits", meaning),
        new($"RateLimits:{name}:Window", "Any stretch of time this long has at most that many."),
    ];
}

/// <param name="Key">Below <c>Gatehouse:</c>.</param>
internal sealed record SettingReference(string Key, string Meaning)
{
    /// <summary>In words, where it depends on other things; null: what the reader falls back to.</summary>
    public string? Default { get; init; }

    /// <summary>In words; null: what the reader takes.</summary>
    public string? Values { get; init; }

    /// <summary>What Production refuses; null: nothing.</summary>
    public string? Production { get; init; }
}
