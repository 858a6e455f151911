using System.Text;
using Gatehouse.Tests.Support;
using Gatehouse.Tokens;

namespace Gatehouse.Tests.Tokens;

/// <summary>Each of these has our header and a signature by our key: only what it says makes it bad.</summary>
public sealed class AccessTokenClaimTests
{
    private const string Exp = "\"exp\":1700003600";
    private const string Iat = "\"iat\":1700000000";
    private const string Nbf = "\"nbf\":1699999995";
    private const string AuthTime = "\"auth_time\":1699990000";
    private const string Iss = "\"iss\":\"https://gatehouse.example\"";
    private const string Sub = "\"sub\":\"0197c9b2-7c1e-7d3a-8f00-3f6f0f6f0a01\"";
    private const string Jti = "\"jti\":\"0197c9b2-7c1e-7d3a-8f00-3f6f0f6f0a02\"";
    private const string Sid = "\"sid\":\"0197c9b2-7c1e-7d3a-8f00-3f6f0f6f0a03\"";
    private const string UserId = "\"user_id\":\"0197c9b2-7c1e-7d3a-8f00-3f6f0f6f0a04\"";
    private const string Aud = "\"aud\":\"https://api.example?a=1&b=2\"";

    public static TheoryData<string, string> Accepted => new()
    {
        { Aud, "\"aud\":[\"https://api.example?a=1&b=2\"]" },
        { Exp, Exp + ",\"more\":{\"exp\":1,\"list\":[[[[[[1]]]]]]},\"none\":null,\"yes\":true,\"half\":0.5" },
        { "{", " \t\r\n{ " },
        { "}", "}\n" },
        { Iat, "\"iat\":1700000005" },
        { AuthTime, "\"auth_time\":1700000005" },
        { AuthTime, "\"auth_time\":0" },
        { Nbf, "\"nbf\":1700000000" },
    };

    public static TheoryData<string, string> Refused
    {
        get
        {
            var data = new TheoryData<string, string>
            {
                // Whom it is from and for
                { Iss, "\"iss\":\"https://gatehouse.example/\"" },
                { Iss, "\"iss\":\"https://Gatehouse.example\"" },
                { Iss, "\"iss\":\"http://gatehouse.example\"" },
                { Iss, "\"iss\":\"https://gatehouse.example:443\"" },
                { Iss, "\"iss\":\"https://gatehouse.example.evil.example\"" },
                { Iss, "\"iss\":\"https:\\/\\/gatehouse.example\"" },
                { Iss, "\"iss\":\"https://gatehouse.example\\u0000\"" },
                { Iss, "\"iss\":\"\\uD800\"" },
                { Iss, "\"iss\":\"\"" },
                { Iss, "\"iss\":[\"https://gatehouse.example\"]" },
                { Iss, "\"iss\":null" },
                { Aud, "\"aud\":\"https://api.example\"" },
                { Aud, "\"aud\":\"203.0.113.7\"" },
                { Aud, "\"aud\":[]" },
                { Aud, "\"aud\":[\"https://api.example?a=1&b=2\",\"https://other.example\"]" },
                { Aud, "\"aud\":[\"https://other.example\",\"https://api.example?a=1&b=2\"]" },
                { Aud, "\"aud\":[[\"https://api.example?a=1&b=2\"]]" },
                { Aud, "\"aud\":[null]" },
                { Aud, "\"aud\":{\"0\":\"https://api.example?a=1&b=2\"}" },
                { Aud, "\"aud\":null" },
                { Aud, "\"aud\":true" },

                // Duplicates, of ours and of others
                { Iss, Iss + "," + Iss },
                { Exp, Exp + "," + Exp },
                { Exp, Exp + ",\"\\u0065xp\":1700003600" },
                { Exp, Exp + ",\"more\":1,\"more\":1" },
                { Exp, Exp + ",\"\\u006dore\":1" },

                // Not one JSON object
                { "}", "}}" },
                { "}", "}{}" },
                { "}", "} x" },
                { "}", "}\0" },
                { "}", ",}" },
                { "}", "" },
                { "{", "[{" },
                { "{", "\uFEFF{" },
                { "{", "{/* */" },
                { "{", "{'more':1," },
                { Exp, Exp + ",\"more\":[[[[[[[[1]]]]]]]]" },
                { Exp, Exp + ",\"more\":NaN" },
            };
            foreach (var claim in new[] { Iss, Sub, Aud, Exp, Iat, Nbf, Jti, Sid })
                data.Add(claim + ",", "");
            data.Add("," + AuthTime, "");
            AddTimes(data);
            AddIds(data);
            return data;
        }
    }

