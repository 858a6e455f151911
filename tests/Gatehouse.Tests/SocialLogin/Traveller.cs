using System.Net;
using System.Text.RegularExpressions;
using Gatehouse.Tests.Pages;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.SocialLogin;

/// <summary>
/// Somebody with a browser who goes to a provider and comes back: cookies by their SameSite, so that what another site sends
/// the browser to gets the Lax ones alone.
/// </summary>
internal sealed partial class Traveller(App app, StandIns stand)
{
    private readonly Dictionary<string, (string Value, bool Strict)> cookies = new(StringComparer.Ordinal);

    public App App => app;

    public bool HasSession => cookies.ContainsKey("gatehouse");

    /// <summary>With the session of a customer who came by the front door.</summary>
    public Traveller As(Person person)
    {
        cookies["gatehouse"] = (person.Cookie, true);
        return this;
    }

    /// <summary>Another browser that got hold of what this one carries.</summary>
    public void CopyTo(Traveller other, string cookie) => other.cookies[cookie] = cookies[cookie];

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, false, headers);

    public Task<Answer> PostAsync(string path, string? json, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, json, false, headers);

    /// <summary>As the browser's own form does it.</summary>
    public Task<Answer> PostFormAsync(string path, params (string Name, string Value)[] fields) => SendAsync(
        HttpMethod.Post, path, Browser.Encode(fields), false, ("Content-Type", "application/x-www-form-urlencoded"));

    public Task<Answer> SendPatchAsync(string path, string json, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Patch, path, json, false, headers);

    public Task<Answer> DeleteAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Delete, path, null, false, headers);

    /// <summary>To the provider: where we send the browser.</summary>
    public async Task<string> LeaveAsync(string provider, string query = "")
    {
        var answer = await GetAsync($"/api/auth/{provider}/login{query}");
        Assert.True(answer.Status == HttpStatusCode.Found, $"{answer.Status} {answer.Header("Location")} {answer.Body}");
        return answer.Header("Location")!;
    }

    /// <summary>From the provider, which is another site.</summary>
    public Task<Answer> ReturnAsync(string callback) => SendAsync(HttpMethod.Get, callback, null, fromElsewhere: true);

    /// <summary>There and back.</summary>
    public async Task<Answer> LogInAsync(string provider, Somebody who, string query = "") =>
        await ReturnAsync(stand.Allow(await LeaveAsync(provider, query), who));

    /// <summary>There and back, and in: the session, and where the interstitial leads to.</summary>
    public async Task<(Answer Session, string ReturnTo)> ComeInAsync(string provider, Somebody who, string query = "")
    {
        var back = await LogInAsync(provider, who, query);
        var returnTo = back.LeadsTo();
        var session = await GetAsync("/api/auth/session");
        session.IsOk();
        return (session, returnTo);
    }

    /// <summary>The settings of an account without a password, opened by a fresh login.</summary>
    public async Task<(string Name, string Value)> OpenAsync(string provider, Somebody who)
    {
        var location = (await PostAsync("/api/auth/account/open", App.Json(("via", provider)))).Text("location")!;
        (await ReturnAsync(stand.Allow(location, who))).LeadsTo();
        var grant = await PostAsync("/api/auth/account/open", App.Json(("via", provider)));
        grant.IsOk();
        return ("Account-Grant", grant.Text("grant")!);
    }

    private async Task<Answer> SendAsync(
        HttpMethod method, string path, string? json, bool fromElsewhere, params (string Name, string Value)[] headers)
    {
        var sent = string.Join("; ", cookies.Where(cookie => !fromElsewhere || !cookie.Value.Strict).Select(cookie => $"{cookie.Key}={cookie.Value.Value}"));
        var answer = await app.SendAsync(method, path, json, [.. sent.Length > 0 ? [("Cookie", sent)] : Array.Empty<(string, string)>(), .. headers]);
        foreach (var line in answer.SetCookies)
        {
            var pair = line.Split(';')[0].Split('=', 2);
            if (pair[1].Length == 0)
                cookies.Remove(pair[0]);
            else
                cookies[pair[0]] = (pair[1], line.Contains("samesite=strict", StringComparison.OrdinalIgnoreCase));
        }
        return answer;
    }
}

internal static partial class TravelAssertions
{
    /// <summary>Where the interstitial page leads to; fails the test when the answer is none.</summary>
    public static string LeadsTo(this Answer answer)
    {
        Assert.True(answer.Status == HttpStatusCode.OK, $"{answer.Status} {answer.Header("Location")} {answer.Body}");
        return WebUtility.HtmlDecode(Refresh().Match(answer.IsPage().Body).Groups["path"].Value);
    }

    /// <summary>Fails the test unless this ended at the page that says why, without a session.</summary>
    public static void IsFailed(this Answer answer, string code)
    {
        Assert.True(answer.Status == HttpStatusCode.SeeOther, $"{answer.Status} {answer.Body}");
        Assert.Equal($"/auth/failed?code={code}", answer.Header("Location"));
        Assert.Null(answer.Cookie("gatehouse"));
    }

    [GeneratedRegex("<meta http-equiv=\"refresh\" content=\"0;url=(?<path>[^\"]*)\">", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Refresh();
}
