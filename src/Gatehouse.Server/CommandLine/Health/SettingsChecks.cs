using Gatehouse.Configuration;
using Gatehouse.Hosting;
using Gatehouse.Storage;

namespace Gatehouse.Server.CommandLine.Health;

/// <summary>What can be seen in the settings and on this machine, without asking anybody.</summary>
internal static class SettingsChecks
{
    private const int RecommendedPasswordLength = 15; // NIST SP 800-63B-4

    public static IEnumerable<Check> Examine(Patient patient) =>
    [
        .. Faults(patient),
        SecretKey(patient),
        PublicUrl(patient.Settings),
        Proxies(patient.Settings),
        PasswordLength(patient.Settings),
        Framework(),
    ];

    private static IEnumerable<Check> Faults(Patient patient) => patient.Faults.Count == 0
        ? [Check.Ok("settings", patient.Settings.Development ? "complete, for Development" : "complete, for Production")]
        : patient.Faults.Select(fault => Check.Mend("settings", fault, "docs/settings.md has every setting"));

    private static Check SecretKey(Patient patient)
    {
        const string Name = "secret_key";
        if (patient.HasFault("Secrets"))
            return Check.Skipped(Name, "see settings");
        if (patient.KeyFile is not { } file)
            return Check.Ok(Name, "comes with the configuration, not from a file of ours");
        const UnixFileMode Others =
            UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Others) != UnixFileMode.None)
            return Check.Mend(Name, $"{file} can be read by others than its owner", $"chmod 600 {file}");
        if (!patient.Settings.Development && !patient.HasFault("Database")
            && Database.FileOf(patient.Settings.Database) is { } database
            && Path.GetDirectoryName(database) == Path.GetDirectoryName(Path.GetFullPath(file)))
        {
            return Check.Mend(Name, $"{file} lies beside the database: who copies the folder has both",
                "keep it where backups of the database don't go");
        }
        return Check.Ok(Name, $"in {file}, for its owner alone");
    }

    private static Check PublicUrl(GatehouseSettings settings) => settings.PublicUrl switch
    {
        { Scheme: "https" } url => Check.Ok("public_url", url.GetLeftPart(UriPartial.Authority)),
        { IsLoopback: true } url when settings.Development => Check.Ok(
            "public_url", $"{url.GetLeftPart(UriPartial.Authority)}, for Development"),
        var url => Check.Mend("public_url",
            $"{url.GetLeftPart(UriPartial.Authority)} is not https: passwords cross the network in the clear",
            "set Gatehouse:PublicUrl to the https URL that customers see"),
    };

    private static Check Proxies(GatehouseSettings settings) => settings switch
    {
        { KnownProxies.Count: > 0 } => Check.Ok("proxies", $"{settings.KnownProxies.Count} known"),
        { PublicUrl.Scheme: "https" } => Check.Warn("proxies", "none known",
            "if a proxy ends TLS before the server, name it in Gatehouse:KnownProxies: else limits count its address"),
        _ => Check.Ok("proxies", "none known, none expected"),
    };

    private static Check PasswordLength(GatehouseSettings settings)
    {
        var least = settings.SignUp.PasswordMinLength;
        const string Advice = "15 is recommended where a password is the only factor: Gatehouse:SignUp:PasswordMinLength";
        return least >= RecommendedPasswordLength
            ? Check.Ok("password_length", $"at least {least}")
            : Check.Warn("password_length", $"at least {least}, with a blocklist", Advice);
    }

    private static Check Framework()
    {
        var version = FrameworkVersions.AspNetCore;
        return FrameworkVersions.IsOutdated(version)
            ? Check.Warn("framework", $"ASP.NET Core {version}",
                $"update to {FrameworkVersions.NewestKnownFix} or later: a weakness that reaches us is mended there")
            : Check.Ok("framework", $"ASP.NET Core {version}");
    }
}
