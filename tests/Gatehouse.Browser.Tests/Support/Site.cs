using Gatehouse.Tests.Support;

namespace Gatehouse.Browser.Tests.Support;

/// <summary>One server for the tests of a class, at an address that its mails name. Each test brings customers of its own.</summary>
public class Site : IAsyncLifetime
{
    internal App App { get; private set; } = null!;

    public async Task InitializeAsync() => App = await StartAsync();

    public virtual async Task DisposeAsync() => await App.DisposeAsync();

    private protected virtual Task<App> StartAsync() => App.StartReachableAsync(StoreKind.Sqlite);

    /// <summary>A customer with an account and one user.</summary>
    internal Task<Person> JoinAsync(string userName = "Alice") => App.JoinAsync(App.NewEmail(), userName: userName);

    /// <summary>A customer whose account has a second user.</summary>
    internal async Task<Person> JoinAsTwoAsync(string userName, string secondName)
    {
        var person = await JoinAsync(userName);
        (await person.PostAsync("/api/auth/users", App.Json(("name", secondName), ("password", person.Password)))).IsOk();
        return person;
    }

    /// <summary>A change of an account's address: the link to the new address, unused, and the one to the old address.</summary>
    internal async Task<(string Confirm, string Undo)> ChangeEmailAsync()
    {
        var person = await JoinAsync();
        var (first, second) = (App.NewEmail(), App.NewEmail());
        (await App.PostAsync($"/api/auth/account/email/{(await AskEmailAsync(person, first)).Token}", null, person.CookieHeader)).IsOk();
        var undo = await MailAsync(person.Email, mail => mail.Links.Any(link => link.Contains("/undo/", StringComparison.Ordinal)));
        var confirm = await AskEmailAsync(person, second);
        return (confirm.Links[0], undo.Links.Single(link => link.Contains("/undo/", StringComparison.Ordinal)));
    }

    private Task<ReceivedDevMail> AskEmailAsync(Person person, string email) => MailAsync(email, async () =>
        (await person.PostAsync("/api/auth/account/email", App.Json(("email", email)), await person.OpenAsync())).IsOk());

    /// <summary>The mail to an address that something brings; nobody else may write to it meanwhile.</summary>
    internal async Task<ReceivedDevMail> MailAsync(string email, Func<Task> cause)
    {
        var seen = await App.TickAsync(email);
        await cause();
        return await App.MailAsync(email, seen);
    }

    /// <summary>The newest mail to an address that is as wanted, among those there are and those to come.</summary>
    internal async Task<ReceivedDevMail> MailAsync(string email, Func<ReceivedDevMail, bool> isWanted)
    {
        ReceivedDevMail? found = null;
        await Eventually.TrueAsync(
            async () => (found = (await App.MailsAsync(email)).FirstOrDefault(isWanted)) is not null, "a mail to " + email);
        return found!;
    }
}
