using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Pages;

/// <summary>A browser without a script engine: keeps cookies, reads a page's form, submits it, follows where it leads.</summary>
internal sealed partial class Browser(App app)
{
    private const string FormType = "application/x-www-form-urlencoded";
    private readonly Dictionary<string, string> cookies = new(StringComparer.Ordinal);

    public bool HasSession => cookies.ContainsKey("gatehouse");

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null, FormType);

    /// <summary>Fills the page's last form in and submits it to where its action says, with its hidden fields.</summary>
    public Task<Answer> SubmitAsync(Answer page, params (string Name, string Value)[] fields)
    {
        var form = Form().Matches(page.Body)[^1];
        var hidden = Hidden().Matches(form.Groups["inside"].Value)
            .Select(field => (field.Groups["name"].Value, WebUtility.HtmlDecode(field.Groups["value"].Value)));
        return PostAsync(WebUtility.HtmlDecode(form.Groups["action"].Value), [.. hidden, .. fields]);
    }

    public Task<Answer> PostAsync(string path, params (string Name, string Value)[] fields) =>
        PostRawAsync(path, Encode(fields));

    public Task<Answer> PostRawAsync(
        string path, string body, string type = FormType, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, Encoding.Latin1.GetBytes(body), type, headers);

    /// <summary>The page that a form led to.</summary>
    public async Task<Answer> FollowAsync(Answer answer)
    {
        Assert.Equal(HttpStatusCode.SeeOther, answer.Status);
        return await GetAsync(answer.Header("Location")!);
    }

    public static string Encode(params (string Name, string Value)[] fields) => string.Join('&', fields.Select(
        field => $"{Uri.EscapeDataString(field.Name)}={Uri.EscapeDataString(field.Value)}"));

    private async Task<Answer> SendAsync(
        HttpMethod method, string path, byte[]? body, string type, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }
        if (cookies.Count > 0)
        {
            request.Headers.TryAddWithoutValidation(
                "Cookie", string.Join("; ", cookies.Select(pair => $"{pair.Key}={pair.Value}")));
        }
        request.Headers.TryAddWithoutValidation("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
        foreach (var (name, value) in headers.Length > 0 ? headers : [("Sec-Fetch-Site", "same-origin")])
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content!.Headers.TryAddWithoutValidation(name, value);
        }
        using var response = await app.Http.SendAsync(request);
        var answer = await Answer.ReadAsync(response);
        foreach (var line in answer.SetCookies)
            Keep(line);
        return answer;
    }

    private void Keep(string line)
    {
        var pair = line.Split(';')[0].Split('=', 2);
        if (pair[1].Length == 0)
            cookies.Remove(pair[0]);
        else
            cookies[pair[0]] = pair[1];
    }

    [GeneratedRegex("<form method=\"post\" action=\"(?<action>[^\"]*)\">(?<inside>.*?)</form>",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Form();

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]*)\" value=\"(?<value>[^\"]*)\">",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Hidden();
}

internal static class PageAssertions
{
    /// <summary>Fails the test, showing the answer, unless it is an HTML page with this status.</summary>
    public static Answer IsPage(this Answer answer, int status = 200)
    {
        Assert.True(
            (int)answer.Status == status && answer.Header("Content-Type") == "text/html; charset=utf-8",
            $"Expected a page with {status}, got {(int)answer.Status} {answer.Header("Content-Type")}: {answer.Body}");
        return answer;
    }

    public static void Shows(this Answer page, string markup) => Assert.Contains(markup, page.Body, StringComparison.Ordinal);

    public static void Lacks(this Answer page, string markup) =>
        Assert.DoesNotContain(markup, page.Body, StringComparison.Ordinal);

    /// <summary>The sentence beside a field, as its input refers to it.</summary>
    public static string? ErrorOf(this Answer page, string field)
    {
        var error = Regex.Match(page.Body, $"<p class=\"error\" id=\"{field}-error\">(?<text>[^<]*)</p>",
            RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        if (!error.Success)
            return null;
        Assert.Matches($"<input id=\"{field}\"[^>]*aria-invalid=\"true\"[^>]*aria-describedby=\"[^\"]*{field}-error\"", page.Body);
        return WebUtility.HtmlDecode(error.Groups["text"].Value);
    }

    /// <summary>The mail with the link to a new password. The clock stands, so only its kind tells it from others.</summary>
    public static async Task<ReceivedDevMail> ResetMailAsync(this App app, string email)
    {
        await app.MailsSettledAsync();
        return Assert.Single(await app.MailsAsync(email), mail => mail.Kind == "reset");
    }

    /// <summary>The part of a link that comes after our origin.</summary>
    public static string Path(this ReceivedDevMail mail) => new Uri(mail.Links[0]).PathAndQuery;
}
