using Gatehouse.Configuration;
using Gatehouse.Http;
using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Jlinx.Envelopes;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;
using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.Storage;
using Gatehouse.Texts;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Jlinx;

// Promises: each sign-up has an AppUser of its own, made for this browser, good for ten minutes and one account. What proves that the link
// was seen is in the link alone; the document shows a hash (GH-SEC-323).

/// <summary>
/// Begins a sign-up, or the linking of an identity: makes the document that waits for somebody's account.
/// </summary>
internal static class Offer
{
    /// <summary>What the browser shows and keeps.</summary>
    /// <param name="Link">With the secret: as text and as a QR code.</param>
    internal sealed record Made(SecretToken Ticket, SignUpLink Link, long ExpiresAt);

    public static async Task<IResult> Handle(HttpContext http, JlinxServices services, CancellationToken cancellationToken)
    {
        var (request, unfit) = await JsonBody.ReadOptionalAsync(http, JlinxJson.Default.JlinxSignUpRequest, cancellationToken);
        if (unfit is not null)
            return unfit;
        var (made, problem) = request!.Recovery
            ? await BeginRecoveryAsync(http, services, cancellationToken)
            : await BeginAsync(http, request.Invite, services, cancellationToken);
        return problem ?? (IResult)new JsonAnswer(Write(made!));
    }

    public static async Task<(Made? Made, Problem? Problem)> BeginAsync(
        HttpContext http, string? invite, JlinxServices services, CancellationToken cancellationToken)
    {
        var mode = services.Pairs.Settings.SignUp.Mode;
        if (mode == SignUpMode.Closed)
            return (null, Problems.SignUpClosed());
        var (inviteId, refused) = await SocialLogin.BeginLogin.FindInviteAsync(
            http, invite, emailKey: "", services.Social, cancellationToken);
        if (refused is not null)
            return (null, refused);
        if (mode == SignUpMode.InviteOnly && inviteId is null)
            return (null, Problems.InviteRequired());
        return await DrawAsync(http, TicketPurpose.SignUp, inviteId, services, cancellationToken);
    }

    /// <summary>
    /// Begins the way back to an account whose keys are lost. Whether new customers are welcome is another matter.
    /// </summary>
    public static Task<(Made? Made, Problem? Problem)> BeginRecoveryAsync(
        HttpContext http, JlinxServices services, CancellationToken cancellationToken) =>
        DrawAsync(http, TicketPurpose.Recovery, inviteId: null, services, cancellationToken);

    private static async Task<(Made? Made, Problem? Problem)> DrawAsync(
        HttpContext http, string purpose, string? inviteId, JlinxServices services, CancellationToken cancellationToken)
    {
        if (await services.LogIn.Limiter.TryTakeAsync(LimitName.SignUp, http.SourceKey(), cancellationToken) is { } wait)
            return (null, Problems.TooManyRequests(wait));
        var session = await SessionStart.PresentedAsync(http, services.LogIn, cancellationToken);
        return (await MakeAsync(http, Draft(purpose, subject: "", session?.Id, services) with
        {
            InviteId = inviteId,
            Language = http.Request.PreferredLanguage()?.Tag,
        }, _ => Task.FromResult(true), services, cancellationToken), null);
    }

    /// <summary>Adds an identity of one's own to the account of a session, behind a grant.</summary>
    public static async Task<(Made? Made, Problem? Problem)> BeginLinkAsync(
        HttpContext http, Granted granted, JlinxServices services, CancellationToken cancellationToken)
    {
        if (await services.LogIn.Limiter.TryTakeAsync(LimitName.LoginSource, http.SourceKey(), cancellationToken) is { } wait)
            return (null, Problems.TooManyRequests(wait));
        Problem? problem = null;
        var accountId = granted.Session.AccountId;
        var made = await MakeAsync(http, Draft(TicketPurpose.Link, accountId, granted.Session.Id, services), async db =>
        {
            problem = await services.Grants.IsLiveAsync(db, granted)
                ? await Pairs.FindOfAccountAsync(db, accountId) is null ? null : Problems.LimitReached("problem.jlinx_linked_already")
                : Problems.GrantRequired();
            return problem is null;
        }, services, cancellationToken);
        return (made, problem);
    }

