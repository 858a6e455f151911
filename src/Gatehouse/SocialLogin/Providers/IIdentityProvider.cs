namespace Gatehouse.SocialLogin.Providers;

/// <summary>Somebody who can say who a customer is: OpenID Connect in its several shapes, and Facebook.</summary>
internal interface IIdentityProvider
{
    /// <summary>As in paths and settings.</summary>
    string Name { get; }

    /// <summary>What customers know it by.</summary>
    string Title { get; }

    /// <summary>Where the customer's browser is sent.</summary>
    /// <exception cref="ProviderException">The provider can't be asked where that is.</exception>
    Task<Uri> BeginAsync(AuthorizationRequest request, CancellationToken cancellationToken);

    /// <summary>Trades the code for who it was, checked. No token of the provider's is kept.</summary>
    /// <exception cref="ProviderException">The provider didn't answer, or not as it should; there is no profile then.</exception>
    Task<ProviderProfile> FinishAsync(AuthorizationAnswer answer, CancellationToken cancellationToken);
}

/// <param name="CodeChallenge">SHA-256 of the verifier (RFC 7636, S256).</param>
/// <param name="RedirectUri">Fixed for each provider; the same text again when the code is traded.</param>
/// <param name="Fresh">Whoever is logged in there has to show again who they are.</param>
internal sealed record AuthorizationRequest(string State, string Nonce, string CodeChallenge, string RedirectUri, bool Fresh);

/// <param name="Issuer">What the answer calls itself (RFC 9207); null when it doesn't.</param>
/// <param name="FreshSince">Unix seconds; the login there may not be older. Null: any will do.</param>
internal sealed record AuthorizationAnswer(
    string Code, string? Issuer, string Nonce, string CodeVerifier, string RedirectUri, long? FreshSince)
{
    public override string ToString() => nameof(AuthorizationAnswer); // a code and a verifier are in it
}

/// <summary>Who somebody is, as far as their provider vouches for it.</summary>
/// <param name="Subject">The provider's own name for them, for ever.</param>
/// <param name="VerifiedEmail">Null where the provider doesn't vouch for one.</param>
/// <param name="Name">What they call themselves there.</param>
/// <param name="Label">By what their owner tells one identity from another: an address, verified or not, or the name.</param>
internal sealed record ProviderProfile(string Subject, string? VerifiedEmail, string? Name, string? Label)
{
    public override string ToString() => nameof(ProviderProfile);
}

/// <summary>A provider that didn't do its part. The cause is for the log: fixed words, and nothing that came from outside.</summary>
internal sealed class ProviderException(string cause, Exception? inner = null) : Exception(cause, inner);
