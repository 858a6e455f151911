using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.SignUp;

public sealed class ResendOnSqlite(SharedOnSqlite shared) : ResendTests(shared), IClassFixture<SharedOnSqlite>;

public sealed class ResendOnPostgres(SharedOnPostgres shared) : ResendTests(shared), IClassFixture<SharedOnPostgres>;

public abstract class ResendTests(SharedApp shared)
{
    private readonly App app = shared.App;
    private readonly string email = App.NewEmail();

    [Fact]
    [Meets("GH-SEC-137")]
    public async Task Another_link_comes_and_the_earlier_one_stays_good_until_one_is_used()
    {
        var earlier = await app.SignUpAsync(email);
        var later = await ResendAsync(email);
        Assert.NotEqual(earlier, later, StringComparer.Ordinal);
        (await app.GetAsync($"/api/auth/mail/verify/{later}")).IsOk();

        (await app.VerifyAsync(earlier)).IsOk();

        (await app.VerifyAsync(later)).IsProblem(410, "link_invalid");
    }

    [Fact]
    public async Task Only_the_newest_sign_up_gets_another_link()
    {
        await app.SignUpAsync(email, "the older sign-up's password");
        await app.SignUpAsync(email, "the newer sign-up's password");

        var token = await ResendAsync(email);

        (await app.VerifyAsync(token, "the older sign-up's password")).IsProblem(401, "invalid_credentials");
        (await app.VerifyAsync(token, "the newer sign-up's password")).IsOk();
    }

    [Fact]
    [Meets("GH-SEC-003")]
    public async Task Every_address_gets_the_same_answer_and_only_a_pending_one_a_mail()
    {
        var pending = App.NewEmail();
        await app.SignUpAsync(pending);
        await app.JoinAsync(email);
        var unknown = App.NewEmail();

        var answers = new List<Answer>();
        foreach (var address in (string[])[pending, email, unknown, pending.ToUpperInvariant()])
            answers.Add(await app.PostAsync("/api/auth/mail/verify", App.Json(("email", address))));

        Assert.Equal(HttpStatusCode.Accepted, answers[0].Status);
        Assert.All(answers, answer => Assert.Equal(answers[0].Shape, answer.Shape));
        await app.MailsSettledAsync();
        Assert.Equal(3, (await app.MailsAsync(pending)).Count);
        Assert.Single(await app.MailsAsync(email));
        Assert.Empty(await app.MailsAsync(unknown));
        Assert.Equal(0, await app.Store.CountAsync($"accounts WHERE email_key = '{unknown}'"));
    }

    [Fact]
    public async Task What_is_no_address_is_refused() =>
        (await app.PostAsync("/api/auth/mail/verify", App.Json(("email", "nobody")))).IsProblem(422, "invalid_input");

    [Fact]
    [Meets("GH-SEC-157", "GH-SEC-287")]
    public async Task An_address_is_mailed_three_times_an_hour_and_nobody_is_told()
    {
        await using var limited = await App.StartAsync(shared.Kind, ("RateLimits:Enabled", "true"));
        await limited.SignUpAsync(email);
        async Task<(Answer Answer, int Mails)> AskAsync()
        {
            var answer = await limited.PostAsync(
                "/api/auth/mail/verify", App.Json(("email", email.ToUpperInvariant())));
            await limited.MailsSettledAsync();
            return (answer, (await limited.MailsAsync(email)).Count);
        }

        var asked = new List<(Answer Answer, int Mails)>();
        for (var i = 0; i < 5; i++)
            asked.Add(await AskAsync());
        limited.Clock.Advance(TimeSpan.FromHours(1));
        asked.Add(await AskAsync());

        // The sign-up's own mail is one of the three.
        Assert.Equal([2, 3, 3, 3, 3, 4], asked.Select(each => each.Mails));
        Assert.All(asked, each => Assert.Equal(asked[0].Answer.Shape, each.Answer.Shape));
    }

    private async Task<string> ResendAsync(string address)
    {
        var seen = await app.TickAsync(address);
        (await app.PostAsync("/api/auth/mail/verify", App.Json(("email", address)))).IsOk();
        return (await app.MailAsync(address, seen)).Token;
    }
}
