using Gatehouse.Configuration;
using Gatehouse.Mail.Broker;
using Gatehouse.Security;
using Gatehouse.Security.Passwords;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Gatehouse.Tokens;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Hosting;

/// <summary>
/// Before the first request: schema, keys, and the proof that the cookie's encryption refuses what it must. Several nodes
/// may start at once; the database lets one of them do what is to be done once.
/// </summary>
internal sealed class Startup(
    Database database, Migrator migrator, SigningKeys signingKeys, DataProtectionKeys dataProtection,
    PasswordHasher hasher, GatehouseSettings settings, ILogger<Startup> log, BrokerConnections? broker = null)
    : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (!TextRules.PlatformKnowsUnicode)
        {
            throw new SettingsFaultException(["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: Gatehouse needs Unicode data to compare "
                + "addresses and names safely. Install ICU (Debian: libicu72, Alpine: icu-libs) and unset this variable"]);
        }
        FrameworkVersions.RequireSafe(FrameworkVersions.DataProtection);
        if (FrameworkVersions.IsOutdated(FrameworkVersions.AspNetCore))
            log.FrameworkOutdated(FrameworkVersions.AspNetCore, FrameworkVersions.NewestKnownFix);
        await EngineExam.RequireAsync(settings, broker, cancellationToken);
        foreach (var step in await migrator.MigrateAsync(cancellationToken))
            log.Migrated(step);
        await signingKeys.EnsureAsync(cancellationToken);
        await dataProtection.EnsureAsync(cancellationToken);
        ProtectionProof.Require(dataProtection.Ring.Provider);
        await hasher.Ready;
        log.Ready(database.Kind, settings.PublicOrigin, settings.Mail.Smtp is null ? "/dev/mail" : "SMTP");
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
