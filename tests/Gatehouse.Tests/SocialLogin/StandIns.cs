using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Gatehouse.SocialLogin.Providers;
using Gatehouse.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Gatehouse.Tests.SocialLogin;

/// <summary>
/// Google, Facebook, LINE and an issuer of one's own, as they are documented, in place of the network. They check what they
/// are sent as strictly as the real ones: client, secret, redirect, PKCE. A test may make them lie, fail or fall silent.
/// </summary>
internal sealed class StandIns : HttpMessageHandler
{
    public const string Secret = "what only we and they know";
    public const string Acme = "https://login.acme.example";

    private readonly ConcurrentDictionary<string, Allowed> codes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Allowed> tokens = new(StringComparer.Ordinal);
    private int counter;

    /// <summary>Set once the app has started: tokens are of its time.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    public SigningKeyPair Key { get; set; } = new("key-1");

    /// <summary>What the key set has; the key that signs, unless a test says otherwise.</summary>
    public IReadOnlyList<SigningKeyPair>? Published { get; set; }

    /// <summary>Changes what an ID token says before it is signed.</summary>
    public Action<JsonObject>? Claims { get; set; }

    /// <summary>Takes the place of an ID token's making: from claims to text.</summary>
    public Func<JsonObject, string>? Sign { get; set; }

    /// <summary>Changes what an answer says: by the last part of the address that was asked.</summary>
    public Action<string, JsonObject>? Change { get; set; }

    /// <summary>Takes the place of an answer; null: it is given as ever.</summary>
    public Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage?>>? Instead { get; set; }

    /// <summary>Every call: method and address without its query.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>The settings of all four.</summary>
    public static (string Key, string Value)[] Settings { get; } =
    [
        .. ((string[])["google", "facebook", "line", "acme"]).SelectMany(name => new[]
        {
            ($"Social:{name}:ClientId", name + "-client"), ($"Social:{name}:ClientSecret", Secret),
        }),
        ("Social:acme:Authority", Acme), ("Social:acme:Title", "Acme"),
    ];

    public void Replace(IServiceCollection services) =>
        services.Replace(ServiceDescriptor.Singleton(_ => new ProviderHttp(this)));

    /// <summary>An app with all four providers.</summary>
    public async Task<App> StartAsync(StoreKind kind, params (string Key, string Value)[] settings)
    {
        var app = await App.StartAsync(kind, Replace, [.. Settings, .. settings]);
        Clock = app.Clock;
        return app;
    }

    /// <summary>The customer has agreed at the provider: where it sends the browser.</summary>
    /// <param name="authorization">Where we sent the browser.</param>
    public string Allow(string authorization, Somebody who)
    {
        var address = new Uri(authorization);
        var query = QueryHelpers.ParseQuery(address.Query).ToDictionary(pair => pair.Key, pair => pair.Value.Single()!, StringComparer.Ordinal);
        var name = NameOf(address);
        Assert.Equal("code", query["response_type"]);
        Assert.Equal(name + "-client", query["client_id"]);
        Assert.Equal("S256", query["code_challenge_method"]);
        Assert.Equal(43, query["code_challenge"].Length);
        Assert.Equal($"http://localhost:8080/api/auth/{name}/callback", query["redirect_uri"]);
        var code = $"code-{Interlocked.Increment(ref counter)}";
        codes[code] = new Allowed(name, query, who);
        var issuer = name == "acme" ? $"&iss={Uri.EscapeDataString(Acme)}" : "";
        return $"{new Uri(query["redirect_uri"]).PathAndQuery}?code={code}&state={Uri.EscapeDataString(query["state"])}{issuer}";
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Calls.Enqueue($"{request.Method} {request.RequestUri!.GetLeftPart(UriPartial.Path)}");
        if (Instead is not null && await Instead(request, cancellationToken) is { } answer)
            return answer;
        var address = request.RequestUri!.GetLeftPart(UriPartial.Path);
        var body = address switch
        {
            "https://oauth2.googleapis.com/token" or "https://api.line.me/oauth2/v2.1/token" or Acme + "/token"
                or "https://graph.facebook.com/v23.0/oauth/access_token" => await TradeAsync(request, cancellationToken),
            "https://www.googleapis.com/oauth2/v3/certs" or Acme + "/keys" => KeySet(),
            "https://graph.facebook.com/v23.0/debug_token" => Inspect(request),
            "https://graph.facebook.com/v23.0/me" => FacebookProfile(request),
            Acme + "/.well-known/openid-configuration" => Discovery(),
            _ => null,
        };
        if (body is null)
            return Json(HttpStatusCode.NotFound, new JsonObject { ["error"] = "not_found" });
        Change?.Invoke(request.RequestUri.Segments[^1], body);
        return Json(body.ContainsKey("error") ? HttpStatusCode.BadRequest : HttpStatusCode.OK, body);
    }

