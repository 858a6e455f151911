using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Http;

/// <summary>A customer with all that opens doors, who misuses it: sessions, a token, grants, a device cookie.</summary>
internal sealed record Insider(Person Person, string Grant, string Device, string Token, string TokenGrant)
{
    public static async Task<Insider> JoinAsync(App app)
    {
        var joined = await app.JoinAsync(App.NewEmail());
        var login = await app.LogInAsync(joined.Email);
        var person = joined with { Cookie = login.Cookie("gatehouse")!, Session = login.Json };
        var token = await person.TakeTokenAsync();
        var opened = await app.PostAsync(
            "/api/auth/account/open", App.Json(("password", App.Password)), App.Bearer(token));
        return new Insider(
            person, (await person.OpenAsync()).Value, login.Cookie("gatehouse-device")!, token, opened.Text("grant")!);
    }

    /// <summary>As a browser or as an API client.</summary>
    public string Headers(bool bearer) => bearer
        ? $"Authorization: Bearer {Token}\r\nAccount-Grant: {TokenGrant}\r\n"
        : $"Cookie: gatehouse={Person.Cookie}; gatehouse-grant={Grant}; gatehouse-device={Device}\r\n"
            + $"Account-Grant: {Grant}\r\n";

    /// <summary>Fills <c>{cookie}</c>, <c>{grant}</c>, <c>{device}</c> and <c>{token}</c> in.</summary>
    public string Fill(string template) => template.Replace("{cookie}", Person.Cookie, StringComparison.Ordinal)
        .Replace("{grant}", Grant, StringComparison.Ordinal).Replace("{device}", Device, StringComparison.Ordinal)
        .Replace("{token}", Token, StringComparison.Ordinal);
}
