using System.Collections.Frozen;
using Gatehouse.Texts;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>
/// A sentence that the page after a form shows once. The address names it (<c>?note=</c>); the words are ours, so that a
/// link from elsewhere can't put any into our mouth.
/// </summary>
internal sealed class Notice
{
    public const string UsernameTaken = "username_taken"; // as in the note of the API's answer
    public const string Confirmed = "confirmed";
    public const string PasswordChanged = "password_changed";
    public const string LoggedOut = "logged_out";
    public const string Sent = "sent";
    public const string UserAdded = "user_added";
    public const string UserDeleted = "user_deleted";
    public const string Saved = "saved";
    public const string OwnPasswordChanged = "own_password_changed";
    public const string EmailAsked = "email_asked";
    public const string EmailChanged = "email_changed";
    public const string SessionsEnded = "sessions_ended";
    public const string Deleted = "deleted";
    public const string TakenBack = "taken_back";
    public const string IdentityLinked = "identity_linked";
    public const string IdentityRemoved = "identity_removed";
    public const string Cookies = "cookies";
    public const string JlinxNotYet = "jlinx_not_yet";
    public const string JlinxRejected = "jlinx_rejected";
    public const string JlinxExpired = "jlinx_expired";

    private readonly string note;

    private Notice(string note) => this.note = note;

    /// <summary>Each is <c>notice.NAME</c> in the catalogue of texts.</summary>
    public static FrozenSet<string> All { get; } = FrozenSet.Create(
        StringComparer.Ordinal,
        UsernameTaken, Confirmed, PasswordChanged, LoggedOut, Sent, UserAdded, UserDeleted, Saved, OwnPasswordChanged, EmailAsked,
        EmailChanged, SessionsEnded, Deleted, TakenBack, IdentityLinked, IdentityRemoved, Cookies, JlinxNotYet,
        JlinxRejected, JlinxExpired);

    /// <summary>A page of ours, with the notice.</summary>
    public static string On(string page, string? note) => note is null ? page : $"{page}{(page.Contains('?', StringComparison.Ordinal) ? '&' : '?')}note={note}";

    public static Notice? Of(HttpRequest request) =>
        request.Query["note"] is [{ } note] && All.Contains(note) ? new Notice(note) : null;

    public Html ToHtml(Speech speech) => $"""
        <p class="{(IsBad ? "alert" : "notice")}" role="{(IsBad ? "alert" : "status")}">{speech[$"notice.{note}"]}</p>
        """;

    private bool IsBad => note is Cookies or JlinxRejected or JlinxExpired;
}
