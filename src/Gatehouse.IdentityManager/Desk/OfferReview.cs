using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Streams;
using Gatehouse.Hypercore.Transports;
using Gatehouse.IdentityManager.Accounts;
using Gatehouse.IdentityManager.Network;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.IdentityManager.Desk;

/// <summary>
/// What was found of an offer, proven as far as it can be: the origin says so, and the documents say so.
/// </summary>
/// <param name="Expires">By this machine's clock, however wrong that is.</param>
internal sealed record ReviewedOffer(
    SignUpLink Link, WebOrigin Origin, Did Did, Header AppUser, Head Ref, IReadOnlyList<Service> Services,
    DateTimeOffset Expires);

/// <summary>
/// Looks at who offers an account. Nothing is kept and nothing told: the app learns that somebody who has the link
/// asked, by a key that is thrown away.
/// </summary>
internal static class OfferReview
{
    private const string NotConnected = "The app can't be connected to.";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <exception cref="AppException">It isn't an offer that may be taken.</exception>
    public static async Task<ReviewedOffer> RunAsync(
        SignUpLink link, WebOrigin origin, bool allowsPrivate, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var app = new AppOrigin(origin, allowsPrivate);
        var known = await app.ReadAsync(cancellationToken);
        if (known.Services.Count == 0)
            throw new AppException($"{origin} names no place of its own to connect to.");
        using var identity = KeyPair.Generate();
        await using var replicator = new Replicator(
            identity, new ReplicatorOptions { Limits = AppLimits.Stream, Time = clock });
        var did = await Core.OpenAsync(new MemoryCoreStore(), known.Did.Key, clock, cancellationToken);
        var appUser = await Core.OpenAsync(new MemoryCoreStore(), link.AppUser.Key, clock, cancellationToken);
        did.MaxLength = appUser.MaxLength = AppLimits.MostBlocksTaken;
        replicator.Add(did, Download.OnDemand);
        replicator.Add(appUser, Download.OnDemand);
        using var patience = new CancellationTokenSource(Patience, clock);
        string? why = null;
        foreach (var service in known.Services) // what keeps one from being reached need not keep the next
        {
            await using var dialler = ServiceDialler.Dial(replicator, service, allowsPrivate);
            Func<ConnectionEnd, string?> judge = service == known.Services[^1] ? Hopeless : end => Hopeless(end) ?? NotConnected;
            why = await ReadAsync(did, appUser, dialler, judge, clock, patience.Token, cancellationToken);
            if (why is null)
                break;
        }
        if (why is not null)
            throw new AppException(why);
        var now = clock.GetUtcNow();
        var judged = await JudgeAsync(link, origin, known, did, appUser, app.Time ?? now, cancellationToken);
        return app.Time is { } theirs ? judged with { Expires = AppTime.Plus(judged.Expires, now - theirs) } : judged;
    }

    /// <summary>
    /// All of the Did, for each event may revoke a key; of the AppUser its header, for one with more was used. Says why
    /// they can't be had by this service; null when they are here.
    /// </summary>
    private static async Task<string?> ReadAsync(
        Core did, Core appUser, Dialler dialler, Func<ConnectionEnd, string?> judge, TimeProvider clock,
        CancellationToken patience, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(patience, cancellationToken);
        var reading = Task.WhenAll(ReadAllAsync(did, stop.Token), appUser.GetAsync(0, stop.Token).AsTask());
        try
        {
            while (!reading.IsCompleted)
            {
                if (dialler.LastEnd is { } end && judge(end) is { } why)
                    return why;
                await Task.WhenAny(reading, Task.Delay(AgentContext.LooksEvery, clock, stop.Token));
            }
            await reading;
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AppException(did.ClaimedLength is null
                ? NotConnected
                : "The app doesn't know this link, or not any more.");
        }
        finally
        {
            await stop.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Block by block, because nobody is trusted yet: what a stranger says is there is neither fetched nor kept beyond what
    /// a document may be.
    /// </summary>
    private static async Task ReadAllAsync(Core core, CancellationToken cancellationToken)
    {
        var (length, bytes) = (1UL, 0L);
        for (var index = 0UL; index < length; index++)
        {
            bytes += (await core.GetAsync(index, cancellationToken)).Length;
            length = Math.Max(core.Length, core.ClaimedLength ?? 0);
            if (AppLimits.IsTooLong(length, bytes))
                throw new AppException("The app has a document that is longer than documents may be.");
        }
    }

    /// <summary>Why it doesn't help to dial again, as far as the last try tells.</summary>
    private static string? Hopeless(ConnectionEnd end) => end switch
    {
        ConnectionEnd.Unreachable or ConnectionEnd.NotAdmitted => NotConnected,
        ConnectionEnd.AnotherPeer => "Another than the app answers at its address.",
        ConnectionEnd.HandshakeRefused or ConnectionEnd.HandshakeTimedOut or ConnectionEnd.Malformed =>
            "The app speaks something else than what it should.",
        _ => null,
    };

    private static async Task<ReviewedOffer> JudgeAsync(
        SignUpLink link, WebOrigin origin, WellKnown known, Core didCore, Core appUser, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var did = await Did.ReadAsync(didCore, cancellationToken)
            ?? throw new AppException($"The document that speaks for {origin} is malformed.");
        var header = await appUser.ReadHeaderAsync(DocType.AppUser, cancellationToken)
            ?? throw new AppException("This is not an offer of an account.");
        var secret = link.Secret ?? default;
        switch (Acceptance.CheckOffer(header, did, origin, secret.Span, now))
        {
            case PairFault.None:
                break;
            case PairFault.Expired:
                throw new AppException("The offer has expired. Begin the sign-up anew at the app.");
            case PairFault.WrongOrigin:
                throw new AppException($"The offer isn't one of {origin}.");
            case PairFault.WrongSecret:
                throw new AppException("The link isn't complete. Copy all of it.");
            default:
                throw new AppException($"The offer isn't signed by {origin}.");
        }
        if (appUser.Length > 1)
            throw new AppException("The link was used already. Begin the sign-up anew at the app.");
        var head = await appUser.ReadHeadAsync(cancellationToken)
            ?? throw new AppException("This is not an offer of an account.");
        return new ReviewedOffer(
            link, origin, did, header.Header, head, known.Services, header.Header.SignUp!.Expires);
    }
}
