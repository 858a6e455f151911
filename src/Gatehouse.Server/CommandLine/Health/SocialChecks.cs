using Gatehouse.SocialLogin;
using Gatehouse.SocialLogin.Providers;

namespace Gatehouse.Server.CommandLine.Health;

/// <summary>Providers: whether each can be asked where to send a customer, and what it has to be told of us.</summary>
internal static class SocialChecks
{
    private const string Name = "social";

    public static async Task<IReadOnlyList<Check>> ExamineAsync(Patient patient, CancellationToken cancellationToken)
    {
        if (patient.Faults.Any(fault => fault.StartsWith("Gatehouse:Social:", StringComparison.OrdinalIgnoreCase)))
            return [Check.Skipped(Name, "see settings")];
        if (patient.Settings.Social.Count == 0)
            return [Check.Ok(Name, "none: customers log in here alone")];
        using var http = new ProviderHttp(ProviderHttp.NewHandler());
        var providers = new IdentityProviders(patient.Settings, http, patient.Clock);
        return await Task.WhenAll(providers.All.Select(provider => ExamineAsync(provider, patient, cancellationToken)));
    }

    private static Task<Check> ExamineAsync(IIdentityProvider provider, Patient patient, CancellationToken cancellationToken)
    {
        var redirect = patient.Settings.UrlOf(BeginLogin.CallbackPath(provider.Name));
        var advice = $"check Gatehouse:Social:{provider.Name}:Authority, and that this machine reaches it";
        return Check.ExamineAsync(Name, advice, async token =>
        {
            try
            {
                var address = await provider.BeginAsync(new AuthorizationRequest("state", "nonce", "challenge", redirect, Fresh: false), token);
                return Check.Ok(Name, $"{provider.Name}: customers go to {address.Host}, which must know {redirect}");
            }
            catch (ProviderException exception)
            {
                return Check.Mend(Name, $"{provider.Name}: {exception.Message}", advice);
            }
        }, cancellationToken);
    }
}
