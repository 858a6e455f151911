using System.Security.Cryptography;
using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Sessions;

public sealed class DataProtectionKeysOnSqlite() : DataProtectionKeysTests(StoreKind.Sqlite);

public sealed class DataProtectionKeysOnPostgres() : DataProtectionKeysTests(StoreKind.Postgres);

/// <summary>The cookie's ring by itself. Its framework reckons by the system's clock: keys are aged instead.</summary>
public abstract class DataProtectionKeysTests(StoreKind kind)
{
    private const string Purpose = "test";

    [Fact]
    [Meets("GH-SEC-078")]
    public async Task A_key_that_has_expired_gets_a_successor_and_still_decrypts()
    {
        await using var app = await App.StartAsync(kind);
        var keys = app.Services.GetRequiredService<DataProtectionKeys>();
        var protector = keys.CreateProtector(Purpose);
        var old = protector.Protect([1, 2, 3]);

        await AgeAsync(app, days: 100);
        await keys.TryLoadAsync(CancellationToken.None);

        Assert.Equal(2, await app.Store.CountAsync("data_protection_keys"));
        await keys.TryLoadAsync(CancellationToken.None);
        Assert.Equal(2, keys.Ring.Count);
        Assert.Equal([1, 2, 3], protector.Unprotect(old));
        Assert.NotEqual(KeyOf(old), KeyOf(protector.Protect([1, 2, 3])));
    }

    [Fact]
    public async Task A_key_made_ahead_encrypts_once_its_time_has_come()
    {
        await using var app = await App.StartAsync(kind);
        var keys = app.Services.GetRequiredService<DataProtectionKeys>();
        var protector = keys.CreateProtector(Purpose);
        await AgeAsync(app, days: 10);
        await RotateAsync(app, compromised: false);

        var before = protector.Protect([1]);
        await AgeAsync(app, days: 1);
        await keys.TryLoadAsync(CancellationToken.None);
        var after = protector.Protect([1]);

        Assert.NotEqual(KeyOf(before), KeyOf(after));
        Assert.Equal(protector.Unprotect(before), protector.Unprotect(after));
    }

    [Fact]
    public async Task A_protector_in_hand_forgets_a_compromised_key()
    {
        await using var app = await App.StartAsync(kind);
        var protector = app.Services.GetRequiredService<DataProtectionKeys>().CreateProtector(Purpose).CreateProtector("more");
        var old = protector.Protect([1, 2, 3]);

        await RotateAsync(app, compromised: true);

        Assert.ThrowsAny<CryptographicException>(() => protector.Unprotect(old));
        Assert.Equal([1, 2, 3], protector.Unprotect(protector.Protect([1, 2, 3])));
    }

    /// <summary>Makes every key this much older, under another row's id: rows never change what they hold.</summary>
    private static Task AgeAsync(App app, int days)
    {
        var box = app.Services.GetRequiredService<SecretBox>();
        return app.Services.GetRequiredService<Database>().TransactAsync(async db =>
        {
            var rows = await CookieKeyRows.ListAsync(db);
            await db.ExecuteAsync("DELETE FROM data_protection_keys");
            foreach (var row in rows)
            {
                var key = row.Unseal(box);
                foreach (var date in key.Elements().Where(element => element.Name.LocalName.EndsWith("Date", StringComparison.Ordinal)))
                    date.SetValue(((DateTimeOffset)date).AddDays(-days).UtcDateTime);
                await CookieKeyRows.InsertAsync(db, CookieKeyRow.Seal(row.Id + "x", key, box), now: 0);
            }
        }, CancellationToken.None);
    }

    private static Task<RotatedKeys> RotateAsync(App app, bool compromised) =>
        app.Services.GetRequiredService<KeyRotation>().RotateAsync(compromised, CancellationToken.None);

    /// <summary>The id of the key stands behind four fixed bytes.</summary>
    private static Guid KeyOf(byte[] payload) => new(payload.AsSpan(4, 16));
}
