using System.Security.Cryptography;
using System.Text;
using Gatehouse.Configuration;
using Microsoft.AspNetCore.WebUtilities;

namespace Gatehouse.SocialLogin.Providers;

/// <summary>
/// Facebook Login, as https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow has it: OAuth 2.0 without
/// ID tokens. Whose access token it is, and that it was made for this app, is asked of Facebook with the app's own token
/// (GH-SEC-172). Its emails count as unverified, so none is asked for.
/// </summary>
internal sealed class Facebook(SocialSettings settings, ProviderHttp http) : IIdentityProvider
{
    private const string Version = "v23.0"; // supported for two years from May 2025
    private const string Graph = $"https://graph.facebook.com/{Version}";

    public string Name => settings.Name;

    public string Title => settings.Title;

    public Task<Uri> BeginAsync(AuthorizationRequest request, CancellationToken cancellationToken)
    {
        var query = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["response_type"] = "code",
            ["client_id"] = settings.ClientId,
            ["redirect_uri"] = request.RedirectUri,
            ["scope"] = settings.Scopes ?? "public_profile",
            ["state"] = request.State,
            ["code_challenge"] = request.CodeChallenge,
            ["code_challenge_method"] = "S256",
        };
        if (request.Fresh)
        {
            query["auth_type"] = "reauthenticate";
            query["auth_nonce"] = AuthNonce(request.Nonce);
        }
        return Task.FromResult(new Uri(QueryHelpers.AddQueryString($"https://www.facebook.com/{Version}/dialog/oauth", query)));
    }

    public async Task<ProviderProfile> FinishAsync(AuthorizationAnswer answer, CancellationToken cancellationToken)
    {
        var tokens = await http.PostAsync(new Uri($"{Graph}/oauth/access_token"), "token", new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["client_id"] = settings.ClientId,
            ["client_secret"] = settings.ClientSecret,
            ["redirect_uri"] = answer.RedirectUri,
            ["code"] = answer.Code,
            ["code_verifier"] = answer.CodeVerifier,
        }, client: null, cancellationToken);
        if (tokens.Token("access_token") is not { } access)
            throw new ProviderException("token: no access token");
        var subject = await InspectAsync(access, answer.FreshSince is null ? null : AuthNonce(answer.Nonce), cancellationToken);
        var profile = await http.GetAsync(
            new Uri(QueryHelpers.AddQueryString($"{Graph}/me", new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["fields"] = "id,name",
                ["appsecret_proof"] = Proof(access),
            })), "profile", access, cancellationToken);
        if (profile.Text("id") != subject)
            throw new ProviderException("profile: another subject");
        return new ProviderProfile(subject, VerifiedEmail: null, profile.Text("name"), profile.Text("name"));
    }

    /// <summary>Whose token it is. One that was made for another app, and planted here, is refused.</summary>
    /// <param name="authNonce">Of the fresh login that it must come of; null: any will do.</param>
    private async Task<string> InspectAsync(string access, string? authNonce, CancellationToken cancellationToken)
    {
        var address = QueryHelpers.AddQueryString($"{Graph}/debug_token", "input_token", access);
        var answer = await http.GetAsync(
            new Uri(address), "token's inspection", $"{settings.ClientId}|{settings.ClientSecret}", cancellationToken);
        if (!answer.TryGetProperty("data", out var data) || data.ValueKind != System.Text.Json.JsonValueKind.Object
            || !data.IsTrue("is_valid") || data.Text("app_id") != settings.ClientId || data.Text("type") != "USER"
            || data.Text("user_id") is not { } subject)
        {
            throw new ProviderException("token's inspection: not a good one of this app");
        }
        if (authNonce is not null && (!data.TryGetProperty("metadata", out var metadata)
            || metadata.ValueKind != System.Text.Json.JsonValueKind.Object || metadata.Text("auth_nonce") != authNonce))
        {
            throw new ProviderException("token's inspection: the login there is an old one");
        }
        return subject;
    }

    /// <summary>Of letters and digits, as Facebook wants it.</summary>
    private static string AuthNonce(string nonce) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(nonce)));

    /// <summary>Shows that whoever uses the access token has the app's secret too.</summary>
    private string Proof(string access) => Convert.ToHexStringLower(
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(settings.ClientSecret), Encoding.UTF8.GetBytes(access)));
}