    private static void AddTimes(TheoryData<string, string> data)
    {
        foreach (var (claim, name) in new[] { (Exp, "exp"), (Iat, "iat"), (Nbf, "nbf"), (AuthTime, "auth_time") })
        {
            var seconds = claim[(claim.IndexOf(':', StringComparison.Ordinal) + 1)..];
            string[] values =
            [
                $"\"{seconds}\"", $"{seconds}000", $"{seconds}.0", $"{seconds}.5", $"{seconds}e0", "17e8", "-1", "-0",
                $"-{seconds}", $"0{seconds}", $"+{seconds}", "9007199254740993", "9223372036854775807",
                "18446744073709551616", new string('9', 400), "null", "true", "[]", "{}", $"[{seconds}]", "\"\"",
                "\"Fri, 20 Nov 2026 12:00:00 GMT\"",
            ];
            foreach (var value in values)
                data.Add(claim, $"\"{name}\":{value}");
        }

        data.Add(Exp, "\"exp\":1700000000"); // exclusive
        data.Add(Exp, "\"exp\":1699999999");
        data.Add(Exp, "\"exp\":0");
        data.Add(Exp, "\"exp\":1700003601"); // a life longer than ours
        data.Add(Nbf, "\"nbf\":1700000001");
        data.Add(Iat, "\"iat\":1700000006");
        data.Add(Iat, "\"iat\":1699999999"); // one second longer than ours
        data.Add(AuthTime, "\"auth_time\":1700000006");
        data.Add(Exp + "," + Iat + "," + Nbf, "\"exp\":1700003600000,\"iat\":1700000000000,\"nbf\":1700000000000");
        data.Add(Exp + "," + Iat, "\"exp\":1700000002,\"iat\":1700000003");
    }

    private static void AddIds(TheoryData<string, string> data)
    {
        foreach (var (claim, name) in new[] { (Sub, "sub"), (Jti, "jti"), (Sid, "sid"), (UserId, "user_id") })
        {
            string[] values =
            [
                "\"\"", "1", "null", "true", "[\"a\"]", "{}", $"\"{new string('a', AccessToken.MaxIdLength + 1)}\"",
                "\"a b\"", "\"\\u0061\"", "\"a\\n\"", "\"\\uD800\"", "\"\u00E9\"", "\"a\u007F\"",
            ];
            foreach (var value in values)
                data.Add(claim, $"\"{name}\":{value}");
        }
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    public void Another_spelling_of_good_claims_is_accepted(string what, string with) =>
        Assert.NotNull(Read(what, with));

    [Theory]
    [Meets("GH-SEC-105", "GH-SEC-106", "GH-SEC-107", "GH-SEC-113")]
    [MemberData(nameof(Refused))]
    public void Bad_claims_are_refused(string what, string with) => Assert.Null(Read(what, with));

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("1")]
    [InlineData("{")]
    [InlineData("[")]
    public void What_is_no_object_is_refused(string payload) =>
        Assert.Null(Forge.Read(Forge.Token(Forge.Header, payload)));

    [Fact]
    public void Bytes_that_are_not_UTF8_are_refused_even_where_nobody_looks()
    {
        var text = Forge.Replace(Forge.Payload, Exp, Exp + ",\"more\":\"?\"");
        Assert.NotNull(Forge.Read(Forge.Token(Forge.Header, text)));

        var bytes = Encoding.Latin1.GetBytes(Forge.Replace(text, "\"?\"", "\"\u00E9\""));
        Assert.Null(Forge.Read(Forge.Token(Forge.Encode(Forge.Header), bytes)));
    }

    [Fact]
    public void More_members_than_a_token_has_use_for_are_refused()
    {
        Assert.NotNull(ReadWith(extraMembers: 22));
        Assert.Null(ReadWith(extraMembers: 23));

        static AccessTokenClaims? ReadWith(int extraMembers) =>
            Read(Exp, Exp + string.Concat(Enumerable.Range(0, extraMembers).Select(i => $",\"more{i}\":0")));
    }

    [Fact]
    [Meets("GH-SEC-108")]
    public void A_token_is_good_from_nbf_to_the_second_before_exp()
    {
        var token = AccessToken.Write(Forge.Claims, Forge.Key);

        Assert.Null(Forge.Read(token, Forge.Claims.NotBefore - 1));
        Assert.NotNull(Forge.Read(token, Forge.Claims.NotBefore)); // a node whose clock is five seconds behind
        Assert.NotNull(Forge.Read(token, Forge.Claims.ExpiresAt - 1));
        Assert.Null(Forge.Read(token, Forge.Claims.ExpiresAt));
        Assert.Null(Forge.Read(token, long.MaxValue - AccessToken.NodeClockSeconds));
    }

    private static AccessTokenClaims? Read(string what, string with) =>
        Forge.Read(Forge.Token(Forge.Header, Forge.Replace(Forge.Payload, what, with)));
}
