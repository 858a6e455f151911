using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Mail.Smtp;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Gatehouse.Tests.Configuration;

public sealed class SettingsReaderTests
{
    private const string Key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    private static readonly (string, string)[] Production =
    [
        ("PublicUrl", "https://auth.example.com"), ("Secrets:Key", Key), ("Mail:Smtp:Host", "mail.example.com"),
        ("Mail:From", "Door <door@example.com>"),
    ];

    [Fact]
    [Meets("GH-SEC-016", "GH-SEC-027", "GH-SEC-029", "GH-SEC-069")]
    public void Defaults_are_the_documented_ones()
    {
        var settings = Read();

        Assert.Equal("http://localhost:8080/", settings.PublicUrl.ToString());
        Assert.Equal("Data Source=data/gatehouse.db", settings.Database);
        Assert.Equal((SignUpMode.Open, "^[a-z0-9][a-z0-9._-]{1,31}$", null, 8),
            (settings.SignUp.Mode, settings.SignUp.UsernamePattern, settings.SignUp.PasswordPattern, settings.SignUp.PasswordMinLength));
        Assert.Equal((TimeSpan.FromHours(24), true), (settings.Verification.LinkLifetime, settings.Verification.AskPassword));
        Assert.Equal(TimeSpan.FromHours(1), settings.RecoveryLinkLifetime);
        Assert.Equal((TimeSpan.FromDays(14), null), (settings.Sessions.MaxAge, settings.Sessions.IdleTimeout));
        Assert.Equal(("GN-Access-Token", 2048, "http://localhost:8080", "http://localhost:8080", TimeSpan.FromHours(1)),
            (settings.Tokens.HeaderName, settings.Tokens.KeySize, settings.Tokens.Issuer, settings.Tokens.Audience, settings.Tokens.Lifetime));
        Assert.Equal((19456, 2), (settings.Passwords.MemoryKiB, settings.Passwords.Iterations));
        Assert.True(settings.RateLimits.Enabled);
        Assert.Null(settings.Mail.Smtp);
        Assert.Empty(settings.AllowedOrigins);
        Assert.Empty(settings.KnownProxies);
    }

    [Theory]
    [Meets("GH-SEC-042")]
    [InlineData(nameof(LimitName.Login), 10, "00:15:00")]
    [InlineData(nameof(LimitName.LoginSource), 20, "00:01:00")]
    [InlineData(nameof(LimitName.SignUp), 10, "01:00:00")]
    [InlineData(nameof(LimitName.Mail), 10, "01:00:00")]
    [InlineData(nameof(LimitName.Invite), 20, "00:10:00")]
    [InlineData(nameof(LimitName.Link), 20, "00:10:00")]
    [InlineData(nameof(LimitName.Lookup), 60, "00:01:00")]
    [InlineData(nameof(LimitName.Address), 3, "01:00:00")]
    public void Limits_default_to_the_contract_s(string name, int permits, string window) => Assert.Equal(
        new LimitRule(permits, TimeSpan.Parse(window, System.Globalization.CultureInfo.InvariantCulture)),
        Read().RateLimits.Rules[Enum.Parse<LimitName>(name)]);

