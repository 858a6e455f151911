using System.Security.Cryptography;
using Gatehouse.Configuration;
using Gatehouse.Security;
using Gatehouse.Security.Passwords;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Gatehouse.Tokens;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Hosting;

/// <summary>
/// Before the first request: schema, keys, and the proof that the cookie's encryption refuses what it must. Several nodes
/// may start at once; the database lets one of them do what is to be done once.
/// </summary>
internal sealed class Startup(
    Database database, Migrator migrator, SigningKeys signingKeys, DataProtectionKeys dataProtection,
    PasswordHasher hasher, GatehouseSettings settings, ILogger<Startup> log) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (!TextRules.PlatformKnowsUnicode)
        {
            throw new SettingsFaultException(["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: Gatehouse needs Unicode data to compare "
                + "addresses and names safely. Install ICU (Debian: libicu72, Alpine: icu-libs) and unset this variable"]);
        }
        foreach (var step in await migrator.MigrateAsync(cancellationToken))
            log.Migrated(step);
        await signingKeys.EnsureAsync(cancellationToken);
        ProveProtection(dataProtection);
        await hasher.Ready;
        log.Ready(database.Kind, settings.PublicOrigin, settings.Mail.Smtp is null ? "/dev/mail" : "SMTP");
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// A release of Data Protection once accepted changed payloads (CVE-2026-40372). One that does so again must not
    /// start: flipped bits and another purpose are tried, each must be refused.
    /// </summary>
    private static void ProveProtection(DataProtectionKeys keys)
    {
        var protector = keys.CreateProtector("Gatehouse.SelfTest.v1");
        var payload = protector.Protect(new byte[SecretBytes.Length]);
        if (!Refuses(keys.CreateProtector("Gatehouse.SelfTest.v2"), payload))
            throw new CryptographicException("Data Protection accepts a payload of another purpose; refusing to start.");
        foreach (var position in (int[])[0, payload.Length / 2, payload.Length - 1])
        {
            var flipped = (byte[])payload.Clone();
            flipped[position] ^= 1;
            if (!Refuses(protector, flipped))
                throw new CryptographicException("Data Protection accepts a changed payload; refusing to start.");
        }
    }

    private static bool Refuses(IDataProtector protector, byte[] payload)
    {
        try
        {
            protector.Unprotect(payload);
            return false;
        }
        catch (CryptographicException)
        {
            return true;
        }
    }
}
