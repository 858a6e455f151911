using Gatehouse.Hypercore;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.Jlinx.Documents;

/// <summary>Says why an offer or an account isn't taken.</summary>
public enum PairFault
{
    /// <summary>It is taken.</summary>
    None,

    /// <summary>A header is missing, malformed, or isn't proven by its author's Did.</summary>
    Unproven,

    /// <summary>The origin is not the same everywhere, or another Did speaks for it.</summary>
    WrongOrigin,

    /// <summary>The offer's time is over.</summary>
    Expired,

    /// <summary>It refers to another document, or to another history of it.</summary>
    WrongRef,

    /// <summary>The sign-up secret is not the one of the offer.</summary>
    WrongSecret,
}

/// <summary>Is what each side checks before it takes the other's document.</summary>
public static class Acceptance
{
    /// <summary>What a manager checks of an AppUser, before its owner is asked anything.</summary>
    /// <param name="did">The Did that the origin's <see cref="WellKnown"/> names, as it was read.</param>
    /// <param name="secret">The link's; empty where only the id was had.</param>
    public static PairFault CheckOffer(
        SignedHeader appUser, Did did, WebOrigin origin, ReadOnlySpan<byte> secret, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(appUser);
        ArgumentNullException.ThrowIfNull(did);
        if (!did.AnswersFor(appUser) || appUser.Header is not { SignUp: { } offer, App: { } app, Encryption: not null })
            return PairFault.Unproven;
        if (app.Origin != origin || did.Header.App?.Origin != origin
            || (appUser.Header.Endpoint is { } post && !origin.Owns(post)))
        {
            return PairFault.WrongOrigin;
        }
        if (offer.Expires <= now)
            return PairFault.Expired;
        return secret.IsEmpty || Labels.AreSame(Labels.SignUpSecret(secret), offer.SecretHash)
            ? PairFault.None
            : PairFault.WrongSecret;
    }

    /// <summary>What an app checks of an AppAccount that claims an AppUser of its own.</summary>
    /// <param name="secretHash">That of the offer; null where the ticket's own browser named the account.</param>
    public static async ValueTask<PairFault> CheckAccountAsync(
        SignedHeader appAccount, Did did, AccountAccepted accepted, Core appUser, WebOrigin origin,
        Gatehouse.Hypercore.Encoding.Bytes32? secretHash, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(appAccount);
        ArgumentNullException.ThrowIfNull(did);
        ArgumentNullException.ThrowIfNull(accepted);
        ArgumentNullException.ThrowIfNull(appUser);
        if (!did.AnswersFor(appAccount) || appAccount.Header is not { Ref: { } seen, Encryption: not null })
            return PairFault.Unproven;
        if (accepted.Origin != origin)
            return PairFault.WrongOrigin;
        if (seen.Id.Key != appUser.Key || !await appUser.HasBeenAsync(seen.Head, cancellationToken))
            return PairFault.WrongRef;
        if (secretHash is not { } hash)
            return PairFault.None;
        return accepted.Secret is { } secret && Labels.AreSame(Labels.SignUpSecret(secret.Span), hash)
            ? PairFault.None
            : PairFault.WrongSecret;
    }
}
