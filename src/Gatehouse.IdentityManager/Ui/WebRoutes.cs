using System.Text.Json;
using Gatehouse.IdentityManager.Control;

namespace Gatehouse.IdentityManager.Ui;

/// <summary>
/// Which address does what. What changes something is a POST, and leads to a page that says how it went: to read that
/// page anew does nothing again.
/// </summary>
internal static class WebRoutes
{
    public static void Map(WebApplication app, WebDesk desk)
    {
        Get("/style.css", context => Page.SendAsync(context, Assets.Style, "text/css"));
        Get("/live.js", context => Page.SendAsync(context, Assets.Script, "text/javascript"));
        Get("/events", context => EventsAsync(context, desk));
        Get("/", async context =>
            await Page.SendAsync(context, AccountPages.All(await desk.LookAsync(context.RequestAborted))));
        Get("/account", context => AccountAsync(context, desk));
        Get("/requests", async context => await Page.SendAsync(
            context, Pages.Requests(await desk.LookAsync(context.RequestAborted), desk.TakeSaid(context))));
        Get("/add", context => Page.SendAsync(context, Pages.Add("", "", false, desk.TakeSaid(context))));
        Get("/profile", context => ProfileAsync(context, desk));
        Get("/settings", context => Page.SendAsync(context, Pages.Settings(desk.Place, desk.TakeSaid(context))));
        Post("/approve", form => DoAsync(Named(Call.Approve, form) with { Code = form["code"] }, "requests"));
        Post("/reject", form => DoAsync(Named(Call.Reject, form) with { Blocks = form["block"] == "yes" }, "requests"));
        Post("/profile", form => DoAsync(
            new Call(Call.SetProfile) { Key = "name", Value = $"{form["name"]}" is { Length: > 0 } name ? name : null },
            "profile"));
        Post("/send", form => DoAsync(Named(Call.SendProfile, form), AddressOf(form)));
        Post("/dismiss", form => DoAsync(Named(Call.Dismiss, form), AddressOf(form)));
        Post("/destroy", form => form["sure"] == "yes"
            ? DoAsync(Named(Call.Destroy, form), AddressOf(form))
            : SayAsync("You didn't say that you are sure.", AddressOf(form)));
        Post("/backup", form => Path.IsPathFullyQualified($"{form["file"]}")
            ? DoAsync(new Call(Call.Backup) { File = form["file"] }, "settings")
            : SayAsync("Name the file with its whole path.", "settings"));
        Post("/create", form => CreateAsync(form, desk));
        app.MapPost("/add", (RequestDelegate)(context => ReviewAsync(context, desk)));
        app.MapPost("/login", (RequestDelegate)(context => LogInAsync(context, desk)));

        void Get(string address, Func<HttpContext, Task> answer) =>
            app.MapGet(address, (RequestDelegate)(async context =>
            {
                try
                {
                    await answer(context);
                }
                catch (NoDeskException none)
                {
                    context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                    await Page.SendAsync(context, Pages.Missing(none.Message));
                }
            }));

        void Post(string address, Func<IFormCollection, Task<string>> act) =>
            app.MapPost(address, (RequestDelegate)(async context =>
                SeeOther(context, await act(await context.Request.ReadFormAsync(context.RequestAborted)))));

        Task<string> DoAsync(Call call, string next) => desk.DoAsync(call, next);

        Task<string> SayAsync(string fault, string next) => Task.FromResult(desk.Say(Reply.Refused(fault), next));
    }

    private static Call Named(string verb, IFormCollection form) =>
        new(verb) { Account = form["account"], Request = form["request"] };

    private static string AddressOf(IFormCollection form) =>
        $"account?number={Uri.EscapeDataString($"{form["account"]}")}";

    /// <summary>By a 303: the next page is got, whatever led there.</summary>
    private static void SeeOther(HttpContext context, string address)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = address;
    }

    private static async Task AccountAsync(HttpContext context, WebDesk desk)
    {
        var shown = await desk.LookAsync(context.RequestAborted);
        var number = $"{context.Request.Query["number"]}";
        if (shown.Accounts.FirstOrDefault(account => $"{account.Number}" == number) is not { } account)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            await Page.SendAsync(context, Pages.Missing("There is no such account."));
            return;
        }
        var log = (await desk.AskAsync(new Call(Call.Log) { Account = number }, context.RequestAborted)).Log ?? [];
        await Page.SendAsync(context, AccountPages.One(account, log, desk.TakeSaid(context)));
    }

    private static async Task ProfileAsync(HttpContext context, WebDesk desk)
    {
        var said = desk.TakeSaid(context);
        var profile = said?.Profile ?? (await desk.AskAsync(new Call(Call.Profile), context.RequestAborted)).Profile;
        var told = said is { Fault: null } ? said with { Text = "Saved." } : said;
        await Page.SendAsync(context, Pages.Profile(profile ?? [], told));
    }

    private static async Task ReviewAsync(HttpContext context, WebDesk desk)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var call = Offered(Call.Review, form);
        var reply = await desk.AskAsync(call, context.RequestAborted);
        await Page.SendAsync(context, reply.Offer is { } offer
            ? Pages.Offer(offer, call.AllowsPrivate)
            : Pages.Add(call.Link ?? "", call.Origin ?? "", call.AllowsPrivate, reply));
    }

    private static async Task<string> CreateAsync(IFormCollection form, WebDesk desk)
    {
        var call = Offered(Call.Add, form) with { WithoutProfile = form["profile"] != "yes" };
        var reply = await desk.AddAsync(call);
        if (reply.Fault is not null)
            return desk.Say(reply, "add");
        return reply.Accounts is [var account] ? AccountPages.Address(account) : "./";
    }

    private static Call Offered(string verb, IFormCollection form) => new(verb)
    {
        Link = $"{form["link"]}".Trim(),
        Origin = $"{form["at"]}".Trim() is { Length: > 0 } at ? at : null,
        AllowsPrivate = form["private"] == "yes",
    };

    /// <summary>To the app, by a link that isn't told where it was found.</summary>
    private static async Task LogInAsync(HttpContext context, WebDesk desk)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var reply = await desk.AskAsync(Named(Call.Login, form), CancellationToken.None);
        if (reply.Url is null)
        {
            SeeOther(context, desk.Say(reply, AddressOf(form)));
            return;
        }
        // Not by a redirect: the policy lets a form go nowhere else, and that is as it should be.
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        context.Response.Headers["Refresh"] = $"0;url={reply.Url}";
        await Page.SendAsync(context, Pages.LoggingIn(reply.Url));
    }

    private static async Task EventsAsync(HttpContext context, WebDesk desk)
    {
        var lifetime = context.RequestServices.GetRequiredService<IHostApplicationLifetime>();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, lifetime.ApplicationStopping);
        context.Response.ContentType = "text/event-stream";
        try
        {
            await foreach (var shown in desk.WatchAsync(over.Token))
            {
                var state = new LiveState(shown.Requests.Count, Followed.All(shown));
                await context.Response.WriteAsync(
                    $"data: {JsonSerializer.Serialize(state, UiJson.Default.LiveState)}\n\n", over.Token);
                await context.Response.Body.FlushAsync(over.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
    }
}
