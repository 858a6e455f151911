using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Jlinx;
using Gatehouse.Sessions;
using Gatehouse.SocialLogin;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Gatehouse.Pages;

// Promises: GET changes nothing but what this browser waits for. What comes of a ticket is handed over by this page's own
// POST: our script sends it and lets the server wait, a customer without one presses its button. So the ticket stays in
// its cookie, a grant goes into one, and where it leads to is decided in one place.

/// <summary>Signing up and logging in with an identity of one's own. Each form names what it does in <c>action</c>.</summary>
internal static class JlinxPage
{
    public const string Path = "/auth/jlinx";

    /// <summary>How long an answer may take: shorter than our script's patience, and than a customer's.</summary>
    private static readonly TimeSpan LongWait = TimeSpan.FromSeconds(20), ShortWait = TimeSpan.FromSeconds(3);

    /// <summary>Whether there is anything behind a link to this page.</summary>
    public static bool IsServed(GatehouseSettings settings, ServedFeatures served) =>
        settings.Jlinx.IsOn && served.Have(GatehouseFeatures.Jlinx);

    public static async Task<IResult> Get(HttpContext http, JlinxServices services, CancellationToken cancellationToken)
    {
        var target = ReturnPath.Parse(http.Request.Query["return"]);
        if (WaitingCookie.Read(http, services.Cookies) is not { } waiting)
            return JlinxStart.Show(http, new(target, http.Request.Query["invite"], null), problem: null, services);
        var ticket = await TicketAnswer.FindAsync(http, waiting.Ticket, services, cancellationToken);
        return ticket is not null && IsOpen(ticket, services)
            ? new JlinxWaiting(waiting, ticket, target).ToPage(http, problem: null)
            : Over(http, waiting, ticket?.Status, target, services);
    }

    public static async Task<IResult> Post(HttpContext http, JlinxServices services, CancellationToken cancellationToken)
    {
        var (form, unfit) = await FormBody.ReadAsync(http, cancellationToken);
        if (unfit is not null)
            return unfit;
        if (!services.IsServed)
            return Problems.NotFound();
        var target = ReturnPath.Parse(form!["return"]);
        switch (form["action"] ?? ActionOf(form))
        {
            case "sign_up":
                return await SignUpAsync(http, new(target, form["invite"], null), services, cancellationToken);
            case "recover":
                return await RecoverAsync(http, new(target, form["invite"], null), services, cancellationToken);
            case "log_in":
                return await LogInAsync(http, new(target, form["invite"], form["identifier"]), services, cancellationToken);
            case "paste" or "look" or "again":
                return WaitingCookie.Read(http, services.Cookies) is { } waiting
                    ? await GoOnAsync(http, form, waiting, target, services, cancellationToken)
                    : new SeeOther(target.After(Path));
            default:
                return Problems.BadRequest("action", "error.unknown_action");
        }
    }

    /// <summary>What a program means that sends the fields of the API alone.</summary>
    private static string ActionOf(FormBody form) =>
        form["identifier"] is not null ? "log_in" : form["app_account"] is not null ? "paste" : "sign_up";

    /// <summary>To the page that waits, for what was begun here or on another page of ours.</summary>
    public static SeeOther Wait(
        HttpContext http, Offer.Made made, string purpose, string? invite, ReturnPath target, SessionCookie cookies)
    {
        new WaitingCookie(made.Ticket.Reveal(), purpose, made.Link.ToString(), invite).Set(http, cookies);
        return new SeeOther(target.After(Path));
    }

    public static SeeOther Wait(
        HttpContext http, AskToLogIn.Asked asked, string purpose, ReturnPath target, SessionCookie cookies)
    {
        new WaitingCookie(asked.Ticket.Reveal(), purpose, Link: null, Invite: null).Set(http, cookies);
        return new SeeOther(target.After(Path));
    }

    private static async Task<IResult> SignUpAsync(
        HttpContext http, JlinxStart.Typed typed, JlinxServices services, CancellationToken cancellationToken)
    {
        var (made, problem) = await Offer.BeginAsync(http, typed.Invite, services, cancellationToken);
        return made is null
            ? JlinxStart.Show(http, typed, problem, services)
            : Wait(http, made, TicketPurpose.SignUp, typed.Invite, typed.Target, services.Cookies);
    }

    private static async Task<IResult> RecoverAsync(
        HttpContext http, JlinxStart.Typed typed, JlinxServices services, CancellationToken cancellationToken)
    {
        var (made, problem) = await Offer.BeginRecoveryAsync(http, services, cancellationToken);
        return made is null
            ? JlinxStart.Show(http, typed, problem, services)
            : Wait(http, made, TicketPurpose.Recovery, typed.Invite, typed.Target, services.Cookies);
    }

