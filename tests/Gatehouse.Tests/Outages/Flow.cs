using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Outages;

/// <summary>One thing that a customer, an API client or a balancer does.</summary>
/// <param name="Prepare">Makes what it needs while everything is well.</param>
internal sealed record Flow(string Name, Func<App, Task<Trial>> Prepare)
{
    private const string NewPassword = "another long passphrase";

    public static IReadOnlyList<Flow> All { get; } =
    [
        new("session check, by cookie", async app => await JoinAsync(app) is var person
            ? new(() => person.GetAsync("/api/auth/session")) : throw new InvalidOperationException()),
        new("request of an API client", async app =>
        {
            var bearer = App.Bearer(await (await JoinAsync(app)).TakeTokenAsync());
            return new(() => app.GetAsync("/account", bearer));
        }),
        new("log in", async app =>
        {
            var person = await JoinAsync(app);
            return new(() => app.LogInAsync(person.Email));
        }),
        new("log out", async app =>
        {
            var person = await JoinAsync(app);
            return new(() => person.PostAsync("/api/auth/logout", null))
            {
                Afterwards = () => Eventually.AnswerAsync(
                    () => person.GetAsync("/api/auth/session"), answer => answer.Code == "unauthenticated"),
            };
        }),
        new("select a user", async app =>
        {
            var person = await JoinAsync(app);
            return new(() => person.SendAsync(HttpMethod.Patch, "/api/auth/session", """{"user_id":null}"""));
        }),
        new("sign up", app =>
        {
            var email = App.NewEmail();
            return Task.FromResult(new Trial(() => app.PostAsync("/api/auth/signup", Body(email, App.Password))) { MailTo = email });
        }),
        new("ask for the link again", async app =>
        {
            var email = App.NewEmail();
            await app.SignUpAsync(email);
            return new(() => app.PostAsync("/api/auth/mail/verify", App.Json(("email", email)))) { MailTo = email, Mails = 2 };
        }),
        new("verify", async app =>
        {
            var token = await app.SignUpAsync(App.NewEmail());
            return new(() => app.VerifyAsync(token));
        }),
        new("ask for a new password", async app =>
        {
            var person = await JoinAsync(app);
            return new(() => app.PostAsync("/api/auth/passwd", App.Json(("email", person.Email)))) { MailTo = person.Email, Mails = 2 };
        }),
        new("set the new password", async app =>
        {
            var token = await app.ForgetPasswordAsync((await JoinAsync(app)).Email);
            return new(() => app.PostAsync($"/api/auth/passwd/{token}", App.Json(("password", NewPassword))));
        }),
        new("open the settings", async app =>
        {
            var person = await JoinAsync(app);
            return new(() => person.PostAsync("/api/auth/account/open", App.Json(("password", person.Password))));
        }),
        new("change the password", async app =>
        {
            var person = await JoinAsync(app);
            var grant = await person.OpenAsync();
            return new(() => person.PostAsync("/api/auth/account/password", App.Json(("password", NewPassword)), grant));
        }),
        new("delete the account", async app =>
        {
            var person = await JoinAsync(app);
            var grant = await person.OpenAsync();
            return new(() => person.SendAsync(HttpMethod.Delete, "/api/auth/account", null, grant));
        }),
        new("is this username free?", app => Task.FromResult(new Trial(() => app.GetAsync("/api/auth/usernames/somebody")))),
        new("check an invite", async app =>
        {
            var made = (await Operator.Of(app).RunAsync("invite", "create")).Ended(0);
            return new(() => app.GetAsync($"/api/auth/invites/{made.Lines[^1]}"));
        }),
        new("the page to log in", app => Task.FromResult(new Trial(() => app.GetAsync("/auth/login")))),
        new("`/healthz`", app => Task.FromResult(new Trial(() => app.GetAsync("/healthz")))),
        new("`/readyz`", app => Task.FromResult(new Trial(() => app.GetAsync("/readyz")))),
    ];

    private static Task<Person> JoinAsync(App app) => app.JoinAsync(App.NewEmail());

    private static string Body(string email, string password) => App.Json(("email", email), ("password", password));
}

/// <param name="Run">Does it once; done again after a refusal it must work, so nothing had happened.</param>
internal sealed record Trial(Func<Task<Answer>> Run)
{
    /// <summary>What must be so in the end whatever was answered; without it: a refused one is done again, and works.</summary>
    public Func<Task>? Afterwards { get; init; }

    /// <summary>Who must be written to in the end, if it was taken.</summary>
    public string? MailTo { get; init; }

    /// <summary>How many mails they have got by then.</summary>
    public int Mails { get; init; } = 1;

    /// <summary>What the customer met, in the words of the matrix.</summary>
    public static string Outcome(Answer answer)
    {
        if ((int)answer.Status < 400)
            return Matrix.Works;
        if (answer.Status != HttpStatusCode.ServiceUnavailable)
            return $"{(int)answer.Status} {answer.Code}";
        Assert.True(answer.Code is null || answer.Header("Retry-After") is not null, answer.Body);
        return answer.SetCookies.Any(cookie => cookie.StartsWith("gatehouse=;", StringComparison.Ordinal))
            ? Matrix.RefusedAndCleared
            : Matrix.Refused;
    }
}
