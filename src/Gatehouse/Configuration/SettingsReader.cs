using System.Globalization;
using Gatehouse.Http;
using Gatehouse.Mail.Broker;
using Gatehouse.Mail.Smtp;
using Gatehouse.Security;
using Gatehouse.Security.Argon2id;
using Gatehouse.Security.Passwords;
using Gatehouse.Tokens;
using Microsoft.Extensions.Configuration;

namespace Gatehouse.Configuration;

/// <summary>
/// From configuration to <see cref="GatehouseSettings"/>: defaults, ranges, and what Production refuses (GH-SEC-258).
/// </summary>
internal sealed class SettingsReader
{
    public const string DevelopmentKey = "data/secret.key";
    private static readonly TimeSpan LongestAge = TimeSpan.FromDays(400); // browsers cut a cookie's Max-Age there
    private static readonly TimeSpan LongestDrain = TimeSpan.FromMinutes(5);
    private readonly SettingsSection section;
    private readonly bool development;
    private readonly bool mayMakeKey;
    private readonly string? firstUrl;

    private SettingsReader(IConfiguration configuration, bool development, bool mayMakeKey)
    {
        section = new SettingsSection(configuration);
        this.development = development;
        this.mayMakeKey = mayMakeKey;
        firstUrl = (configuration["urls"] ?? configuration["http_ports"])?.Split(';')[0];
    }

    /// <exception cref="SettingsFaultException">Something is wrong or missing; the message names all of it.</exception>
    public static GatehouseSettings Read(IConfiguration configuration, bool development)
    {
        var (settings, faults) = Read(configuration, development, mayMakeKey: true);
        return faults.Count == 0 ? settings : throw new SettingsFaultException(faults);
    }

    /// <summary>
    /// For a verb of the command line: what it uses must be right, and no key may be misspelt; whatever else is wrong or
    /// missing is the server's to refuse. Makes no secret key: one made now opens nothing that is there already.
    /// </summary>
    /// <param name="used">Keys below <c>Gatehouse:</c>, each with all below it.</param>
    /// <exception cref="SettingsFaultException">Something that is used is wrong or missing.</exception>
    public static GatehouseSettings ReadFor(IConfiguration configuration, bool development, params string[] used)
    {
        var reader = new SettingsReader(configuration, development, mayMakeKey: false);
        var settings = reader.ReadAll();
        reader.section.KeepFaultsOf(used);
        reader.section.RefuseUnknown();
        return reader.section.Faults.Count == 0 ? settings : throw new SettingsFaultException(reader.section.Faults);
    }

    /// <summary>The settings as far as they can be read, with every fault that would stop a start.</summary>
    public static (GatehouseSettings Settings, IReadOnlyList<string> Faults) Inspect(
        IConfiguration configuration, bool development) => Read(configuration, development, mayMakeKey: false);

    /// <summary>Every setting there is, as Production asks for it. <c>docs/settings.md</c> is made from it.</summary>
    public static IReadOnlyDictionary<string, AskedSetting> AskAll()
    {
        var reader = new SettingsReader(new ConfigurationBuilder().Build(), development: false, mayMakeKey: false);
        reader.ReadAll();
        return reader.section.Asked;
    }

    private static (GatehouseSettings Settings, IReadOnlyList<string> Faults) Read(
        IConfiguration configuration, bool development, bool mayMakeKey)
    {
        var reader = new SettingsReader(configuration, development, mayMakeKey);
        var settings = reader.ReadAll();
        reader.section.RefuseUnknown();
        if (!development)
            reader.RefuseForProduction(settings);
        return (settings, reader.section.Faults);
    }

