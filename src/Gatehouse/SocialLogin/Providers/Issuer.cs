using Gatehouse.Configuration;

namespace Gatehouse.SocialLogin.Providers;

/// <summary>
/// Any OpenID Connect issuer, by its discovery document. Whoever names one in the settings trusts it, also with which
/// address is whose: an issuer that lets people claim addresses must not say <c>email_verified</c>.
/// </summary>
internal static class Issuer
{
    public static IIdentityProvider Create(SocialSettings settings, ProviderHttp http, TimeProvider clock)
    {
        var discovery = new Discovery(settings.Authority!, http, clock);
        return new OpenIdProvider(
            settings,
            new OpenIdRules
            {
                Endpoints = discovery.GetAsync,
                Keys = new PublishedKeys(
                    settings.Algorithm, async cancellationToken => (await discovery.GetAsync(cancellationToken)).Keys!, http, clock),
                Scopes = "openid email profile",
                VouchesForEmail = true,
                WhenFresh = new Dictionary<string, string?>(StringComparer.Ordinal) { ["prompt"] = "login", ["max_age"] = "0" },
                TellsWhen = true, // required where max_age was asked for (Core 1.0, 3.1.2.1)
            },
            http,
            clock);
    }
}