    public static byte[] Write(Made made) => JsonBytes.Object(json =>
    {
        json.WriteString("ticket", made.Ticket.Reveal());
        json.WriteString("app_user", made.Link.AppUser.ToString());
        json.WriteString("link", made.Link.ToString());
        json.WriteString("expires_at", UnixMicros.ToRfc3339(made.ExpiresAt));
    });

    /// <summary>A ticket that asks nobody anything: it waits for whoever takes the offer.</summary>
    private static Ticket Draft(string purpose, string subject, string? sessionId, JlinxServices services) => new()
    {
        Purpose = purpose,
        Subject = subject,
        RequestId = Ids.New(services.Pairs.Clock),
        Nonce = [],
        Code = "",
        Place = "",
        Client = "",
        Sent = 1,
        SessionId = sessionId,
        CreatedAt = 0,
        ExpiresAt = 0,
    };

    /// <param name="draft">Without its times and its pair.</param>
    /// <param name="may">Asked in the transaction that writes it all: whether it may begin.</param>
    private static async Task<Made?> MakeAsync(
        HttpContext http, Ticket draft, Func<Db, Task<bool>> may, JlinxServices services, CancellationToken cancellationToken)
    {
        var (pairs, did) = (services.Pairs, services.Documents.Did!);
        var now = pairs.Clock.NowMicros();
        var expiresAt = now + UnixMicros.Of(Tickets.SignUpLifetime);
        using var signer = KeyPair.Generate();
        using var key = DocumentKey.Generate();
        var (id, secret) = (Ids.New(pairs.Clock), SecretBytes.New());
        var appUser = Hypercore.Manifests.Manifest.SignedBy(signer.PublicKey).Key;
        var secretHash = Labels.SignUpSecret(secret);
        var pair = new NewPair(
            id, OwnDid.OriginOf(pairs.Settings).ToString(), appUser.Bytes.ToArray(), appUser.DiscoveryKey.Bytes.ToArray(),
            PairSecrets.Seal(pairs.Box, id, signer, key), secretHash.ToArray(), now, expiresAt);
        var (ticket, holder) = (SecretToken.New(), await TicketHolder.BeginAsync(http, services, cancellationToken));
        var store = new SqlCoreStore(pairs.Database, pairs.Clock)
        {
            Enlisted = async (db, _) =>
            {
                var epoch = draft.Purpose == TicketPurpose.Link ? await Accounts.AccountStore.LockAsync(db, draft.Subject) : null;
                if (!await may(db))
                    throw new OfferGoneException();
                await Pairs.OfferAsync(db, pair);
                await Tickets.AddAsync(db, ticket, holder.Key, draft with
                {
                    PairId = id,
                    Epoch = epoch,
                    CreatedAt = now,
                    ExpiresAt = expiresAt,
                });
            },
        };
        try
        {
            var core = await Core.CreateAsync(store, signer, pairs.Clock, cancellationToken);
            store.Enlisted = null;
            await core.AppendAsync(did.Prove(HeaderOf(services, key, secretHash, expiresAt), core.Key), cancellationToken);
        }
        catch (OfferGoneException)
        {
            return null;
        }
        holder.Set(http, services.Cookies);
        return new Made(ticket, new SignUpLink(new DocumentId(appUser), secret, OwnDid.OriginOf(pairs.Settings)), expiresAt);
    }

    private static Header HeaderOf(
        JlinxServices services, DocumentKey key, Hypercore.Encoding.Bytes32 secretHash, long expiresAt) => new()
        {
            DocType = DocType.AppUser,
            Created = services.Pairs.Clock.GetUtcNow(),
            Nonce = SecretBytes.New().AsMemory(0, Header.NonceBytes),
            Author = services.Documents.Did!.Document.Id,
            Encryption = key.PublicKey,
            App = new AppName(OwnDid.OriginOf(services.Pairs.Settings), OwnDid.NameOf(services.Pairs.Settings)),
            Services = services.Documents.Did!.WellKnown.Services,
            Endpoint = new Uri(services.Pairs.Settings.UrlOf(JlinxEndpoints.AccountsPath)),
            SignUp = new Headers.Offer(secretHash, UnixMicros.ToTime(expiresAt)),
        };
}
