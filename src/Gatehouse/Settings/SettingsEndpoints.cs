using Gatehouse.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Gatehouse.Settings;

/// <summary>The routes of an account's settings. All but the mailed links need a grant, each time.</summary>
internal static class SettingsEndpoints
{
    public static void MapSettings(this IEndpointRouteBuilder routes)
    {
        var account = routes.MapGroup("/api/auth/account").WithTags("Account settings");
        account.MapPost("/open", Open.Handle).Takes<OpenRequest>().For(Access.Session, LimitName.Login, LimitName.LoginSource)
            .WithSummary("Presents the credentials again for a grant of ten minutes.");
        account.MapGet("", AccountSettings.Get).For(Access.Grant).WithSummary("Shows the account.");
        account.MapPatch("", AccountSettings.Change).Takes<ChangeAccountRequest>().For(Access.Grant, LimitName.Lookup)
            .WithSummary("Changes the username, the language or the config.");
        account.MapDelete("", DeleteAccount.Handle).For(Access.Grant).WithSummary("Deletes the account and all that is in it.");
        account.MapPost("/password", ChangePassword.Handle).Takes<ChangePasswordRequest>().For(Access.Grant)
            .WithSummary("Sets a new password; every other session ends.");
        account.MapPost("/email", ChangeEmail.Ask).Takes<ChangeEmailRequest>().For(Access.Grant, LimitName.Mail, LimitName.Address)
            .WithSummary("Asks to change the email; a link goes to the new address.");
        account.MapPost("/email/{token}", ChangeEmail.Complete).For(Access.Anyone, LimitName.Link)
            .WithSummary("Completes an email change by its link.");
        account.MapPost("/email/undo/{token}", ChangeEmail.Undo).For(Access.Anyone, LimitName.Link)
            .WithSummary("Undoes an email change by the old address's link.");
        account.MapGet("/sessions", Devices.List).For(Access.Grant).WithSummary("Lists where the account is logged in.");
        account.MapDelete("/sessions", Devices.EndOthers).For(Access.Grant).WithSummary("Ends every other session.");
        account.MapDelete("/sessions/{id}", Devices.EndOne).For(Access.Grant).WithSummary("Ends one session.");
        account.MapPost("/identities", OtherWays.Add).Takes<AddIdentityRequest>().For(Access.Grant, LimitName.LoginSource)
            .WithSummary("Begins to link another way in; the answer says where to log in.");
        account.MapDelete("/identities/{id}", OtherWays.Remove).For(Access.Grant)
            .WithSummary("Takes a way in away; the last one stays.");
        account.MapGet("/events", EventList.List).For(Access.Grant).WithSummary("Lists what happened to the account.");
    }
}
