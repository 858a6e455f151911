using System.Net;
using Gatehouse.Configuration;
using Gatehouse.Sessions;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Sessions;

public sealed class MasterKeyRotationOnSqlite() : MasterKeyRotationTests(StoreKind.Sqlite);

public sealed class MasterKeyRotationOnPostgres() : MasterKeyRotationTests(StoreKind.Postgres);

/// <summary>Another <c>Secrets:Key</c>: first beside the old one, then alone.</summary>
public abstract class MasterKeyRotationTests(StoreKind kind) : IAsyncLifetime
{
    private const string Old = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA";
    private const string New = "AgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fICE";
    private readonly FakeClock clock = new();
    private Store store = null!;

    public async Task InitializeAsync() => store = await Store.CreateAsync(kind);

    public async Task DisposeAsync() => await store.DisposeAsync();

    [Fact]
    [Meets("GH-SEC-262")]
    public async Task After_a_rotation_the_old_master_key_can_be_taken_out()
    {
        string cookie, token;
        await using (var app = await StartAsync(Old))
        {
            var alice = await app.JoinAsync();
            (cookie, token) = (alice.Cookie, await alice.TakeTokenAsync());
        }
        await using (var app = await StartAsync(New, Old))
            Assert.Equal(4, (await RotateAsync(app)).Resealed); // signing, cookie, and two of identities of one's own

        await using var after = await StartAsync(New);

        Assert.Equal(0, (await RotateAsync(after)).Resealed);
        (await after.GetAsync("/api/auth/session", ("Cookie", "gatehouse=" + cookie))).IsOk();
        (await after.GetAsync("/account", App.Bearer(token))).IsOk();
        // A password's pepper is the old key's until the password is used: that key must stay for it.
        (await after.LogInAsync("alice@example.com")).IsProblem(401, "invalid_credentials");
    }

    [Fact]
    [Meets("GH-SEC-020")]
    public async Task A_password_that_was_used_beside_both_keys_needs_the_new_one_alone()
    {
        await using (var app = await StartAsync(Old))
            await app.JoinAsync();
        await using (var app = await StartAsync(New, Old))
        {
            await RotateAsync(app);
            (await app.LogInAsync("alice@example.com")).IsOk();
        }

        await using var after = await StartAsync(New);

        (await after.LogInAsync("alice@example.com")).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-078")]
    public async Task A_start_without_the_key_that_sealed_is_refused_by_name()
    {
        await using (await StartAsync(Old))
        {
        }

        var fault = await Assert.ThrowsAsync<SettingsFaultException>(() => StartAsync(New));

        Assert.StartsWith("Secrets:Key: the signing key ", Assert.Single(fault.Faults), StringComparison.Ordinal);
        Assert.EndsWith(" was sealed under another key.", fault.Faults[0], StringComparison.Ordinal);
        Assert.Equal((1, 1), (await store.CountAsync("signing_keys"), await store.CountAsync("data_protection_keys")));
    }

    [Fact]
    [Meets("GH-SEC-078")]
    public async Task A_cookie_key_that_cannot_be_opened_refuses_the_start_too()
    {
        await using (await StartAsync(Old))
        {
        }
        await store.AskAsync("UPDATE data_protection_keys SET sealed_xml = (SELECT sealed_key FROM signing_keys)");

        var fault = await Assert.ThrowsAsync<SettingsFaultException>(() => StartAsync(Old));

        Assert.StartsWith("Secrets:Key: the cookie key ", Assert.Single(fault.Faults), StringComparison.Ordinal);
    }

    [Fact]
    [Meets("GH-SEC-122")]
    public async Task A_restart_makes_no_key()
    {
        string cookie, token;
        await using (var app = await StartAsync(Old))
        {
            var alice = await app.JoinAsync();
            (cookie, token) = (alice.Cookie, await alice.TakeTokenAsync());
            await RotateAsync(app);
        }
        var before = await KidsAsync();

        await using var after = await StartAsync(Old);

        Assert.Equal(before, await KidsAsync());
        Assert.Equal(2, await store.CountAsync("data_protection_keys"));
        (await after.GetAsync("/api/auth/session", ("Cookie", "gatehouse=" + cookie))).IsOk();
        Assert.Equal(HttpStatusCode.OK, (await after.GetAsync("/account", App.Bearer(token))).Status);
    }

    private Task<App> StartAsync(params string[] keys) => App.StartOnAsync(store, clock,
        [("Secrets:Key", ""), .. keys.Select((key, index) => ($"Secrets:Key:{index}", key))]);

    private static Task<RotatedKeys> RotateAsync(App app) =>
        app.Services.GetRequiredService<KeyRotation>().RotateAsync(compromised: false, CancellationToken.None);

    private async Task<(object? First, object? Last)> KidsAsync() =>
        (await store.AskAsync("SELECT min(kid) FROM signing_keys"), await store.AskAsync("SELECT max(kid) FROM signing_keys"));
}