    private GatehouseSettings ReadAll()
    {
        var publicUrl = ReadPublicUrl();
        return new GatehouseSettings
        {
            PublicUrl = publicUrl,
            Development = development,
            AllowedOrigins = [.. section.List("AllowedOrigins").Select(ReadOrigin)],
            Database = ReadDatabase(),
            Redis = ReadRedis(),
            RabbitMq = ReadBroker(),
            KnownProxies = [.. section.List("KnownProxies").Select(ReadProxy)],
            Secrets = ReadSecrets(),
            SignUp = new(
                section.Choice("SignUp:Mode", SignUpMode.Open),
                ReadPattern("SignUp:UsernamePattern") ?? Accounts.Username.DefaultPattern,
                ReadPattern("SignUp:PasswordPattern"),
                section.Number("SignUp:PasswordMinLength", 8, 8, 64)),
            Verification = new(
                section.Duration("Verification:LinkLifetime", TimeSpan.FromHours(24)),
                section.Duration("Verification:PurgeAfter", TimeSpan.FromDays(7)),
                section.Duration("Verification:PurgeEvery", TimeSpan.FromHours(1)),
                section.Flag("Verification:AskPassword", true)),
            RecoveryLinkLifetime = section.Duration("Recovery:LinkLifetime", TimeSpan.FromHours(1)),
            InviteLifetime = section.Duration("Invites:Lifetime", TimeSpan.FromDays(14)),
            Sessions = new(ReadAge("Sessions:MaxAge", TimeSpan.FromDays(14)), section.DurationOrOff("Sessions:IdleTimeout", null)),
            Tokens = ReadTokens(publicUrl),
            Passwords = ReadPasswords(),
            Mail = new(
                ReadSender(publicUrl), ReadSmtp(), ReadQueue(), section.Number("Mail:Workers", 4, 0, 64)),
            RateLimits = ReadLimits(),
            Pages = PageSettingsReader.Read(section),
            Social = SocialSettingsReader.Read(section, development),
            Jlinx = ReadJlinx(publicUrl),
            ShutdownDrain = ReadDrain(),
            SupportContact = section.Text("Support:Contact"),
        };
    }

    private Uri ReadPublicUrl()
    {
        var fallback = development && FirstListeningUrl() is { } listening ? listening : "http://localhost:8080";
        var text = section.Text("PublicUrl", fallback);
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
                && url.PathAndQuery == "/" && url.UserInfo.Length == 0 && url.Fragment.Length == 0
            ? new UriBuilder(url) { Host = url.IdnHost }.Uri // as browsers spell an origin
            : section.Fault("PublicUrl", $"'{text}' is not an absolute http(s) URL without a path", new Uri("http://localhost:8080"));
    }

    /// <summary>What <c>--urls</c> names first; a wildcard host is reached as localhost.</summary>
    private string? FirstListeningUrl()
    {
        if (string.IsNullOrWhiteSpace(firstUrl))
            return null;
        if (int.TryParse(firstUrl, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return $"http://localhost:{port}";
        var url = firstUrl.Replace("//*", "//localhost", StringComparison.Ordinal)
            .Replace("//+", "//localhost", StringComparison.Ordinal)
            .Replace("//0.0.0.0", "//localhost", StringComparison.Ordinal)
            .Replace("//[::]", "//localhost", StringComparison.Ordinal);
        return url.EndsWith(":0", StringComparison.Ordinal) ? null : url;
    }

    private string ReadOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.PathAndQuery == "/"
            ? url.GetLeftPart(UriPartial.Authority)
            : section.Fault("AllowedOrigins", $"'{text}' is not an origin like https://app.example.com", text);

    private string ReadProxy(string text) =>
        System.Net.IPNetwork.TryParse(text, out var network) && network.PrefixLength > 0
            || System.Net.IPAddress.TryParse(text, out _)
            ? text
            : section.Fault("KnownProxies", $"'{text}' is neither an IP address nor a network like 10.0.0.0/8", text);

    /// <summary>The value isn't repeated in a fault: it may hold a password.</summary>
    private string ReadDatabase()
    {
        var text = section.Text("Database", "Data Source=data/gatehouse.db");
        if (Storage.Database.FaultOf(text) is { } fault)
            section.Fault("Database", fault, 0);
        return text;
    }

    private Storage.RedisAddress? ReadRedis()
    {
        if (section.Text("Redis") is not { } text)
            return null;
        if (Storage.RedisAddress.FaultOf(text, out var address) is { } fault)
            section.Fault("Redis", fault, 0);
        return address;
    }

    /// <summary>As with the database: no fault repeats the value.</summary>
    private BrokerSettings? ReadBroker()
    {
        if (section.Text("RabbitMq") is not { } text)
            return null;
        var broker = BrokerSettings.Parse(text, out var fault);
        return fault is null ? broker : section.Fault<BrokerSettings?>("RabbitMq", fault, null);
    }

    private string ReadQueue()
    {
        const string Fallback = "gatehouse.mail";
        var name = section.Text("Mail:Queue", Fallback);
        return name.Length <= 100 && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_')
            ? name
            : section.Fault("Mail:Queue", $"'{name}' is not of letters, digits, dots, hyphens and underscores", Fallback);
    }

    private MasterKeys ReadSecrets()
    {
        var texts = section.List("Secrets:Key");
        section.Accept("Secrets:Key");
        var file = section.Text("Secrets:KeyFile");
        if (texts.Count == 0 && file is null && development)
            file = mayMakeKey || File.Exists(DevelopmentKey) ? MakeDevelopmentKey() : null;
        if (texts.Count == 0 && file is not null)
        {
            if (!File.Exists(file))
                return section.Fault("Secrets:KeyFile", $"there is no file '{file}'", NoKeys());
            texts = [.. File.ReadAllLines(file).Where(line => !string.IsNullOrWhiteSpace(line))];
        }
        if (texts.Count == 0 && development)
            return section.Fault("Secrets:Key", $"is missing: the server's first start makes {DevelopmentKey} here", NoKeys());
        if (texts.Count == 0)
        {
            return section.Fault("Secrets:Key", "is missing: it needs 32 random bytes in base64url; make one with "
                + "'openssl rand -base64 32 | tr +/ -_ | tr -d =' and keep it outside the database", NoKeys());
        }
        return MasterKeys.TryParse(texts, out var keys)
            ? keys
            : section.Fault("Secrets:Key", "every key must be 32 random bytes in base64url (43 characters)", NoKeys());
    }

    private static MasterKeys NoKeys() =>
        MasterKeys.TryParse([SecretBytes.ToText(SecretBytes.New())], out var keys) ? keys : throw new InvalidOperationException();

    /// <summary>Development alone: a key beside the database, readable by its owner (0600), made once.</summary>
    private static string MakeDevelopmentKey()
    {
        if (File.Exists(DevelopmentKey))
            return DevelopmentKey;
        Directory.CreateDirectory("data");
        // Written beside and moved into place, so that a process killed half-way leaves no half key.
        var draft = $"{DevelopmentKey}.{Environment.ProcessId}";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var stream = new FileStream(draft, options))
            {
                stream.Write(System.Text.Encoding.ASCII.GetBytes(SecretBytes.ToText(SecretBytes.New()) + "\n"));
                stream.Flush(flushToDisk: true); // it must outlive whatever will be sealed under it
            }
            File.Move(draft, DevelopmentKey, overwrite: false);
        }
        catch (IOException) when (File.Exists(DevelopmentKey))
        {
            File.Delete(draft); // another process was first
        }
        return DevelopmentKey;
    }

