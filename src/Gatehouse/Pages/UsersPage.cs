using Gatehouse.Http;
using Gatehouse.Sessions;
using Gatehouse.Users;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>
/// Who is it today? Choose a user of the account, or add one with the account's password. One without a
/// password adds users in its settings, which its other credentials open. One that has no user yet is asked for a name.
/// </summary>
internal static class UsersPage
{
    public const string Path = "/auth/users";

    public static async Task<IResult> Get(HttpContext http, UserServices services, CancellationToken cancellationToken)
    {
        var target = ReturnPath.Parse(http.Request.Query["return"]);
        return await services.Authenticator.AuthenticateAsync(http, cancellationToken) is Caller.Known known
            ? await ShowAsync(http, known.Session, target, typed: null, problem: null, services, cancellationToken)
            : ToLogIn(target);
    }

    public static async Task<IResult> Post(HttpContext http, UserServices services, CancellationToken cancellationToken)
    {
        if (await services.Authenticator.AuthenticateAsync(http, cancellationToken) is not Caller.Known known)
            return ToLogIn(ReturnPath.Home);
        var (form, unfit) = await FormBody.ReadAsync(http, cancellationToken);
        if (unfit is not null)
            return unfit;
        var target = ReturnPath.Parse(form!["return"]);
        if (form["user_id"] is { } userId)
        {
            var (_, problem) = await SelectUser.HandleAsync(known.Session, userId, services.Sessions, cancellationToken);
            return problem ?? (IResult)new SeeOther(target.Path);
        }
        var first = await UserFlows.AsksForFirstAsync(known.Session, services, cancellationToken);
        var request = new CreateUserRequest { Name = form["name"] ?? "", Password = first ? null : form["password"] ?? "" };
        var (added, refused) = await UserFlows.CreateAsync(http, known.Session, request, null, services, cancellationToken);
        if (added is null)
            return await ShowAsync(http, known.Session, target, form["name"], refused, services, cancellationToken);
        if (!first)
            return new SeeOther(Notice.On(target.After(Path), Notice.UserAdded));
        await SelectUser.HandleAsync(known.Session, added.Id, services.Sessions, cancellationToken);
        return new SeeOther(target.Path);
    }

    private static SeeOther ToLogIn(ReturnPath target) => new(ReturnPath.Parse(target.After(Path)).After(LogInPage.Path));

    private static async Task<Page> ShowAsync(
        HttpContext http, Session session, ReturnPath target, string? typed, Problem? problem, UserServices services,
        CancellationToken cancellationToken)
    {
        if (await UserFlows.AsksForFirstAsync(session, services, cancellationToken))
            return AskName(target, typed, problem);
        var users = await UserFlows.ListAsync(session, services, cancellationToken);
        var back = target == ReturnPath.Home ? null : target.Path;
        var hasPassword = await UserFlows.HasPasswordAsync(session, services, cancellationToken);
        var form = new Form(Path, "users.add_button",
            [new Field("name", "field.name", "text", "off") { Value = typed }, Field.Password("field.account_password")])
        {
            Problem = problem,
            WrongPassword = "error.account_password",
            Hidden = [("return", back)],
            Owner = session.Email ?? session.Username,
            Quiet = true,
        };
        return new Page("users.title", speech => $"""
            {(problem is null ? Notice.Of(http.Request)?.ToHtml(speech) : null)}
            <form method="post" action="{Path}">
            {(back is null ? null : Html.Of($"""<input type="hidden" name="return" value="{back}">"""))}
            <ul class="users">{users.Select(user => ToHtml(user, session))}</ul>
            </form>
            {(hasPassword
                ? Html.Of($"""<details{(problem is null ? null : Html.Of($" open"))}><summary>{speech["users.add"]}</summary>{form.ToHtml(speech)}</details>""")
                : Html.Of($"""<p><a href="{SettingsPage.Path}">{speech["users.add"]}</a></p>"""))}
            <nav aria-label="{speech["page.ways"]}"><p><a href="{HomePage.Path}">{speech["page.home"]}</a></p></nav>
            """)
        {
            Problem = problem,
        };
    }

    private static Page AskName(ReturnPath target, string? typed, Problem? problem) => new("users.first", speech => $"""
        <p>{speech["users.first_what"]}</p>
        {new Form(Path, "users.first_button", [new Field("name", "field.your_name", "text", "nickname") { Value = typed }])
        {
            Problem = problem,
            Hidden = [("return", target == ReturnPath.Home ? null : target.Path)],
        }.ToHtml(speech)}
        """)
    {
        Problem = problem,
    };

    private static Html ToHtml(User user, Session session)
    {
        var current = user.Id == session.UserId ? Html.Of($"""aria-current="true" """) : null;
        return $"""
            <li><button type="submit" {current}name="user_id" value="{user.Id}">{Avatar.ToHtml(user.Id, user.Name)}<bdi>{user.Name}</bdi></button></li>
            """;
    }
}
