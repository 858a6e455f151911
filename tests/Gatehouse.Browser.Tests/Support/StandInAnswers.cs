using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace Gatehouse.Browser.Tests.Support;

/// <summary>
/// What Google, Facebook and LINE answer a server, as each documents it: codes are good once, for the client, the address and
/// the verifier they belong to; Google signs by RS256 with a published key, LINE by HS256 with the channel's secret, and
/// Facebook has no ID tokens and is asked whose its access token is.
/// </summary>
internal sealed class StandInAnswers(TimeProvider clock) : HttpMessageHandler
{
    private const string KeyId = "stand-in-1";
    private static readonly RSA Key = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, StandInLogin> tokens = new(StringComparer.Ordinal);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var form = request.Content is null ? [] : QueryHelpers.ParseQuery(await request.Content.ReadAsStringAsync(cancellationToken))
            .ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal);
        var answer = (request.Method.Method, request.RequestUri!.GetLeftPart(UriPartial.Path)) switch
        {
            ("POST", "https://oauth2.googleapis.com/token") => Trade("google", form, login => new { access_token = NewToken(login), expires_in = 3599, token_type = "Bearer", scope = "openid", id_token = Google(login) }),
            ("GET", "https://www.googleapis.com/oauth2/v3/certs") => Keys(),
            ("POST", "https://api.line.me/oauth2/v2.1/token") => Trade("line", form, login => new { access_token = NewToken(login), expires_in = 2592000, token_type = "Bearer", refresh_token = StandIn.NewSecret(), scope = "openid profile", id_token = Line(login) }),
            ("POST", "https://graph.facebook.com/v23.0/oauth/access_token") => Trade("facebook", form, login => new { access_token = NewToken(login), token_type = "bearer", expires_in = 5183944 }),
            ("GET", "https://graph.facebook.com/v23.0/debug_token") => Inspect(request),
            ("GET", "https://graph.facebook.com/v23.0/me") => Me(request),
            _ => null,
        };
        return new HttpResponseMessage(answer is null ? HttpStatusCode.BadRequest : HttpStatusCode.OK)
        {
            Content = new StringContent(JsonSerializer.Serialize(answer ?? new { error = "invalid_request" }), Encoding.UTF8, "application/json"),
        };
    }

    /// <summary>Null, and the code stays as it is, unless all belongs together.</summary>
    private static object? Trade(string provider, Dictionary<string, string> form, Func<StandInLogin, object> answer)
    {
        var code = form.GetValueOrDefault("code", "");
        return form.GetValueOrDefault("client_id") == StandIn.ClientId && form.GetValueOrDefault("client_secret") == StandIn.ClientSecret
            && (provider == "facebook" || form.GetValueOrDefault("grant_type") == "authorization_code")
            && StandIn.Codes.TryGetValue(code, out var login) && login.Provider == provider
            && form.GetValueOrDefault("redirect_uri") == login.Query["redirect_uri"]
            && ChallengeOf(form.GetValueOrDefault("code_verifier", "")) == login.Query["code_challenge"]
            && StandIn.Codes.TryRemove(code, out _)
            ? answer(login)
            : null;
    }

    private static string ChallengeOf(string verifier) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));

    private static object Keys()
    {
        var key = Key.ExportParameters(includePrivateParameters: false);
        return new
        {
            keys = new[]
            {
                new { kty = "RSA", use = "sig", alg = "RS256", kid = KeyId, n = Base64Url.EncodeToString(key.Modulus), e = Base64Url.EncodeToString(key.Exponent) },
            },
        };
    }

    private string NewToken(StandInLogin login)
    {
        var token = StandIn.NewSecret();
        tokens[token] = login;
        return token;
    }

    private string Google(StandInLogin login) => Sign(
        new { alg = "RS256", kid = KeyId, typ = "JWT" },
        Claims("https://accounts.google.com", login, ("azp", StandIn.ClientId), ("email", login.Who.Email), ("email_verified", true)),
        bytes => Key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    /// <summary>It tells when the customer logged in only where it was asked to have them do so again.</summary>
    private string Line(StandInLogin login) => Sign(
        new { typ = "JWT", alg = "HS256" },
        Claims("https://access.line.me", login, [("amr", new[] { "linesso" }), .. login.IsFresh ? new[] { ("auth_time", (object)Now) } : []]),
        bytes => HMACSHA256.HashData(Encoding.UTF8.GetBytes(StandIn.ClientSecret), bytes));

    private long Now => clock.GetUtcNow().ToUnixTimeSeconds();

    private Dictionary<string, object> Claims(string issuer, StandInLogin login, params (string Name, object Value)[] more)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["iss"] = issuer,
            ["sub"] = login.Who.Subject,
            ["aud"] = StandIn.ClientId,
            ["iat"] = Now,
            ["exp"] = Now + 3600,
            ["nonce"] = login.Query["nonce"],
            ["name"] = login.Who.Name,
        };
        foreach (var (name, value) in more)
            claims[name] = value;
        return claims;
    }

    private static string Sign(object header, Dictionary<string, object> claims, Func<byte[], byte[]> sign)
    {
        var text = $"{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(header))}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{text}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(text)))}";
    }

    private object? Inspect(HttpRequestMessage request)
    {
        var token = QueryHelpers.ParseQuery(request.RequestUri!.Query)["input_token"].ToString();
        if (request.Headers.Authorization?.Parameter != $"{StandIn.ClientId}|{StandIn.ClientSecret}")
            return null;
        if (!tokens.TryGetValue(token, out var login))
            return new { data = new { is_valid = false } };
        return new
        {
            data = new
            {
                app_id = StandIn.ClientId,
                type = "USER",
                is_valid = true,
                user_id = login.Who.Subject,
                scopes = new[] { "public_profile" },
                metadata = new { auth_type = login.Query.GetValueOrDefault("auth_type"), auth_nonce = login.Query.GetValueOrDefault("auth_nonce") },
            },
        };
    }

    private object? Me(HttpRequestMessage request)
    {
        var token = request.Headers.Authorization?.Parameter ?? "";
        var proof = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(StandIn.ClientSecret), Encoding.UTF8.GetBytes(token)));
        return QueryHelpers.ParseQuery(request.RequestUri!.Query)["appsecret_proof"] == proof && tokens.TryGetValue(token, out var login)
            ? new { id = login.Who.Subject, name = login.Who.Name }
            : null;
    }
}