    private string? ReadPattern(string key)
    {
        var pattern = section.Text(key);
        if (pattern is null)
            return null;
        return OperatorPattern.TryParse(pattern, out _)
            ? pattern
            : section.Fault<string?>(key, $"'{pattern}' is not a regular expression", null);
    }

    private TimeSpan ReadAge(string key, TimeSpan fallback)
    {
        var age = section.Duration(key, fallback);
        return age <= LongestAge ? age : section.Fault(key, "is longer than the 400 days a browser keeps a cookie", fallback);
    }

    private TimeSpan? ReadDrain()
    {
        const string Key = "Shutdown:Drain";
        TimeSpan? fallback = development ? null : TimeSpan.FromSeconds(5);
        var drain = section.DurationOrOff(Key, fallback);
        return drain is null || drain <= LongestDrain
            ? drain
            : section.Fault(Key, "is longer than five minutes; service managers kill a process that takes so long", fallback);
    }

    private JlinxSettings ReadJlinx(Uri publicUrl)
    {
        var port = section.Number("Jlinx:Port", 0, 0, 65535);
        var jlinx = new JlinxSettings(section.Choice("Jlinx:Enabled", JlinxMode.Auto), port == 0 ? null : port,
            publicUrl.Scheme == Uri.UriSchemeHttps || publicUrl.Host is "localhost" or "127.0.0.1" or "[::1]");
        if (jlinx is { Mode: JlinxMode.True, HasOrigin: false })
            section.Fault("Jlinx:Enabled", "needs a PublicUrl of https, or of localhost, 127.0.0.1 or [::1]", 0);
        return jlinx.Mode == JlinxMode.True && !Hypercore.Sodium.IsAvailable
            ? section.Fault("Jlinx:Enabled", "needs libsodium (Debian: apt-get install libsodium23)", jlinx)
            : jlinx;
    }

