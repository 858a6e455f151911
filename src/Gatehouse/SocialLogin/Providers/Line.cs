using Gatehouse.Configuration;

namespace Gatehouse.SocialLogin.Providers;

/// <summary>
/// LINE Login v2.1, as https://developers.line.biz/en/docs/line-login/integrate-line-login/ has it. ID tokens of web logins
/// are HS256 by the channel secret, whatever its metadata says. Its emails count as unverified, so none is asked for.
/// </summary>
internal static class Line
{
    private static readonly OpenIdEndpoints Endpoints = new(
        "https://access.line.me",
        new Uri("https://access.line.me/oauth2/v2.1/authorize"),
        new Uri("https://api.line.me/oauth2/v2.1/token"),
        Keys: null);

    public static IIdentityProvider Create(SocialSettings settings, ProviderHttp http, TimeProvider clock) => new OpenIdProvider(
        settings,
        new OpenIdRules
        {
            Endpoints = _ => Task.FromResult(Endpoints),
            Keys = new ClientSecretKey(settings.ClientSecret),
            Scopes = "openid profile",
            VouchesForEmail = false,
            WhenFresh = new Dictionary<string, string?>(StringComparer.Ordinal) { ["max_age"] = "0", ["disable_auto_login"] = "true" },
            TellsWhen = true,
        },
        http,
        clock);
}
