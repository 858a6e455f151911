using System.Text.Json;
using Gatehouse.Configuration;
using Gatehouse.Storage;
using Microsoft.AspNetCore.WebUtilities;

namespace Gatehouse.SocialLogin.Providers;

/// <summary>What sets one OpenID Connect provider apart from another: a file each.</summary>
internal sealed record OpenIdRules
{
    public required Func<CancellationToken, Task<OpenIdEndpoints>> Endpoints { get; init; }

    public required IIdTokenKeys Keys { get; init; }

    public required string Scopes { get; init; }

    /// <summary>Names of the issuer in ID tokens besides that of its endpoints.</summary>
    public IReadOnlyList<string> OtherIssuers { get; init; } = [];

    /// <summary>Whether <c>email_verified</c> is believed. Where it isn't, or isn't said, the customer has no email (GH-SEC-175).</summary>
    public required bool VouchesForEmail { get; init; }

    /// <summary>Sent along where the customer must show again who they are.</summary>
    public required IReadOnlyDictionary<string, string?> WhenFresh { get; init; }

    /// <summary>The provider tells when the customer logged in, where it was asked to do so again.</summary>
    public required bool TellsWhen { get; init; }
}

/// <summary>The authorization code flow of OpenID Connect, with PKCE, state and nonce.</summary>
internal sealed class OpenIdProvider(SocialSettings settings, OpenIdRules rules, ProviderHttp http, TimeProvider clock) : IIdentityProvider
{
    private const long Skew = 60; // seconds

    public string Name => settings.Name;

    public string Title => settings.Title;

    public async Task<Uri> BeginAsync(AuthorizationRequest request, CancellationToken cancellationToken)
    {
        var endpoints = await rules.Endpoints(cancellationToken);
        var query = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["response_type"] = "code",
            ["client_id"] = settings.ClientId,
            ["redirect_uri"] = request.RedirectUri,
            ["scope"] = settings.Scopes ?? rules.Scopes,
            ["state"] = request.State,
            ["nonce"] = request.Nonce,
            ["code_challenge"] = request.CodeChallenge,
            ["code_challenge_method"] = "S256",
        };
        foreach (var (key, value) in request.Fresh ? rules.WhenFresh : new Dictionary<string, string?>(StringComparer.Ordinal))
            query[key] = value;
        return new Uri(QueryHelpers.AddQueryString(endpoints.Authorization.AbsoluteUri, query));
    }

    public async Task<ProviderProfile> FinishAsync(AuthorizationAnswer answer, CancellationToken cancellationToken)
    {
        var endpoints = await rules.Endpoints(cancellationToken);
        if (answer.Issuer is null ? endpoints.NamesItself : answer.Issuer != endpoints.Issuer)
            throw new ProviderException("answer: another issuer");
        var tokens = await TradeAsync(endpoints, answer, cancellationToken);
        if (tokens.Long("id_token") is not { } text)
            throw new ProviderException("token: no ID token");
        var now = UnixMicros.ToSeconds(clock.NowMicros());
        var claims = await IdToken.ReadAsync(
            text, new IdTokenRules([endpoints.Issuer, .. rules.OtherIssuers], settings.ClientId, rules.Keys), answer.Nonce, now,
            cancellationToken);
        RequireFresh(claims, answer.FreshSince);
        return ToProfile(await WithUserInfoAsync(claims, endpoints, tokens, cancellationToken), claims.Text("sub")!);
    }

    private Task<JsonElement> TradeAsync(OpenIdEndpoints endpoints, AuthorizationAnswer answer, CancellationToken cancellationToken)
    {
        var form = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "authorization_code",
            ["code"] = answer.Code,
            ["redirect_uri"] = answer.RedirectUri,
            ["code_verifier"] = answer.CodeVerifier,
        };
        if (endpoints.TakesBasic)
            return http.PostAsync(endpoints.Token, "token", form, (settings.ClientId, settings.ClientSecret), cancellationToken);
        form["client_id"] = settings.ClientId;
        form["client_secret"] = settings.ClientSecret;
        return http.PostAsync(endpoints.Token, "token", form, client: null, cancellationToken);
    }

    private void RequireFresh(JsonElement claims, long? since)
    {
        if (since is { } least && (claims.Number("auth_time") is { } at ? at < least - Skew : rules.TellsWhen))
            throw new ProviderException("ID token: the login there is an old one");
    }

    /// <summary>Where the ID token names no address, the provider may have it elsewhere; its subject must be the same (Core 1.0, 5.3.2).</summary>
    private async Task<JsonElement> WithUserInfoAsync(
        JsonElement claims, OpenIdEndpoints endpoints, JsonElement tokens, CancellationToken cancellationToken)
    {
        if (endpoints.UserInfo is not { } address || claims.TryGetProperty("email", out _) || tokens.Token("access_token") is not { } access)
            return claims;
        var info = await http.GetAsync(address, "userinfo", access, cancellationToken);
        return info.Text("sub") == claims.Text("sub") ? info : throw new ProviderException("userinfo: another subject");
    }

    private ProviderProfile ToProfile(JsonElement claims, string subject)
    {
        var email = claims.Text("email");
        var name = claims.Text("name") ?? claims.Text("preferred_username") ?? claims.Text("nickname");
        return new ProviderProfile(
            subject, rules.VouchesForEmail && claims.IsTrue("email_verified") ? email : null, name, email ?? name);
    }
}
