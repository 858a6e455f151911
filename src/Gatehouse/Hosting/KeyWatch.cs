using Gatehouse.Http;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Gatehouse.Tokens;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Hosting;

/// <summary>
/// Looks every second for keys that the operator, another node or the clock changed, on its own timer: nothing else may
/// hold it up, for a revoked key opens this node until it has looked. While the database doesn't answer, the keys stay
/// as they are; nobody's session can be looked up meanwhile either.
/// </summary>
internal sealed class KeyWatch(
    KeyRotation rotation, SigningKeys signingKeys, DataProtectionKeys cookieKeys, TimeProvider clock, ILogger<KeyWatch> log)
    : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private VerificationKeys? tokenRing;
    private CookieKeyRing? cookieRing;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Rounds.RunAsync(Tick, clock, TakeUpAsync, stoppingToken);

    private async Task TakeUpAsync(CancellationToken cancellationToken)
    {
        try
        {
            await rotation.TakeUpAsync(cancellationToken);
        }
#pragma warning disable CA1031 // a failed look must not end the ones after it (GH-SEC-249)
        catch (Exception exception)
            when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            log.KeysUnread(exception);
        }
        Tell();
    }

    /// <summary>Also what a request or the operator made this node take up since the last look.</summary>
    private void Tell()
    {
        if (!ReferenceEquals(tokenRing, signingKeys.Ring))
        {
            tokenRing = signingKeys.Ring;
            log.SigningKeysTakenUp(signingKeys.Signer.Kid, tokenRing.Count);
            GatehouseMeter.KeysChanged("token");
        }
        if (!ReferenceEquals(cookieRing, cookieKeys.Ring))
        {
            cookieRing = cookieKeys.Ring;
            log.CookieKeysTakenUp(cookieRing.Count);
            GatehouseMeter.KeysChanged("cookie");
        }
    }
}
