using System.Security.Cryptography;
using System.Text;
using Gatehouse.Security;
using Gatehouse.Sessions;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Jlinx;

/// <summary>
/// Who may collect what a ticket comes to. Promises: the browser that began it, by its flow cookie, or the client whose bearer token began it, by
/// its session, for such clients keep no cookies; and nobody else, with the ticket in hand (GH-SEC-319).
/// </summary>
/// <param name="Browser">A digest; empty for none.</param>
/// <param name="Session">The same.</param>
internal sealed record TicketHolder(byte[] Browser, byte[] Session)
{
    /// <summary>Null: nobody who could have begun one.</summary>
    public static async ValueTask<TicketHolder?> FindAsync(
        HttpContext http, JlinxServices services, CancellationToken cancellationToken)
    {
        var browser = FlowCookie.Read(http, services.Cookies) is { } cookie ? FlowCookie.HashOf(cookie) : [];
        var session = await OfBearerAsync(http, services, cancellationToken) ?? [];
        return browser.Length + session.Length == 0 ? null : new TicketHolder(browser, session);
    }

    /// <summary>For a ticket that is being made.</summary>
    public static async ValueTask<Beginning> BeginAsync(
        HttpContext http, JlinxServices services, CancellationToken cancellationToken)
    {
        if (await OfBearerAsync(http, services, cancellationToken) is { } session)
            return new Beginning(session, Browser: null);
        var browser = FlowCookie.Read(http, services.Cookies) ?? SecretToken.New();
        return new Beginning(FlowCookie.HashOf(browser), browser);
    }

    private static async ValueTask<byte[]?> OfBearerAsync(
        HttpContext http, JlinxServices services, CancellationToken cancellationToken) =>
        http.Request.Headers.Authorization.Count > 0 // a cookie's session is nobody's business here
        && await services.LogIn.Authenticator.AuthenticateAsync(http, cancellationToken) is Caller.Known { ByToken: true, Session.Id: var id }
            ? SHA256.HashData(Encoding.UTF8.GetBytes($"session {id}"))
            : null;

    /// <param name="Key">What the ticket is kept with.</param>
    internal sealed record Beginning(byte[] Key, SecretToken? Browser)
    {
        /// <summary>Gives the browser what it collects with.</summary>
        public void Set(HttpContext http, SessionCookie cookies)
        {
            if (Browser is not null)
                FlowCookie.Set(http, cookies, Browser);
        }
    }
}
