using System.Net;
using System.Text.Json;

namespace Gatehouse.Tests.Support;

/// <summary>An HTTP answer, read to its end.</summary>
internal sealed record Answer(HttpStatusCode Status, IReadOnlyDictionary<string, IReadOnlyList<string>> Headers, string Body)
{
    private JsonElement? json;

    public JsonElement Json => json ??= JsonDocument.Parse(Body).RootElement;

    /// <summary>The problem's <c>code</c>; null when the body is none.</summary>
    public string? Code => Header("Content-Type")?.StartsWith("application/problem+json", StringComparison.Ordinal) == true
        ? Json.GetProperty("code").GetString()
        : null;

    public string? Header(string name) => Headers.TryGetValue(name, out var values) ? values[0] : null;

    /// <summary>The raw <c>Set-Cookie</c> lines.</summary>
    public IReadOnlyList<string> SetCookies => Headers.TryGetValue("Set-Cookie", out var values) ? values : [];

    /// <summary>What a cookie was set to ("" when it was cleared); null when it wasn't touched.</summary>
    public string? Cookie(string name) => SetCookies
        .Where(line => line.StartsWith(name + "=", StringComparison.Ordinal))
        .Select(line => line[(name.Length + 1)..].Split(';')[0])
        .FirstOrDefault();

    /// <summary>All that a client can tell two answers apart by, but the time of day.</summary>
    public string Shape => string.Join('\n', [
        Status.ToString(), .. Headers.Keys.Order(StringComparer.OrdinalIgnoreCase),
        .. SetCookies.Select(line => line.Split('=')[0]), Body]);

    /// <summary>The string at a path of member names; null for JSON's null.</summary>
    public string? Text(params string[] path) => path.Aggregate(Json, (json, name) => json.GetProperty(name)).GetString();

    /// <summary>Fails the test, showing the answer, unless it is this refusal.</summary>
    public void IsProblem(int status, string code)
    {
        Assert.True((int)Status == status && Code == code, $"Expected {status} {code}, got {(int)Status}: {Body}");
        Assert.Equal("lderror", Json.GetProperty("name").GetString());
    }

    public void IsOk() => Assert.True((int)Status is >= 200 and < 300, $"Expected success, got {(int)Status}: {Body}");

    public static async Task<Answer> ReadAsync(HttpResponseMessage response)
    {
        var headers = response.Headers.Concat(response.Content.Headers).ToDictionary(
            header => header.Key, header => (IReadOnlyList<string>)[.. header.Value], StringComparer.OrdinalIgnoreCase);
        return new Answer(response.StatusCode, headers, await response.Content.ReadAsStringAsync());
    }
}
