using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>
/// A sentence that the page after a form shows once. The address names it (<c>?note=</c>); the words are ours, so that a
/// link from elsewhere can't put any into our mouth.
/// </summary>
internal static class Notice
{
    public const string UsernameTaken = "username_taken"; // as in the note of the API's answer
    public const string Confirmed = "confirmed";
    public const string PasswordChanged = "password_changed";
    public const string LoggedOut = "logged_out";
    public const string Sent = "sent";
    public const string UserAdded = "user_added";
    public const string Saved = "saved";
    public const string OwnPasswordChanged = "own_password_changed";
    public const string EmailAsked = "email_asked";
    public const string EmailChanged = "email_changed";
    public const string SessionsEnded = "sessions_ended";
    public const string Deleted = "deleted";
    public const string TakenBack = "taken_back";

    /// <summary>A page of ours, with the notice.</summary>
    public static string On(string page, string? note) => note is null ? page : $"{page}?note={note}";

    public static Html? Of(HttpRequest request) => Sentence(request.Query["note"]) is { } sentence
        ? Html.Of($"""<p class="notice" role="status">{sentence}</p>""")
        : null;

    private static string? Sentence(string? note) => note switch
    {
        UsernameTaken => "Your account is ready. The username you had asked for was taken in the meantime.",
        Confirmed => "Your account is confirmed. You can log in now.",
        PasswordChanged => "Your new password is set, and everybody was logged out of your account. Log in with it now.",
        LoggedOut => "You are logged out.",
        Sent => "If that address is waiting for a mail from us, it is on its way now.",
        UserAdded => "The user was added.",
        Saved => "Your change is saved.",
        OwnPasswordChanged => "Your new password is set. Everywhere else you are logged out.",
        EmailAsked => "Open the link in the mail that is on its way to the new address. Nothing changes before.",
        EmailChanged => "The new address is your account's from now on.",
        SessionsEnded => "Done. There you are logged out.",
        Deleted => "Your account is deleted. Good-bye, and thank you.",
        TakenBack => "The old address is your account's again. Now choose a new password for it.",
        _ => null,
    };
}
