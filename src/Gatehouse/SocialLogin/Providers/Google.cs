using Gatehouse.Configuration;

namespace Gatehouse.SocialLogin.Providers;

/// <summary>
/// Google, as https://developers.google.com/identity/openid-connect/openid-connect has it. Its addresses are written down
/// here and not asked for: nothing stands between a login and the answer.
/// </summary>
internal static class Google
{
    private static readonly OpenIdEndpoints Endpoints = new(
        "https://accounts.google.com",
        new Uri("https://accounts.google.com/o/oauth2/v2/auth"),
        new Uri("https://oauth2.googleapis.com/token"),
        new Uri("https://www.googleapis.com/oauth2/v3/certs"));

    public static IIdentityProvider Create(SocialSettings settings, ProviderHttp http, TimeProvider clock) => new OpenIdProvider(
        settings,
        new OpenIdRules
        {
            Endpoints = _ => Task.FromResult(Endpoints),
            Keys = new PublishedKeys(IdTokenAlgorithm.RS256, _ => Task.FromResult(Endpoints.Keys!), http, clock),
            Scopes = "openid email profile",
            OtherIssuers = ["accounts.google.com"], // in older tokens
            VouchesForEmail = true,
            // Google asks for no password again; choosing the account is what it has.
            WhenFresh = new Dictionary<string, string?>(StringComparer.Ordinal) { ["prompt"] = "select_account" },
            TellsWhen = false,
        },
        http,
        clock);
}
