using System.Buffers.Text;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Sessions;

// Promises: the ticket is in no address, no referrer, no page and no script's reach. A cookie, not a hidden field: who goes
// over to the identity manager on the same phone may find the page loaded anew, and must find it waiting still. It opens
// nothing by itself: the ticket is bound to the browser by another cookie.

/// <summary>What a browser waits for on the pages of identities of one's own: one thing at a time.</summary>
/// <param name="Purpose">The ticket's, as whoever drew it calls it: also when the ticket itself is not known any more.</param>
/// <param name="Link">What the identity manager takes; null where it was asked.</param>
/// <param name="Invite">To begin again with.</param>
internal sealed record WaitingCookie(string Ticket, string Purpose, string? Link, string? Invite)
{
    private const string PlainName = "gatehouse-waiting";
    private const char Between = '\n';
    private const int MostCharacters = 2048;

    /// <summary>Twice as long as what lives longest: to say that it is over.</summary>
    private static readonly TimeSpan Age = 2 * FlowCookie.Lifetime;

    public static WaitingCookie? Read(HttpContext http, SessionCookie cookies)
    {
        var value = SessionCookie.ValueOf(http.Request, cookies.NameOf(http.Request, PlainName));
        if (value is null || value.Length is 0 or > MostCharacters || !Base64Url.IsValid(value))
            return null;
        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(value)).Split(Between);
        return parts.Length == 4 ? new WaitingCookie(parts[0], parts[1], OrNull(parts[2]), OrNull(parts[3])) : null;
    }

    public void Set(HttpContext http, SessionCookie cookies) => Append(
        http, cookies, Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Join(Between, Ticket, Purpose, Link, Invite))), Age);

    public static void Clear(HttpContext http, SessionCookie cookies) => Append(http, cookies, "", TimeSpan.Zero);

    public override string ToString() => nameof(WaitingCookie);

    private static string? OrNull(string text) => text.Length == 0 ? null : text;

    private static void Append(HttpContext http, SessionCookie cookies, string value, TimeSpan age) =>
        cookies.Append(http, cookies.NameOf(http.Request, PlainName), value, age, httpOnly: true);
}
