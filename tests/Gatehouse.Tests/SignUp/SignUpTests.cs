using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.SignUp;

public sealed class SignUpOnSqlite(SharedOnSqlite shared) : SignUpTests(shared), IClassFixture<SharedOnSqlite>;

public sealed class SignUpOnPostgres(SharedOnPostgres shared) : SignUpTests(shared), IClassFixture<SharedOnPostgres>;

public abstract class SignUpTests(SharedApp shared)
{
    private readonly App app = shared.App;
    private readonly string email = App.NewEmail();

    [Fact]
    public async Task A_customer_signs_up_verifies_and_is_in()
    {
        var alice = await app.JoinAsync(email, userName: "Alice");

        var session = await alice.GetAsync("/api/auth/session");

        Assert.Equal(HttpStatusCode.OK, session.Status);
        Assert.Equal("Alice", session.Text("user", "name"));
        Assert.Equal(email, session.Text("account", "email"));
        Assert.True(session.Json.GetProperty("account").GetProperty("verified").GetBoolean());
    }

    [Theory]
    [Meets("GH-SEC-001", "GH-SEC-120", "GH-SEC-141")]
    [InlineData("/api/auth/signup")]
    [InlineData("/account/register")]
    public async Task A_new_a_pending_and_a_verified_address_get_the_same_answer_and_different_mails(string path)
    {
        var body = App.Json(("email", email), ("password", App.Password));

        var first = await app.PostAsync(path, body);
        var token = (await app.MailAsync(email)).Token;
        await app.TickAsync(email);
        var pending = await app.PostAsync(path, body);
        await app.MailAsync(email, seen: 1);
        (await app.VerifyAsync(token)).IsOk();
        await app.TickAsync(email);
        var verified = await app.PostAsync(path, body);
        var mail = await app.MailAsync(email, seen: 2);

        Assert.Equal(HttpStatusCode.Accepted, first.Status);
        Assert.Equal("""{"status":"check_email"}""", first.Body);
        Assert.Equal(first.Shape, pending.Shape);
        Assert.Equal(first.Shape, verified.Shape);
        Assert.Empty(first.SetCookies);
        Assert.Null(first.Header("GN-Access-Token"));
        Assert.Equal(
            ["account_exists", "verify", "verify"], (await app.MailsAsync(email)).Select(each => each.Kind), StringComparer.Ordinal);
        Assert.Equal(1, await RowsAsync());
        (await app.PostAsync($"/api/auth/passwd/{mail.Token}", App.Json(("password", "another long passphrase"))))
            .IsOk();
        (await app.LogInAsync(email, "another long passphrase")).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-148", "GH-SEC-153")]
    public async Task Before_verification_there_is_no_user_and_no_session()
    {
        await app.SignUpAsync(email);

        Assert.Equal(1, await RowsAsync());
        Assert.Equal(0, await app.Store.CountAsync(
            $"users WHERE account_id IN (SELECT id FROM accounts WHERE email_key = '{email}')"));
        (await app.LogInAsync(email)).IsProblem(403, "account_unverified");
        Assert.Equal(0, await app.Store.CountAsync(
            $"sessions WHERE account_id IN (SELECT id FROM accounts WHERE email_key = '{email}')"));
    }

    [Fact]
    public async Task An_address_in_the_username_alone_is_the_email()
    {
        (await app.PostAsync("/api/auth/signup", App.Json(("username", email), ("password", App.Password)))).IsOk();

        var verified = await app.VerifyAsync((await app.MailAsync(email)).Token);

        var account = verified.Json.GetProperty("account");
        Assert.Equal(email, account.GetProperty("email").GetString());
        Assert.Null(account.GetProperty("username").GetString());
    }

    [Fact]
    public async Task The_email_again_as_username_is_no_username()
    {
        await SignUpAsync(("username", email.ToUpperInvariant()));

        var verified = await app.VerifyAsync((await app.MailAsync(email)).Token);

        Assert.Null(verified.Text("account", "username"));
    }

    [Theory]
    [InlineData("""{"username":"bob","password":"correct horse battery staple"}""", 422, "invalid_input", "email")]
    [InlineData("""{"email":"bob","password":"correct horse battery staple"}""", 422, "invalid_input", "email")]
    [InlineData("""{"password":"correct horse battery staple"}""", 400, "bad_request", "email")]
    [InlineData("""{"email":"EMAIL"}""", 400, "bad_request", "password")]
    [InlineData("""{"email":"EMAIL","password":null}""", 400, "bad_request", "password")]
    [InlineData("""{"email":"EMAIL","password":12345678}""", 400, "bad_request", "password")]
    [InlineData("""{"email":"EMAIL","password":"\ud800 correct horse battery"}""", 400, "bad_request", null)]
    [InlineData("""{"email":"EMAIL","password":"correct horse battery staple","username":"other@example.com"}""", 422, "invalid_input", "username")]
    [InlineData("""{"email":"EMAIL","password":"correct horse battery staple","username":"admin"}""", 422, "invalid_input", "username")]
    [InlineData("""{"email":"EMAIL","password":"correct horse battery staple","displayname":"a\u202eb"}""", 422, "invalid_input", "displayname")]
    [InlineData("""{"email":"EMAIL","password":"correct horse battery staple","config":[]}""", 422, "invalid_document", "config")]
    [InlineData("""{"email":"EMAIL","password":"correct horse battery staple","config":{"a":{"b":{"c":{"d":{}}}}}}""", 422, "invalid_document", "config")]
    [InlineData("""{"email":"EMAIL","password":"correct horse battery staple","invite":"unknown"}""", 403, "invite_invalid", null)]
    public async Task What_is_refused_leaves_no_row_and_no_mail(string body, int status, string code, string? field)
    {
        var answer = await app.PostAsync("/api/auth/signup", body.Replace("EMAIL", email, StringComparison.Ordinal));

        answer.IsProblem(status, code);
        if (field is not null)
            Assert.True(answer.Json.GetProperty("errors").TryGetProperty(field, out _), answer.Body);
        await NothingHappenedAsync();
    }

    [Theory]
    [Meets("GH-SEC-024", "GH-SEC-032", "GH-SEC-037")]
    [InlineData("7 chars", "at least")]
    [InlineData("password123", "too common")]
    [InlineData("LOCAL is my name", "email")]
    [InlineData("my EMAIL and more", "email")]
    [InlineData("xx tuesday-club xx", "username")]
    [InlineData("my Gatehouse password", "name of this site")]
    public async Task A_weak_password_is_refused_with_the_reason_and_without_an_echo(string password, string reason)
    {
        var local = $"local{email[..email.IndexOf('@')]}";
        var address = local + "@example.com";
        var typed = password.Replace("LOCAL", local, StringComparison.Ordinal)
            .Replace("EMAIL", address, StringComparison.Ordinal);

        var answer = await app.PostAsync("/api/auth/signup", App.Json(
            ("email", address), ("username", "tuesday-club"), ("password", typed)));

        answer.IsProblem(422, "weak_password");
        var told = answer.Json.GetProperty("errors").GetProperty("password")[0].GetString();
        Assert.Contains(reason, told, StringComparison.Ordinal);
        Assert.DoesNotContain(typed, answer.Body, StringComparison.Ordinal);
        Assert.Equal(0, await app.Store.CountAsync($"accounts WHERE email_key = '{address}'"));
        Assert.Equal(0, await app.Store.CountAsync("username_holds WHERE username_key = 'tuesday-club'"));
        await app.MailsSettledAsync();
        Assert.Empty(await app.MailsAsync(address));
    }

    [Fact]
    [Meets("GH-SEC-028")]
    public async Task A_password_of_256_code_points_works_and_one_more_is_refused()
    {
        var longest = string.Concat(Enumerable.Repeat("\U0001F40E", 128)) + new string('x', 128);
        (await app.PostAsync("/api/auth/signup", App.Json(("email", email), ("password", longest + "x"))))
            .IsProblem(422, "weak_password");
        await NothingHappenedAsync();

        await app.JoinAsync(email, longest);

        (await app.LogInAsync(email, longest)).IsOk();
        (await app.LogInAsync(email, longest[..^1] + "y")).IsProblem(401, "invalid_credentials");
        (await app.LogInAsync(email, longest[..^1])).IsProblem(401, "invalid_credentials");
        (await app.LogInAsync(email, longest + "x")).IsProblem(422, "weak_password");
    }

    [Fact]
    public async Task The_display_name_is_offered_at_the_link_and_the_config_is_kept()
    {
        (await app.PostAsync("/api/auth/signup",
            $$"""{"email":"{{email}}","password":"{{App.Password}}","config":{"theme":"dark"},"displayname":" Zoë "}"""))
            .IsOk();
        var token = (await app.MailAsync(email)).Token;

        var look = await app.GetAsync($"/api/auth/mail/verify/{token}");
        var cookie = (await app.VerifyAsync(token)).Cookie("gatehouse");
        var info = await app.GetAsync("/api/auth/info", ("Cookie", "gatehouse=" + cookie));

        Assert.Equal("Zoë", look.Text("displayname"));
        Assert.Equal("""{"theme":"dark"}""", info.Json.GetProperty("user").GetProperty("config").GetRawText());
    }

    [Fact]
    public async Task Of_one_address_the_five_newest_sign_ups_are_kept()
    {
        var tokens = new List<string>();
        for (var i = 0; i < 6; i++)
            tokens.Add(await app.SignUpAsync(email));

        Assert.Equal(5, await RowsAsync());
        (await app.GetAsync($"/api/auth/mail/verify/{tokens[0]}")).IsProblem(410, "link_invalid");
        foreach (var token in tokens[1..])
            (await app.GetAsync($"/api/auth/mail/verify/{token}")).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-149", "GH-SEC-150", "GH-SEC-153")]
    public async Task Who_signs_up_with_anothers_address_is_left_with_nothing_when_the_owner_verifies()
    {
        const string Planted = "planted by an attacker";
        var attackers = await app.SignUpAsync(email, Planted);
        var owners = await app.SignUpAsync(email);
        // The owner opens the wrong mail: their own password doesn't activate the attacker's.
        (await app.VerifyAsync(attackers)).IsProblem(401, "invalid_credentials");

        (await app.VerifyAsync(owners)).IsOk();

        Assert.Equal(1, await RowsAsync());
        (await app.VerifyAsync(attackers, Planted)).IsProblem(410, "link_invalid");
        (await app.LogInAsync(email, Planted)).IsProblem(401, "invalid_credentials");
        (await app.LogInAsync(email)).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-150", "GH-SEC-265", "GH-SEC-275")]
    public async Task Of_two_sign_ups_of_one_address_verified_at_once_one_becomes_the_account()
    {
        string[] tokens = [await app.SignUpAsync(email), await app.SignUpAsync(email), await app.SignUpAsync(email)];

        var answers = await App.AtOnceAsync(3, i => app.VerifyAsync(tokens[i]));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        foreach (var answer in answers.Where(answer => answer.Status != HttpStatusCode.OK))
            answer.IsProblem(410, "link_invalid");
        Assert.Equal(1, await RowsAsync());
        var account = $"account_id IN (SELECT id FROM accounts WHERE email_key = '{email}')";
        Assert.Equal(1, await app.Store.CountAsync("users WHERE " + account));
        Assert.Equal(1, await app.Store.CountAsync("sessions WHERE " + account));
        Assert.Equal(0, await app.Store.CountAsync("one_time_links WHERE " + account));
    }

    private async Task SignUpAsync(params (string Name, string Value)[] members) =>
        (await app.PostAsync("/api/auth/signup", App.Json([("email", email), ("password", App.Password), .. members])))
            .IsOk();

    private Task<long> RowsAsync() => app.Store.CountAsync($"accounts WHERE email_key = '{email}'");

    private async Task NothingHappenedAsync()
    {
        Assert.Equal(0, await RowsAsync());
        await app.MailsSettledAsync();
        Assert.Empty(await app.MailsAsync(email));
    }
}
