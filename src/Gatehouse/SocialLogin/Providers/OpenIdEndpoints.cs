using System.Text.Json;

namespace Gatehouse.SocialLogin.Providers;

/// <summary>Where an OpenID Connect provider is asked what.</summary>
/// <param name="UserInfo">For what its ID tokens leave out; null: they leave nothing out.</param>
/// <param name="NamesItself">Its answers carry <c>iss</c> (RFC 9207): one without is not its.</param>
/// <param name="TakesBasic">The client's secret goes in the Authorization header; else in the form.</param>
internal sealed record OpenIdEndpoints(
    string Issuer, Uri Authorization, Uri Token, Uri? Keys, Uri? UserInfo = null, bool NamesItself = false, bool TakesBasic = false);

/// <summary>
/// The same, as the issuer's own document tells (OpenID Connect Discovery 1.0), kept for an hour. Promises: the document is
/// the configured issuer's and says so itself; every address in it is as safe as the issuer's own.
/// </summary>
internal sealed class Discovery(Uri authority, ProviderHttp http, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromHours(1);
    private static readonly TimeSpan Stale = TimeSpan.FromDays(1); // as long as keys are used that can't be had anew
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMinutes(1); // customers don't wait for one that is away, each time
    private volatile Known? known;

    public async Task<OpenIdEndpoints> GetAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (known is { } last && now < last.Until)
            return last.Endpoints;
        try
        {
            var address = new Uri(authority.AbsoluteUri.TrimEnd('/') + "/.well-known/openid-configuration");
            var endpoints = Read(await http.GetAsync(address, "discovery", bearer: null, cancellationToken));
            known = new Known(now, now + Fresh, endpoints);
            return endpoints;
        }
        catch (ProviderException) when (known is { } old && now - old.At < Stale)
        {
            known = old with { Until = now + BetweenTries };
            return old.Endpoints; // addresses seldom change; if they did, the next call to them tells
        }
    }

    private OpenIdEndpoints Read(JsonElement json)
    {
        // To the letter, but for a slash at the end, which people leave out and put in.
        if (json.Text("issuer") is not { } issuer || issuer.TrimEnd('/') != authority.AbsoluteUri.TrimEnd('/'))
            throw new ProviderException("discovery: another issuer");
        if (json.TryGetProperty("response_types_supported", out _) && !json.Texts("response_types_supported").Contains("code", StringComparer.Ordinal))
            throw new ProviderException("discovery: no authorization code flow");
        return new OpenIdEndpoints(
            issuer, Need(json, "authorization_endpoint"), Need(json, "token_endpoint"), Need(json, "jwks_uri"),
            json.Text("userinfo_endpoint") is null ? null : Need(json, "userinfo_endpoint"),
            json.IsTrue("authorization_response_iss_parameter_supported"),
            // The default is basic where nothing is said (Discovery 1.0, 3).
            !json.TryGetProperty("token_endpoint_auth_methods_supported", out _)
                || json.Texts("token_endpoint_auth_methods_supported").Contains("client_secret_basic", StringComparer.Ordinal));
    }

    private Uri Need(JsonElement json, string name) =>
        Uri.TryCreate(json.Text(name), UriKind.Absolute, out var address) && address.UserInfo.Length == 0
            && (address.Scheme == Uri.UriSchemeHttps || (authority is { Scheme: "http" } && address is { Scheme: "http", IsLoopback: true }))
            ? address
            : throw new ProviderException($"discovery: {name} is no address to go to");

    /// <param name="Until">Then the issuer is asked again.</param>
    private sealed record Known(DateTimeOffset At, DateTimeOffset Until, OpenIdEndpoints Endpoints);
}