    public static HttpResponseMessage Json(HttpStatusCode status, JsonObject body) =>
        new(status) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };

    private async Task<JsonObject> TradeAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var form = QueryHelpers.ParseQuery(await request.Content!.ReadAsStringAsync(cancellationToken))
            .ToDictionary(pair => pair.Key, pair => pair.Value.Single()!, StringComparer.Ordinal);
        if (!codes.TryRemove(form["code"], out var allowed) || !IsClient(request, form, allowed)
            || form["redirect_uri"] != allowed.Query["redirect_uri"]
            || WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"]))) != allowed.Query["code_challenge"])
        {
            return new JsonObject { ["error"] = "invalid_grant" };
        }
        var access = $"access-{Interlocked.Increment(ref counter)}";
        tokens[access] = allowed;
        var answer = new JsonObject { ["access_token"] = access, ["token_type"] = "Bearer", ["expires_in"] = 3600 };
        if (allowed.Name != "facebook")
            answer["id_token"] = IdToken(allowed);
        return answer;
    }

    private static bool IsClient(HttpRequestMessage request, Dictionary<string, string> form, Allowed allowed)
    {
        if (allowed.Name == "acme") // by header alone
        {
            var pair = Encoding.ASCII.GetString(Convert.FromBase64String(request.Headers.Authorization!.Parameter!)).Split(':');
            return !form.ContainsKey("client_secret") && pair[0] == "acme-client" && WebUtility.UrlDecode(pair[1]) == Secret;
        }
        return form["client_id"] == allowed.Name + "-client" && form["client_secret"] == Secret;
    }

    private string IdToken(Allowed allowed)
    {
        var now = Clock.GetUtcNow().ToUnixTimeSeconds();
        var claims = new JsonObject
        {
            ["iss"] = allowed.Name switch { "google" => "https://accounts.google.com", "line" => "https://access.line.me", _ => Acme },
            ["sub"] = allowed.Who.Subject,
            ["aud"] = allowed.Name + "-client",
            ["exp"] = now + 3600,
            ["iat"] = now,
            ["nonce"] = allowed.Query["nonce"],
            ["name"] = allowed.Who.Name,
        };
        if (allowed.Who.Email is { } email && allowed.Query["scope"].Contains("email", StringComparison.Ordinal))
            (claims["email"], claims["email_verified"]) = (email, allowed.Who.EmailVerified);
        if (allowed.Query.ContainsKey("max_age"))
            claims["auth_time"] = now - (long)allowed.Who.LoggedInBefore.TotalSeconds;
        Claims?.Invoke(claims);
        return Sign?.Invoke(claims) ?? (allowed.Name == "line" ? SigningKeyPair.Hmac(claims, Secret) : Key.Sign(claims));
    }

    private JsonObject KeySet() => new()
    {
        ["keys"] = new JsonArray([.. (Published ?? [Key]).Select(key => (JsonNode)key.ToJwk())]),
    };

    private JsonObject? Inspect(HttpRequestMessage request)
    {
        if (request.Headers.Authorization?.Parameter != $"facebook-client|{Secret}"
            || !tokens.TryGetValue(QueryHelpers.ParseQuery(request.RequestUri!.Query)["input_token"]!, out var allowed))
        {
            return null;
        }
        var data = new JsonObject
        {
            ["app_id"] = "facebook-client", ["type"] = "USER", ["is_valid"] = true, ["user_id"] = allowed.Who.Subject,
        };
        if (allowed.Query.TryGetValue("auth_nonce", out var nonce))
            data["metadata"] = new JsonObject { ["auth_type"] = "reauthenticate", ["auth_nonce"] = nonce };
        return new JsonObject { ["data"] = data };
    }

    private JsonObject? FacebookProfile(HttpRequestMessage request)
    {
        var query = QueryHelpers.ParseQuery(request.RequestUri!.Query);
        var access = request.Headers.Authorization!.Parameter!;
        var proof = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(access));
        return tokens.TryGetValue(access, out var allowed) && query["appsecret_proof"] == Convert.ToHexStringLower(proof)
            ? new JsonObject { ["id"] = allowed.Who.Subject, ["name"] = allowed.Who.Name }
            : null;
    }

    private static JsonObject Discovery() => new()
    {
        ["issuer"] = Acme,
        ["authorization_endpoint"] = Acme + "/authorize",
        ["token_endpoint"] = Acme + "/token",
        ["jwks_uri"] = Acme + "/keys",
        ["response_types_supported"] = new JsonArray("code"),
        ["authorization_response_iss_parameter_supported"] = true,
    };

    private static string NameOf(Uri address) => address.GetLeftPart(UriPartial.Path) switch
    {
        "https://accounts.google.com/o/oauth2/v2/auth" => "google",
        "https://www.facebook.com/v23.0/dialog/oauth" => "facebook",
        "https://access.line.me/oauth2/v2.1/authorize" => "line",
        Acme + "/authorize" => "acme",
        var other => throw new InvalidOperationException($"Nobody is at {other}."),
    };

    private sealed record Allowed(string Name, Dictionary<string, string> Query, Somebody Who);
}