    private static async Task<IResult> LogInAsync(
        HttpContext http, JlinxStart.Typed typed, JlinxServices services, CancellationToken cancellationToken)
    {
        var (asked, problem) = await AskToLogIn.BeginAsync(http, typed.Identifier ?? "", services, cancellationToken);
        return asked is null
            ? JlinxStart.Show(http, typed with { Identifier = typed.Identifier ?? "" }, problem, services)
            : Wait(http, asked, TicketPurpose.LogIn, typed.Target, services.Cookies);
    }

    private static async Task<IResult> GoOnAsync(
        HttpContext http, FormBody form, WaitingCookie waiting, ReturnPath target, JlinxServices services,
        CancellationToken cancellationToken)
    {
        if (form["action"] == "again")
            return End(http, waiting, target, note: null, services);
        if (form["action"] == "paste")
        {
            var problem = await NameAccount.PasteAsync(http, waiting.Ticket, form["app_account"] ?? "", services, cancellationToken);
            if (await TicketAnswer.FindAsync(http, waiting.Ticket, services, cancellationToken) is not { } ticket)
                return End(http, waiting, target, Notice.JlinxExpired, services);
            if (problem is { Code: "link_invalid" })
                problem = null; // taken or too late: what came of it is told by whoever waits
            // Our script waits already; two that wait would take the outcome from each other.
            if (problem is not null || http.Request.Headers.ContainsKey(SeeOther.ScriptHeader))
                return new JlinxWaiting(waiting, ticket, target).ToPage(http, problem);
        }
        var byScript = form["wait"] is not null;
        var outcome = await TicketAnswer.WaitAsync(http, waiting.Ticket, byScript ? LongWait : ShortWait, services, cancellationToken);
        return outcome?.Status switch
        {
            TicketStatus.Approved => LetIn(http, outcome, target, services),
            TicketStatus.Pending => byScript ? Results.NoContent() : new SeeOther(Notice.On(target.After(Path), Notice.JlinxNotYet)),
            _ => Over(http, waiting, outcome?.Status, target, services),
        };
    }

    private static SeeOther LetIn(HttpContext http, TicketAnswer.Outcome outcome, ReturnPath target, JlinxServices services)
    {
        WaitingCookie.Clear(http, services.Cookies);
        if (outcome.Purpose == TicketPurpose.Link)
            return new SeeOther(Notice.On(SettingsPage.Path, Notice.IdentityLinked));
        if (outcome.Grant is { } grant)
        {
            GrantCookie.Set(http, services.Cookies, grant.Token);
            return new SeeOther(SettingsPage.Path);
        }
        return Enter(http, outcome.Issued!, target, services);
    }

    /// <summary>
    /// The session's cookies, and the way on. An account without a user is asked for a name, in a window of its own too.
    /// </summary>
    public static SeeOther Enter(HttpContext http, IssuedSession issued, ReturnPath target, JlinxServices services)
    {
        services.LogIn.Answers.Issue(http, issued, note: null);
        return new SeeOther(issued.Users.Count == 0 && services.Served.Have(GatehouseFeatures.Users)
            ? target.After(UsersPage.Path)
            : Arrive.WayOn(issued, target.Path, services.Served));
    }

    /// <summary>
    /// There is nothing to wait for any more. What another window of this browser has taken opened the door here too.
    /// </summary>
    private static SeeOther Over(
        HttpContext http, WaitingCookie waiting, string? status, ReturnPath target, JlinxServices services)
    {
        if (status != TicketStatus.Used)
            return End(http, waiting, target, status == TicketStatus.Rejected ? Notice.JlinxRejected : Notice.JlinxExpired, services);
        WaitingCookie.Clear(http, services.Cookies);
        return new SeeOther(waiting.Purpose is TicketPurpose.Link or TicketPurpose.Open ? SettingsPage.Path : target.Path);
    }

    /// <summary>Waits no more; says why where it was begun, and offers to begin again.</summary>
    private static SeeOther End(
        HttpContext http, WaitingCookie waiting, ReturnPath target, string? note, JlinxServices services)
    {
        WaitingCookie.Clear(http, services.Cookies);
        if (waiting.Purpose is TicketPurpose.Link or TicketPurpose.Open)
            return new SeeOther(Notice.On(SettingsPage.Path, note));
        var page = target.After(Path);
        return new SeeOther(Notice.On(waiting.Invite is { } invite ? QueryHelpers.AddQueryString(page, "invite", invite) : page, note));
    }

    private static bool IsOpen(Ticket ticket, JlinxServices services) =>
        ticket.Status is TicketStatus.Pending or TicketStatus.Replaced or TicketStatus.Approved
        && ticket.ExpiresAt > Storage.UnixMicros.NowMicros(services.Pairs.Clock);
}
