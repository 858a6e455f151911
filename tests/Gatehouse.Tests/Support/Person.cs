using System.Text.Json;

namespace Gatehouse.Tests.Support;

/// <summary>A customer with a browser: sends the session cookie that they were given.</summary>
internal sealed record Person(App App, string Email, string Password, string Cookie, JsonElement Session)
{
    public string SessionId => Session.GetProperty("session").GetProperty("id").GetString()!;

    public string AccountId => Session.GetProperty("account").GetProperty("id").GetString()!;

    public string UserId => Session.GetProperty("user").GetProperty("id").GetString()!;

    public (string Name, string Value) CookieHeader => ("Cookie", "gatehouse=" + Cookie);

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) =>
        App.GetAsync(path, [CookieHeader, .. headers]);

    public Task<Answer> PostAsync(string path, string? json, params (string Name, string Value)[] headers) =>
        App.PostAsync(path, json, [CookieHeader, .. headers]);

    public Task<Answer> SendAsync(HttpMethod method, string path, string? json, params (string Name, string Value)[] headers) =>
        App.SendAsync(method, path, json, [CookieHeader, .. headers]);

    /// <summary>Logs in again, on another device.</summary>
    public async Task<Person> LogInAsync()
    {
        var answer = await App.PostAsync("/api/auth/login", App.Json(("email", Email), ("password", Password)));
        answer.IsOk();
        return this with { Cookie = answer.Cookie("gatehouse")!, Session = answer.Json };
    }

    /// <summary>Logs in as an API client; the access token.</summary>
    public async Task<string> TakeTokenAsync()
    {
        var answer = await App.PostAsync("/account/login", App.Json(("email", Email), ("password", Password)));
        answer.IsOk();
        return answer.Header("GN-Access-Token")!;
    }

    /// <summary>Presents the password again for the settings; the grant's header.</summary>
    public async Task<(string Name, string Value)> OpenAsync()
    {
        var answer = await PostAsync("/api/auth/account/open", App.Json(("password", Password)));
        answer.IsOk();
        return ("Account-Grant", answer.Text("grant")!);
    }
}
