using System.Text.Json;
using Gatehouse.Accounts;
using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Storage;
using Gatehouse.Users;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Sessions;

/// <summary>How a session is handed over: by cookie or by access token, and what a page may know of it (global).</summary>
internal sealed class SessionAnswers(
    Database database, SessionCookie cookie, DeviceCookie device, AccessTokens tokens, ServedFeatures served,
    GatehouseSettings settings)
{
    private const string GlobalCookie = "global";
    private const int MostCookieBytes = 4000; // browsers drop a cookie of more than 4,096, name and attributes included

    /// <summary>A session just made: its cookie, the display cookie, and the session object.</summary>
    public IResult Issue(HttpContext http, IssuedSession issued, string? note)
    {
        cookie.Set(http, issued.Token);
        device.Remember(http, issued.Session.AccountId);
        SetGlobalCookie(http, issued.Session, new Details(issued.Account, issued.Users));
        return new JsonAnswer(note is null ? issued.Session.ToJson() : issued.Session.Write(note));
    }

    /// <summary>The same session under a new secret.</summary>
    public void RenewCookie(HttpContext http, SessionToken token) => cookie.Set(http, token);

    /// <summary>A session just made for an API client: the token in its header, no cookie.</summary>
    public JsonAnswer IssueToken(HttpContext http, Session session)
    {
        AttachToken(http, session);
        return new JsonAnswer(session.ToJson());
    }

    /// <summary>Puts an access token for the session in hand on the answer.</summary>
    public void AttachToken(HttpContext http, Session session) =>
        http.Response.Headers[settings.Tokens.HeaderName] = tokens.Issue(session);

    /// <summary>Takes the session cookie away and leaves the page a guest's global.</summary>
    public void Clear(HttpContext http)
    {
        cookie.Clear(http);
        SetGlobalCookie(http, null, null);
    }

    public void ClearCookies(HttpContext http)
    {
        cookie.Clear(http);
        cookie.Append(http, GlobalCookie, "", TimeSpan.Zero, httpOnly: false);
    }

    /// <summary>The global as the page gets it, and the same as its display cookie.</summary>
    public async Task<IResult> GlobalAsync(HttpContext http, Session? session, CancellationToken cancellationToken)
    {
        var details = await LoadAsync(session, cancellationToken);
        SetGlobalCookie(http, session, details);
        return new JsonAnswer(Write(http, session, details, withConfig: true, withUsers: true));
    }

    /// <summary>Display data, never trusted: what doesn't fit into a cookie is left out, the answer of info has it.</summary>
    private void SetGlobalCookie(HttpContext http, Session? session, Details? details)
    {
        var value = Encode(Write(http, session, details, withConfig: true, withUsers: true));
        if (value.Length > MostCookieBytes)
            value = Encode(Write(http, session, details, withConfig: false, withUsers: true));
        if (value.Length > MostCookieBytes)
            value = Encode(Write(http, session, details, withConfig: false, withUsers: false));
        cookie.Append(http, GlobalCookie, value, settings.Sessions.MaxAge, httpOnly: false);
    }

    private static string Encode(byte[] json) => Uri.EscapeDataString(System.Text.Encoding.UTF8.GetString(json));

    private async Task<Details?> LoadAsync(Session? session, CancellationToken cancellationToken) => session is null
        ? null
        : await database.ReadAsync(async db =>
        {
            var account = await AccountStore.FindAsync(db, session.AccountId);
            return account is null ? null : new Details(account, await UserStore.ListAsync(db, account.Id));
        }, cancellationToken);

    private byte[] Write(HttpContext http, Session? session, Details? details, bool withConfig, bool withUsers)
    {
        return JsonBytes.Object(json =>
        {
            json.WriteStartObject("user");
            if (session is not null && details is not null)
                WriteUser(json, session, details, withConfig, withUsers);
            json.WriteEndObject();
            json.WriteString("ip", http.Ip());
            json.WriteBoolean("production", !settings.Development);
            json.WriteString("version", ProductVersion.Text);
            WriteConfig(json);
        });
    }

    private static void WriteUser(Utf8JsonWriter json, Session session, Details details, bool withConfig, bool withUsers)
    {
        var (account, users) = details;
        json.WriteString("key", account.Id);
        json.WriteString("username", account.Username ?? account.Email);
        json.WriteString("displayname", session.ProfileName ?? (users.Count > 0 ? users[0].Name : account.DisplayName));
        json.WriteStartObject("verified");
        json.WriteNumber("date", (account.VerifiedAt ?? 0) / 1000);
        json.WriteEndObject();
        json.WritePropertyName("config");
        json.WriteRawValue(withConfig ? account.Config : "{}");
        json.WriteString("user_id", session.UserId);
        json.WriteStartArray("users");
        foreach (var user in withUsers ? users : [])
        {
            json.WriteStartObject();
            json.WriteString("id", user.Id);
            json.WriteString("name", user.Name);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WriteConfig(Utf8JsonWriter json)
    {
        json.WriteStartObject("config");
        json.WriteString("signup", settings.SignUp.Mode switch
        {
            SignUpMode.Closed => "closed",
            SignUpMode.InviteOnly => "invite",
            _ => "open",
        });
        json.WriteString("username_pattern", settings.SignUp.UsernamePattern);
        json.WriteString("password_pattern", settings.SignUp.PasswordPattern);
        json.WriteNumber("password_min_length", settings.SignUp.PasswordMinLength);
        json.WriteNumber("session_max_age", (long)settings.Sessions.MaxAge.TotalSeconds);
        WriteProviders(json);
        json.WriteBoolean("jlinx", settings.Jlinx.IsOn && served.Have(GatehouseFeatures.Jlinx));
        json.WriteEndObject();
    }

    /// <summary>A provider of the operator's own is also told what it is called; of the others every page knows it.</summary>
    private void WriteProviders(Utf8JsonWriter json)
    {
        var providers = served.Have(GatehouseFeatures.SocialLogin) ? settings.Social : [];
        json.WriteStartArray("social");
        foreach (var provider in providers)
            json.WriteStringValue(provider.Name);
        json.WriteEndArray();
        var own = providers.Where(provider => provider.Authority is not null).ToArray();
        if (own.Length == 0)
            return;
        json.WriteStartObject("social_titles");
        foreach (var provider in own)
            json.WriteString(provider.Name, provider.Title);
        json.WriteEndObject();
    }

    private sealed record Details(Account Account, IReadOnlyList<User> Users);
}