/// <summary>Somebody as a provider knows them.</summary>
internal sealed record Somebody(string Subject, string? Email = null, bool EmailVerified = true, string Name = "Ada")
{
    /// <summary>How long ago they logged in there.</summary>
    public TimeSpan LoggedInBefore { get; init; }
}

/// <summary>A provider's key, and ID tokens signed with it.</summary>
internal sealed class SigningKeyPair(string id)
{
    private readonly RSA rsa = RSA.Create(2048);

    public string Sign(JsonObject claims, string? keyId = null, string algorithm = "RS256")
    {
        var signed = Signed(new JsonObject { ["alg"] = algorithm, ["kid"] = keyId ?? id, ["typ"] = "JWT" }, claims);
        return $"{signed}.{WebEncoders.Base64UrlEncode(rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    public JsonObject ToJwk()
    {
        var parameters = rsa.ExportParameters(includePrivateParameters: false);
        return new JsonObject
        {
            ["kty"] = "RSA", ["kid"] = id, ["use"] = "sig", ["alg"] = "RS256",
            ["n"] = WebEncoders.Base64UrlEncode(parameters.Modulus!), ["e"] = WebEncoders.Base64UrlEncode(parameters.Exponent!),
        };
    }

    /// <summary>The public key as text: what an attacker who confuses algorithms signs with.</summary>
    public string PublicText => rsa.ExportSubjectPublicKeyInfoPem();

    public static string Hmac(JsonObject claims, string secret)
    {
        var signed = Signed(new JsonObject { ["alg"] = "HS256", ["typ"] = "JWT" }, claims);
        return $"{signed}.{WebEncoders.Base64UrlEncode(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(signed)))}";
    }

    public static string Signed(JsonObject header, JsonObject claims) =>
        $"{WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(header.ToJsonString()))}.{WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
}
