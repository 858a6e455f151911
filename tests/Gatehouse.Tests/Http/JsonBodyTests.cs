using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Http;

/// <summary>Bodies are read strictly, once, for every endpoint; what is wrong with them is never an error of ours.</summary>
public sealed class JsonBodyTests(SharedOnSqlite shared) : IClassFixture<SharedOnSqlite>
{
    private const int MostBytes = 64 * 1024;

    private App App => shared.App;

    /// <summary>Each endpoint that takes a body without a session, with its string members; the required ones first.</summary>
    public static TheoryData<string, string[], string[]> Bodies => new()
    {
        { "/api/auth/signup", ["password"], ["email", "username", "displayname", "invite"] },
        { "/account/register", ["password"], ["email", "username", "displayname", "invite"] },
        { "/api/auth/mail/verify", ["email"], [] },
        { $"/api/auth/mail/verify/{new string('A', 43)}", ["password"], ["user_name"] },
        { "/api/auth/login", [], ["email", "username", "password", "user_id"] },
        { "/account/login", ["email"], ["username", "password", "user_id"] },
        { "/api/auth/passwd", ["email"], ["username"] },
        { $"/api/auth/passwd/{new string('A', 43)}", ["password"], [] },
    };

    [Theory]
    [Meets("GH-SEC-232", "GH-SEC-233")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"x\"")]
    [InlineData("1")]
    [InlineData("true")]
    [InlineData("{\"email\":\"a@example.com\",}")]
    [InlineData("{\"email\":\"a@example.com\"}x")]
    [InlineData("{\"email\":\"a@example.com\"}{}")]
    [InlineData("{/*c*/\"email\":\"a@example.com\"}")]
    [InlineData("{\"email\":\"a@example.com\"}//c")]
    [InlineData("{'email':'a@example.com'}")]
    [InlineData("{email:\"a@example.com\"}")]
    [InlineData("{\"email\":\"a@example.com\",\"x\":01}")]
    [InlineData("{\"email\":\"a@example.com\",\"x\":NaN}")]
    [InlineData("{\"email\":\"a\u0001@example.com\"}")]
    [InlineData("\uFEFF{\"email\":\"a@example.com\"}")]
    // a duplicate, wherever it is and however it is spelt
    [InlineData("{\"email\":\"a@example.com\",\"email\":\"b@example.com\"}")]
    [InlineData("{\"email\":\"a@example.com\",\"\\u0065mail\":\"b@example.com\"}")]
    [InlineData("{\"email\":\"a@example.com\",\"x\":1,\"x\":1}")]
    [InlineData("{\"email\":\"a@example.com\",\"x\":{\"y\":[{\"z\":1,\"z\":2}]}}")]
    // lone surrogates, where anybody looks and where nobody does
    [InlineData("{\"email\":\"\\ud800@example.com\"}")]
    [InlineData("{\"email\":\"a@example.com\",\"x\":\"\\udc00\"}")]
    [InlineData("{\"email\":\"a@example.com\",\"\\ud800\":1}")]
    [InlineData("{\"email\":\"a@example.com\",\"x\":[{\"y\":\"\\ud800\\ud800\"}]}")]
    public async Task What_is_not_strict_json_is_refused(string json)
    {
        var answer = await App.PostAsync("/api/auth/mail/verify", json);

        answer.IsProblem(400, "bad_request");
        Assert.False(answer.Json.TryGetProperty("errors", out _), "broken JSON has no field to blame");
    }

    [Theory]
    [Meets("GH-SEC-233")]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xC0, 0xAF })] // overlong
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })] // a surrogate, raw
    [InlineData(new byte[] { 0xF4, 0x90, 0x80, 0x80 })] // beyond Unicode
    [InlineData(new byte[] { 0xC3 })] // cut off
    public async Task Invalid_utf8_is_refused(byte[] bytes)
    {
        foreach (var member in (string[])["email", "unknown"])
        {
            byte[] body = [.. Encoding.UTF8.GetBytes($$"""{"password":"x","{{member}}":"a"""), .. bytes, .. "\"}"u8];

            (await PostBytesAsync("/api/auth/login", body)).IsProblem(400, "bad_request");
        }
    }

    [Fact]
    [Meets("GH-SEC-233")]
    public async Task Utf16_is_refused()
    {
        var text = """{"email":"a@example.com"}""";

        (await PostBytesAsync("/api/auth/mail/verify", Encoding.Unicode.GetBytes(text))).IsProblem(400, "bad_request");
        (await PostBytesAsync("/api/auth/mail/verify", Encoding.Unicode.GetBytes(text), "application/json; charset=utf-16"))
            .IsProblem(415, "unsupported_media_type");
    }

    [Theory]
    [Meets("GH-SEC-232")]
    [InlineData(15, 202)]
    [InlineData(16, 400)]
    [InlineData(10_000, 400)]
    public async Task Depth_is_bounded(int arrays, int status)
    {
        var json = $$"""{"email":"deep@example.com","x":{{new string('[', arrays)}}{{new string(']', arrays)}}}""";

        Assert.Equal(status, (int)(await App.PostAsync("/api/auth/mail/verify", json)).Status);
    }

    [Theory]
    [Meets("GH-SEC-237")]
    [MemberData(nameof(Bodies))]
    public async Task Each_member_is_a_string_or_refused(string path, string[] required, string[] optional)
    {
        foreach (var member in (string[])[.. required, .. optional])
        {
            foreach (var value in (string[])["1", "1.5", "true", "[]", "[\"a@example.com\"]", "{}", "{\"a\":1}"])
            {
                var answer = await App.PostAsync(path, Body(required, member, value));

                answer.IsProblem(400, "bad_request");
                Assert.Equal(member, Blamed(answer));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_missing_or_null_member_is_named(string path, string[] required, string[] optional)
    {
        _ = optional;
        foreach (var member in required)
        {
            var missing = await App.PostAsync(path, "{}");
            var none = await App.PostAsync(path, Body(required, member, "null"));

            missing.IsProblem(400, "bad_request");
            Assert.Equal(member, Blamed(missing));
            none.IsProblem(400, "bad_request");
            Assert.Equal(member, Blamed(none));
        }
    }

    [Fact]
    [Meets("GH-SEC-200")]
    public async Task Unknown_members_are_ignored_and_never_bound()
    {
        var email = "bound@example.com";
        var signup = await App.PostAsync("/api/auth/signup", $$"""
            {"email":"{{email}}","password":"{{App.Password}}","verified":true,"verified_at":1,"id":"x","account_id":"x",
             "role":"admin","epoch":9,"password_hash":"x","created_at":1,"emailVerified":true,"Email":"eve@example.com",
             "PASSWORD":"other password of eve"}
            """);
        Assert.Equal(HttpStatusCode.Accepted, signup.Status);

        Assert.Equal(1L, Convert.ToInt64(
            await App.Store.AskAsync($"SELECT count(*) FROM accounts WHERE email = '{email}' AND verified_at IS NULL AND epoch = 0 AND id <> 'x'"),
            CultureInfo.InvariantCulture));
        (await App.PostAsync("/api/auth/login", App.Json(("email", email), ("password", App.Password)))).IsProblem(403, "account_unverified");
        (await App.PostAsync("/api/auth/login", App.Json(("email", email), ("password", "other password of eve"))))
            .IsProblem(401, "invalid_credentials");
    }

    [Theory]
    [Meets("GH-SEC-231")]
    [InlineData(MostBytes, 202)]
    [InlineData(MostBytes + 1, 413)]
    [InlineData(MostBytes * 4, 413)]
    public async Task The_limit_is_64_KiB_however_it_is_framed(int length, int status)
    {
        var body = Encoding.UTF8.GetBytes("""{"email":"size@example.com","x":""}""".Replace("\"\"", "\"" + new string('x', length - 35) + "\"", StringComparison.Ordinal));
        Assert.Equal(length, body.Length);

        var whole = await PostBytesAsync("/api/auth/mail/verify", body);
        var chunked = await RawHttp.SendChunkedAsync(App.Address, "/api/auth/mail/verify", body, 4000);

        Assert.Equal(status, (int)whole.Status);
        Assert.Equal(status, (int)chunked!.Status);
        if (status == 413)
            chunked.IsProblem(413, "too_large");
    }

    [Fact]
    [Meets("GH-SEC-231")]
    public async Task A_length_over_the_limit_is_refused_before_the_body_comes()
    {
        var answer = await RawHttp.SendAsync(App.Address, "POST", "/api/auth/login", null,
            "Content-Type: application/json", "Content-Length: 1000000000");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer!.Status);
    }

    [Theory]
    [Meets("GH-SEC-231")]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("identity")]
    [InlineData("deflate, gzip")]
    public async Task A_compressed_body_is_refused(string encoding)
    {
        var answer = await RawHttp.SendAsync(App.Address, "POST", "/api/auth/login", "{}", $"Content-Encoding: {encoding}");

        answer!.IsProblem(415, "unsupported_media_type");
    }

    [Theory]
    [Meets("GH-SEC-091")]
    [InlineData("application/json", 202)]
    [InlineData("application/json; charset=utf-8", 202)]
    [InlineData("Application/JSON;charset=\"UTF-8\"", 202)]
    [InlineData("text/plain", 415)]
    [InlineData("text/json", 415)]
    [InlineData("application/jsonx", 415)]
    [InlineData("application/json; charset=latin1", 415)]
    [InlineData("application/x-www-form-urlencoded", 415)]
    [InlineData("multipart/form-data; boundary=x", 415)]
    [InlineData("application/json, text/plain", 415)]
    [InlineData("application/problem+json", 415)]
    [InlineData("json", 415)]
    [InlineData("", 415)]
    [InlineData(null, 415)]
    public async Task Only_json_is_taken(string? type, int status)
    {
        var answer = await PostBytesAsync("/api/auth/mail/verify", """{"email":"type@example.com"}"""u8.ToArray(), type);

        Assert.Equal(status, (int)answer.Status);
    }

    [Fact]
    [Meets("GH-SEC-091")]
    public async Task A_second_content_type_is_refused()
    {
        var answer = await RawHttp.SendAsync(
            App.Address, "POST", "/api/auth/mail/verify", """{"email":"type@example.com"}""", "Content-Type: text/plain");

        answer!.IsProblem(415, "unsupported_media_type");
    }

    private static string Body(string[] required, string member, string value)
    {
        var others = required.Where(name => name != member).Select(name => $"\"{name}\":\"x\"");
        return "{" + string.Join(',', (string[])[.. others, $"\"{member}\":{value}"]) + "}";
    }

    private static string Blamed(Answer answer) => answer.Json.TryGetProperty("errors", out JsonElement errors)
        ? string.Join(' ', errors.EnumerateObject().Select(member => member.Name))
        : "nobody";

    private async Task<Answer> PostBytesAsync(string path, byte[] body, string? type = "application/json")
    {
        using var content = new ByteArrayContent(body);
        if (type is not null)
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var response = await App.Http.PostAsync(path, content);
        return await Answer.ReadAsync(response);
    }
}
