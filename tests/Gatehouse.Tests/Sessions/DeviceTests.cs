using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Sessions;

/// <summary>Strangers are held off, the owner isn't.</summary>
public sealed class DeviceTests
{
    private const string Email = "alice@example.com";
    private const string Wrong = "a wrong password";
    private static readonly (string, string)[] Limited =
    [
        ("RateLimits:Enabled", "true"), ("RateLimits:LoginSource:Permits", "1000"), ("RateLimits:Mail:Permits", "100"),
        ("RateLimits:Link:Permits", "100"), ("RateLimits:SignUp:Permits", "100"),
    ];

    [Fact]
    [Meets("GH-SEC-049")]
    public async Task A_browser_that_was_in_the_account_gets_in_while_strangers_are_held_off()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, Limited);
        var (_, device) = await JoinAsync(app);

        await GuessAsync(app, 10);

        (await app.LogInAsync(Email)).IsProblem(429, "too_many_requests");
        (await app.LogInAsync(Email, App.Password, device)).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-050")]
    public async Task A_device_has_a_small_budget_of_its_own_and_uses_up_nobody_elses()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, Limited);
        var (_, device) = await JoinAsync(app);
        for (var i = 0; i < 10; i++)
            (await app.LogInAsync(Email, Wrong, device)).IsProblem(401, "invalid_credentials");

        (await app.LogInAsync(Email, App.Password, device)).IsProblem(429, "too_many_requests");

        var other = await app.LogInAsync(Email);
        other.IsOk();
        // Logging in elsewhere lends the blocked device nothing.
        (await app.LogInAsync(Email, App.Password, device)).IsProblem(429, "too_many_requests");
    }

    [Fact]
    [Meets("GH-SEC-050")]
    public async Task Nothing_but_this_accounts_own_cookie_helps()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, Limited);
        var (_, device) = await JoinAsync(app);
        var bob = await app.JoinAsync("bob@example.com");
        var bobs = Device(await app.LogInAsync(bob.Email));
        var flipped = device.Value[..^2] + (device.Value[^2] == 'A' ? 'B' : 'A') + device.Value[^1];
        await GuessAsync(app, 10);

        foreach (var cookie in (string[])[
            bobs.Value, flipped, "gatehouse-device=", "gatehouse-device=AAAA", device.Value + "; " + device.Value,
            "gatehouse-device=" + bob.Cookie, "gatehouse-device=" + new string('A', 4000), "gatehouse=" + device.Value[17..]])
        {
            (await app.LogInAsync(Email, App.Password, ("Cookie", cookie))).IsProblem(429, "too_many_requests");
        }
    }

    [Fact]
    public async Task A_device_is_no_session()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        var (_, device) = await JoinAsync(app);

        (await app.GetAsync("/api/auth/session", device)).IsProblem(401, "unauthenticated");
        (await app.LogInAsync(Email, Wrong, device)).IsProblem(401, "invalid_credentials");
    }

    [Fact]
    public async Task It_outlives_the_logout_and_half_a_year_and_ends_with_a_reset()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, Limited);
        var (alice, device) = await JoinAsync(app);

        Assert.Null((await alice.PostAsync("/api/auth/logout", "{}", device)).Cookie("gatehouse-device"));
        Assert.Equal("", (await app.PostAsync("/api/auth/reset", null, device)).Cookie("gatehouse-device"));
        app.Clock.Advance(TimeSpan.FromDays(179));
        await GuessAsync(app, 10);
        (await app.LogInAsync(Email, App.Password, device)).IsOk();
        app.Clock.Advance(TimeSpan.FromDays(1));
        await App.AtOnceAsync(11, _ => app.LogInAsync(Email, Wrong));
        (await app.LogInAsync(Email, App.Password, device)).IsProblem(429, "too_many_requests");
    }

    [Fact]
    public async Task One_browser_is_known_to_its_latest_five_accounts()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, Limited);
        var device = ("Cookie", "");
        for (var i = 0; i < 6; i++)
        {
            await app.JoinAsync($"p{i}@example.com");
            var login = await app.LogInAsync($"p{i}@example.com", App.Password, device);
            login.IsOk();
            device = Device(login);
        }

        Assert.True(device.Item2.Length < 700, "Browsers drop a cookie of more than 4,096 bytes.");
        foreach (var (name, known) in ((string, bool)[])[("p0@example.com", false), ("p1@example.com", true), ("p5@example.com", true)])
        {
            await App.AtOnceAsync(11, _ => app.LogInAsync(name, Wrong));
            var answer = await app.LogInAsync(name, App.Password, device);
            Assert.True(known == (answer.Code is null), $"{name}: {answer.Body}");
        }
    }

    [Fact]
    public async Task Its_cookie_is_as_closed_as_the_sessions()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, ("PublicUrl", "https://accounts.example.com"));
        await app.SignUpAsync(Email);
        var line = (await app.VerifyAsync((await app.MailAsync(Email)).Token)).SetCookies.Single(
            cookie => cookie.Contains("gatehouse-device", StringComparison.Ordinal));

        Assert.StartsWith("__Host-gatehouse-device=", line, StringComparison.Ordinal);
        Assert.EndsWith("; max-age=15552000; path=/; secure; samesite=strict; httponly", line, StringComparison.Ordinal);
    }

    [Fact]
    [Meets("GH-SEC-049")]
    public async Task A_mailed_link_lets_the_owner_in_on_a_new_browser_while_strangers_go_on()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, Limited);
        await JoinAsync(app);
        await GuessAsync(app, 10);
        (await app.LogInAsync(Email)).IsProblem(429, "too_many_requests");
        const string NewPassword = "another long passphrase";

        var link = await app.ForgetPasswordAsync(Email);
        (await app.LogInAsync(Email)).IsProblem(429, "too_many_requests"); // asking alone clears nothing
        var reset = await app.PostAsync($"/api/auth/passwd/{link}", App.Json(("password", NewPassword)));
        reset.IsOk();
        await GuessAsync(app, 10);

        (await app.LogInAsync(Email, NewPassword)).IsProblem(429, "too_many_requests");
        (await app.LogInAsync(Email, NewPassword, Device(reset))).IsOk();
    }

    /// <summary>After the first ten each further one costs twice the wait before it, up to an hour: a hundred take four days.</summary>
    [Fact]
    [Meets("GH-SEC-041")]
    public async Task Whoever_goes_on_guessing_waits_longer_each_time_until_a_right_password()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite, Limited);
        await JoinAsync(app);
        await GuessAsync(app, 10);

        app.Clock.Advance(TimeSpan.FromMinutes(15));
        foreach (var minutes in (int[])[30, 60, 60, 60])
        {
            (await app.LogInAsync(Email, Wrong)).IsProblem(401, "invalid_credentials");
            var blocked = await app.LogInAsync(Email);
            blocked.IsProblem(429, "too_many_requests");
            Assert.Equal($"{minutes * 60}", blocked.Header("Retry-After"));
            app.Clock.Advance(TimeSpan.FromMinutes(minutes));
        }
        (await app.LogInAsync(Email)).IsOk();

        await GuessAsync(app, 10);
        Assert.Equal("900", (await app.LogInAsync(Email)).Header("Retry-After"));
    }

    private static async Task GuessAsync(App app, int times)
    {
        for (var i = 0; i < times; i++)
            (await app.LogInAsync(Email, Wrong)).IsProblem(401, "invalid_credentials");
    }

    private static async Task<(Person Alice, (string Name, string Value) Device)> JoinAsync(App app)
    {
        var alice = await app.JoinAsync(Email);
        return (alice, Device(await app.LogInAsync(Email)));
    }

    private static (string Name, string Value) Device(Answer answer) =>
        ("Cookie", "gatehouse-device=" + answer.Cookie("gatehouse-device"));
}
