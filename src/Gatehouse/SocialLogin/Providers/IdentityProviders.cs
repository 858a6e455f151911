using Gatehouse.Accounts;
using Gatehouse.Configuration;

namespace Gatehouse.SocialLogin.Providers;

/// <summary>The providers that the settings name. There are no others: a request can't bring one along (GH-SEC-173).</summary>
internal sealed class IdentityProviders(GatehouseSettings settings, ProviderHttp http, TimeProvider clock)
{
    public IReadOnlyList<IIdentityProvider> All { get; } = [.. settings.Social.Select(one => Create(one, http, clock))];

    public IReadOnlyList<string> Names => [.. All.Select(provider => provider.Name)];

    /// <summary>Every name under which an identity is a way in: the providers, and identities of one's own.</summary>
    public IReadOnlyList<string> WaysIn => settings.Jlinx.IsOn ? [.. Names, Identities.OwnProvider] : Names;

    public IIdentityProvider? Find(string? name) => All.FirstOrDefault(provider => provider.Name == name);

    private static IIdentityProvider Create(SocialSettings one, ProviderHttp http, TimeProvider clock) => one.Name switch
    {
        "google" => Google.Create(one, http, clock),
        "facebook" => new Facebook(one, http),
        "line" => Line.Create(one, http, clock),
        _ => Issuer.Create(one, http, clock),
    };
}