    [Fact]
    public void Every_fault_is_in_the_one_message()
    {
        var exception = Assert.Throws<SettingsFaultException>(() => Read(
            ("PublicUrl", "nowhere"), ("SignUp:Mode", "Perhaps"), ("Sessions:MaxAge", "14"), ("Mail:From", "nobody"),
            ("RateLimits:Login:Permits", "0"), ("KnownProxies:0", "proxy"), ("AllowedOrigins:0", "*"), ("Sesions:MaxAge", "1.00:00:00"),
            ("Database", "Password=canary;Nonsense")));

        Assert.Equal(9, exception.Faults.Count);
        foreach (var name in (string[])["PublicUrl", "SignUp:Mode", "Sessions:MaxAge", "Mail:From", "RateLimits:Login:Permits", "KnownProxies", "AllowedOrigins", "Sesions:MaxAge", "Database"])
            Assert.Contains($"\n  - Gatehouse:{name}: ", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [Meets("GH-SEC-258")]
    [InlineData("Sesions:MaxAge", "Gatehouse:Sessions:MaxAge")]
    [InlineData("PublicURI", "Gatehouse:PublicUrl")]
    [InlineData("Mail:Smtp:Pasword", "Gatehouse:Mail:Smtp:Password")]
    [InlineData("RateLimit:Enabled", "Gatehouse:RateLimits:Enabled")]
    public void A_setting_that_does_not_exist_is_refused_with_the_one_that_was_meant(string given, string meant) =>
        AssertFault($"Gatehouse:{given}: no such setting; did you mean {meant}?", (given, "x"));

    [Fact]
    public void The_mail_servers_password_is_taken_to_the_letter()
    {
        var settings = Read(("Mail:Smtp:Host", "smtp.example.com"), ("Mail:Smtp:User", "gate"), ("Mail:Smtp:Password", " space "));

        Assert.Equal(" space ", settings.Mail.Smtp!.Password);
    }

    [Theory]
    [InlineData("PublicUrl:Sub")]
    [InlineData("SignUp:Mode:0")]
    [InlineData("RateLimits:Login:Permits:More")]
    public void What_stands_below_a_plain_setting_is_refused(string given) =>
        AssertFault($"Gatehouse:{given}: no such setting", (given, "x"));

    [Fact]
    public void Something_altogether_else_is_refused_without_a_guess() =>
        AssertFault("Gatehouse:Completely:Different: no such setting.", ("Completely:Different", "x"));

    [Theory]
    [InlineData("00:10:00", 10 * 60)]
    [InlineData("23:59:59", 86399)]
    [InlineData("1.00:00:00", 86400)]
    [InlineData("14.12:00:00", (14 * 86400) + 43200)]
    public void A_duration_is_days_hours_minutes_and_seconds(string text, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Read(("Recovery:LinkLifetime", text)).RecoveryLinkLifetime);

    [Theory]
    [InlineData("9000000.00:00:00")]
    [InlineData("24:00:00")] // the framework takes it for 24 days
    [InlineData("10")]
    [InlineData("10:00")]
    [InlineData("00:00:00")]
    [InlineData("-00:10:00")]
    [InlineData("00:60:00")]
    [InlineData("1:00:00:00")]
    [InlineData("1d")]
    [InlineData("off")]
    public void Anything_else_is_no_duration(string text) => AssertFault("Gatehouse:Recovery:LinkLifetime: ", ("Recovery:LinkLifetime", text));

    [Theory]
    [InlineData("off", null)]
    [InlineData("01:00:00", 3600)]
    public void An_idle_timeout_can_be_off(string text, int? seconds) =>
        Assert.Equal(seconds, (int?)Read(("Sessions:IdleTimeout", text)).Sessions.IdleTimeout?.TotalSeconds);

    [Theory]
    [InlineData(true, "", null)]
    [InlineData(false, "", 5)]
    [InlineData(false, "off", null)]
    [InlineData(true, "00:05:00", 300)]
    public void A_node_drains_in_production_unless_that_is_off(bool development, string text, int? seconds)
    {
        (string, string)[] production = development ? [] : Production;
        Assert.Equal(seconds, (int?)Read(development, [.. production, ("Shutdown:Drain", text)]).ShutdownDrain?.TotalSeconds);
    }

    [Theory]
    [InlineData("Shutdown:Drain", "00:05:01")]
    [InlineData("Shutdown:Drain", "never")]
    [InlineData("PublicUrl", "ftp://example.com")]
    [InlineData("PublicUrl", "https://example.com/auth")]
    [InlineData("PublicUrl", "https://user@example.com")]
    [InlineData("PublicUrl", "https://example.com/?a")]
    [InlineData("PublicUrl", "example.com")]
    [InlineData("AllowedOrigins", "null")]
    [InlineData("AllowedOrigins", "https://example.com/path")]
    [InlineData("AllowedOrigins", "https://*")]
    [InlineData("KnownProxies", "0.0.0.0/0")]
    [InlineData("KnownProxies", "::/0")]
    [InlineData("KnownProxies", "*")]
    [InlineData("SignUp:Mode", "1")]
    [InlineData("SignUp:PasswordMinLength", "7")]
    [InlineData("SignUp:PasswordMinLength", "65")]
    [InlineData("SignUp:UsernamePattern", "(")]
    [InlineData("SignUp:PasswordPattern", "[")]
    [InlineData("Verification:AskPassword", "yes")]
    [InlineData("Sessions:MaxAge", "401.00:00:00")]
    [InlineData("Tokens:HeaderName", "X Token")]
    [InlineData("Tokens:KeySize", "2049")]
    [InlineData("Tokens:KeySize", "1024")]
    [InlineData("Tokens:RenewAfter", "01:00:00")]
    [InlineData("Passwords:MemoryKiB", "0")]
    [InlineData("Passwords:Iterations", "-1")]
    [InlineData("Passwords:MaxConcurrent", "0x10")]
    [InlineData("Mail:From", "door@")]
    [InlineData("Mail:From", "Door <door@example.com>, eve@example.com")]
    [InlineData("Mail:Smtp:Port", "65536")]
    [InlineData("Mail:Smtp:Security", "ssl")]
    [InlineData("RateLimits:Enabled", "1")]
    [InlineData("RateLimits:Mail:Permits", "1e3")]
    [InlineData("RateLimits:Mail:Window", "1")]
    [InlineData("Pages:Accent", "red;background:url(//evil)")]
    [InlineData("Secrets:Key", "secret")]
    [InlineData("Secrets:KeyFile", "/nowhere/secret.key")]
    [InlineData("Database", "gatehouse.db")]
    [InlineData("Database", "Data Source=:memory:")]
    [InlineData("Database", "Data Source=x.db;Mode=Memory")]
    [InlineData("Database", "Data Source=x.db;Colour=red")]
    [InlineData("Database", "Host=;Database=x")]
    [InlineData("Database", "Host=x;Port=many")]
    public void A_value_that_does_not_fit_is_refused(string key, string value) => AssertFault($"Gatehouse:{key}: ", (key, value));

    [Fact]
    public void Half_a_login_for_the_mail_server_is_refused() =>
        AssertFault("Gatehouse:Mail:Smtp: ", ("Mail:Smtp:Host", "mail.example.com"), ("Mail:Smtp:User", "door"));

    [Fact]
    public void What_production_needs_is_enough()
    {
        var settings = Read(development: false, Production);

        Assert.Equal("https://auth.example.com", settings.PublicOrigin);
        Assert.Equal(new SmtpSettings("mail.example.com", 587, null, null, SmtpSecurity.Auto), settings.Mail.Smtp);
        Assert.False(settings.Development);
    }

    [Theory]
    [Meets("GH-SEC-222", "GH-SEC-258")]
    [InlineData("PublicUrl", "http://auth.example.com", "PublicUrl")]
    [InlineData("PublicUrl", null, "PublicUrl")]
    [InlineData("Secrets:Key", null, "Secrets:Key")]
    [InlineData("Mail:Smtp:Host", null, "Mail:Smtp:Host")]
    [InlineData("Mail:From", null, "Mail:From")]
    [InlineData("RateLimits:Enabled", "false", "RateLimits:Enabled")]
    [InlineData("Passwords:MemoryKiB", "19455", "Passwords")]
    [InlineData("Passwords:Iterations", "1", "Passwords")]
    public void Production_refuses_what_development_takes(string key, string? value, string fault)
    {
        var settings = Production.Where(setting => setting.Item1 != key).Concat(value is null ? [] : [(key, value)]).ToArray();

        var exception = Assert.Throws<SettingsFaultException>(() => Read(development: false, settings));

        Assert.StartsWith($"Gatehouse:{fault}: ", Assert.Single(exception.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_are_a_list_or_one_or_a_file()
    {
        var other = Security("AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA");
        var list = Read(("Secrets:Key:0", "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA"), ("Secrets:Key:1", Key)).Secrets;
        var path = Path.GetTempFileName();
        File.WriteAllText(path, $"AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA\n\n{Key}\n");
        var file = Read(development: false, [.. Production.Where(setting => setting.Item1 != "Secrets:Key"), ("Secrets:KeyFile", path)]).Secrets;
        File.Delete(path);

        Assert.Equal(other.Derive("x").Reveal(), list.Derive("x").Reveal());
        Assert.Equal(2, list.DeriveAll("x").Count);
        Assert.Equal(list.DeriveAll("x").Select(key => key.IdText), file.DeriveAll("x").Select(key => key.IdText), StringComparer.Ordinal);

        static Gatehouse.Security.MasterKeys Security(string key) => Read(("Secrets:Key", key)).Secrets;
    }

    [Theory]
    [InlineData("http://127.0.0.1:5000", "http://127.0.0.1:5000")]
    [InlineData("http://localhost:5000/;http://127.0.0.1:6000", "http://localhost:5000")]
    [InlineData("http://*:5000", "http://localhost:5000")]
    [InlineData("http://+:5000", "http://localhost:5000")]
    [InlineData("http://0.0.0.0:5000", "http://localhost:5000")]
    [InlineData("http://[::]:5000", "http://localhost:5000")]
    [InlineData("http://127.0.0.1:0", "http://localhost:8080")]
    [InlineData("", "http://localhost:8080")]
    public void In_development_the_public_url_is_the_first_listening_one(string urls, string origin)
    {
        var configuration = Configuration([("Secrets:Key", Key)], ("urls", urls));

        Assert.Equal(origin, SettingsReader.Read(configuration, development: true).PublicOrigin);
    }

    [Fact]
    public void A_given_public_url_wins() => Assert.Equal("https://auth.example.com", SettingsReader.Read(
        Configuration([("Secrets:Key", Key), ("PublicUrl", "https://auth.example.com")], ("urls", "http://127.0.0.1:1")),
        development: true).PublicOrigin);

    [Theory]
    [InlineData("https://auth.example.com", "Gatehouse <no-reply@auth.example.com>")]
    [InlineData("https://192.0.2.1", "Gatehouse <no-reply@localhost.localdomain>")]
    [InlineData("http://localhost:8080", "Gatehouse <no-reply@localhost.localdomain>")]
    [InlineData("https://m\u00fcller.example", "Gatehouse <no-reply@xn--mller-kva.example>")]
    public void In_development_the_sender_is_made_up(string publicUrl, string sender) =>
        Assert.Equal(sender, Read(("PublicUrl", publicUrl)).Mail.From);

    [Theory]
    [InlineData("https://APP.example.com/", "https://app.example.com")]
    [InlineData("https://app.example.com:443", "https://app.example.com")]
    [InlineData("http://localhost:5173", "http://localhost:5173")]
    public void Origins_are_kept_as_browsers_send_them(string given, string kept) =>
        Assert.Equal(kept, Assert.Single(Read(("AllowedOrigins:0", given)).AllowedOrigins));

    private static void AssertFault(string start, params (string, string)[] settings)
    {
        var exception = Assert.Throws<SettingsFaultException>(() => Read(settings));

        Assert.StartsWith(start, Assert.Single(exception.Faults), StringComparison.Ordinal);
    }

    private static GatehouseSettings Read(params (string, string)[] settings) => Read(
        development: true, settings.Any(setting => setting.Item1.StartsWith("Secrets:", StringComparison.Ordinal)) ? settings : [("Secrets:Key", Key), .. settings]);

    private static GatehouseSettings Read(bool development, params (string, string)[] settings) =>
        SettingsReader.Read(Configuration(settings), development);

    private static IConfiguration Configuration((string Key, string Value)[] settings, params (string Key, string? Value)[] host) =>
        new ConfigurationBuilder().AddInMemoryCollection([
            .. settings.Select(setting => KeyValuePair.Create<string, string?>("Gatehouse:" + setting.Key, setting.Value)),
            .. host.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))]).Build();
}
