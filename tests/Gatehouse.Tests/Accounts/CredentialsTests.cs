using Gatehouse.Accounts;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Security.Passwords;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Accounts;

/// <summary>Nothing here depends on the database, so one will do.</summary>
public sealed class CredentialsTests
{
    [Fact]
    [Meets("GH-SEC-005")]
    public async Task Nobody_is_answered_before_a_hash_was_computed_known_or_not()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        await app.JoinAsync("alice@example.com");
        await app.SignUpAsync("pending@example.com");

        // Without its threads the hasher fails. Who could still be told "wrong" was told without a hash, and so early.
        app.Services.GetRequiredService<PasswordHasher>().Dispose();

        foreach (var name in (string[])[
            "alice@example.com", "pending@example.com", "nobody@example.com", "nobody", "no name at all"])
        {
            (await app.LogInAsync(name)).IsProblem(500, "internal");
            (await app.PostAsync("/account/login", App.Json(("email", name), ("password", App.Password))))
                .IsProblem(500, "internal");
        }
    }

    [Fact]
    [Meets("GH-SEC-005", "GH-SEC-021", "GH-SEC-025")]
    public async Task An_account_without_a_password_is_wrong_for_every_password()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        var alice = await app.JoinAsync();
        foreach (var stored in (string[])["NULL", "''", "'$argon2id$'", "'correct horse battery staple'"])
        {
            await app.Store.AskAsync($"UPDATE accounts SET password_hash = {stored}");
            (await app.LogInAsync(alice.Email)).IsProblem(401, "invalid_credentials");
        }
    }

    [Fact]
    public async Task A_check_that_ends_without_an_answer_is_no_failure()
    {
        await using var app = await App.StartAsync(
            StoreKind.Sqlite, ("RateLimits:Enabled", "true"), ("RateLimits:Login:Permits", "1"));
        var limiter = app.Services.GetRequiredService<RateLimiter>();
        var credentials = app.Services.GetRequiredService<Credentials>();
        using var closed = new PasswordHasher(new PasswordSettings { MemoryKiB = 8, Iterations = 1 }, []);
        closed.Dispose();
        var failing = new Credentials(
            closed, limiter, app.Services.GetRequiredService<FailedChecks>(), app.Services.GetRequiredService<GuessingWatch>());
        var nowhere = new RequestOrigin(null, null);
        Assert.True(PresentedPassword.TryParse("a wrong password", out var password));

        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(
                () => failing.CheckAsync(null, "nobody", password, nowhere, CancellationToken.None));
        }

        Assert.IsType<CredentialCheck.Wrong>(
            await credentials.CheckAsync(null, "nobody", password, nowhere, CancellationToken.None));
        var blocked = Assert.IsType<CredentialCheck.Blocked>(
            await credentials.CheckAsync(null, "nobody", password, nowhere, CancellationToken.None));
        Assert.Equal(TimeSpan.FromMinutes(15), blocked.Wait);
        Assert.Equal("too_many_requests", blocked.ToProblem()?.Code);
    }
}