    private TokenSettings ReadTokens(Uri publicUrl)
    {
        var origin = publicUrl.GetLeftPart(UriPartial.Authority);
        var lifetime = section.Duration("Tokens:Lifetime", TimeSpan.FromHours(1));
        var header = section.Text("Tokens:HeaderName", "GN-Access-Token");
        if (!header.All(character => char.IsAsciiLetterOrDigit(character) || character == '-'))
            section.Fault("Tokens:HeaderName", $"'{header}' is not a header name", 0);
        var keySize = section.Number("Tokens:KeySize", 2048, 2048, 4096);
        if (keySize % 1024 != 0)
            section.Fault("Tokens:KeySize", "is 2048, 3072 or 4096", 0);
        var renewAfter = section.Duration("Tokens:RenewAfter", TimeSpan.FromMinutes(1));
        if (renewAfter >= lifetime)
            section.Fault("Tokens:RenewAfter", "must be shorter than Tokens:Lifetime", 0);
        return new(ReadName("Tokens:Issuer", origin), ReadName("Tokens:Audience", origin), lifetime, renewAfter, header, keySize);
    }

    private string ReadName(string key, string fallback)
    {
        var name = section.Text(key, fallback);
        return AccessTokenRules.IsPlain(name)
            ? name
            : section.Fault(key, "may have at most 256 visible ASCII characters, without \" and \\", fallback);
    }

    private string ReadSender(Uri publicUrl)
    {
        var host = publicUrl is { IsLoopback: false, HostNameType: UriHostNameType.Dns } ? publicUrl.IdnHost : "localhost.localdomain";
        var sender = section.Text("Mail:From", $"Gatehouse <no-reply@{host}>");
        return MailSender.TryParse(sender, out _)
            ? sender
            : section.Fault("Mail:From", $"'{sender}' is not a sender like 'Gatehouse <no-reply@example.com>'", sender);
    }

    private PasswordSettings ReadPasswords()
    {
        var defaults = new PasswordSettings();
        var passwords = new PasswordSettings
        {
            MemoryKiB = section.Number("Passwords:MemoryKiB",
                defaults.MemoryKiB, Argon2Parameters.MinMemoryKiB, Argon2Parameters.MaxMemoryKiB),
            Iterations = section.Number("Passwords:Iterations", defaults.Iterations, 1, Argon2Parameters.MaxIterations),
            MaxConcurrent = section.Number("Passwords:MaxConcurrent", defaults.MaxConcurrent, 1, 256),
        };
        passwords = passwords with { MaxQueued = section.Number("Passwords:MaxQueued", passwords.MaxQueued, 1, 100_000) };
        if (!development && (passwords.MemoryKiB < defaults.MemoryKiB || passwords.Iterations < defaults.Iterations))
        {
            section.Fault("Passwords", $"Production needs MemoryKiB of {defaults.MemoryKiB} and Iterations of "
                + $"{defaults.Iterations} at least", 0);
        }
        return passwords;
    }

    private SmtpSettings? ReadSmtp()
    {
        var security = section.Choice("Mail:Smtp:Security", SmtpSecurity.Auto);
        var port = section.Number("Mail:Smtp:Port", security == SmtpSecurity.Tls ? 465 : 587, 1, 65535);
        var user = section.Text("Mail:Smtp:User");
        var password = section.Verbatim("Mail:Smtp:Password");
        if (section.Text("Mail:Smtp:Host") is not { } host)
            return null;
        if (user is null != password is null)
            section.Fault("Mail:Smtp", "User and Password go together", 0);
        if (user is not null && security == SmtpSecurity.None)
            section.Fault("Mail:Smtp:Security", "a password never crosses the network in the clear: use StartTls, Tls or Auto", 0);
        return new SmtpSettings(host, port, user, password, security);
    }

    private RateLimitSettings ReadLimits()
    {
        var rules = new Dictionary<LimitName, LimitRule>();
        foreach (var (name, rule) in LimitRule.Defaults)
        {
            rules[name] = new LimitRule(
                section.Number($"RateLimits:{name}:Permits", rule.Permits, 1, 100_000),
                section.Duration($"RateLimits:{name}:Window", rule.Window));
        }
        return new(section.Flag("RateLimits:Enabled", true), rules);
    }

    private void RefuseForProduction(GatehouseSettings settings)
    {
        if (settings.PublicUrl.Scheme != Uri.UriSchemeHttps)
            section.Fault("PublicUrl", "Production needs an https URL: the one that customers see", 0);
        if (settings.Mail.Smtp is null)
            section.Fault("Mail:Smtp:Host", "Production needs a mail server", 0);
        if (section.Text("Mail:From") is null)
            section.Fault("Mail:From", "Production needs a sender address", 0);
        if (!settings.RateLimits.Enabled)
            section.Fault("RateLimits:Enabled", "Production never runs without rate limits", 0);
    }
}
