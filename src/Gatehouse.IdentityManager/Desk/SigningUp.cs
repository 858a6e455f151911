using System.Security.Cryptography;
using Gatehouse.IdentityManager.Accounts;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Network;
using Gatehouse.IdentityManager.Recovery;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.IdentityManager.Desk;

/// <summary>
/// Makes an account of an app's offer. Everything is in the vault before it is told to the app: whoever runs this twice
/// with one link, also after a crash, goes on with the same account.
/// </summary>
internal static class SigningUp
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan OpenPatience = TimeSpan.FromSeconds(30);

    /// <summary>Who offers, as far as it is proven. Nothing is made.</summary>
    public static async Task<Reply> ReviewAsync(DeskContext desk, Call call, CancellationToken cancellationToken)
    {
        var (link, origin) = Parse(call);
        if (Begun(desk, link) is { } begun)
            return Reviewed(call, begun.Origin, begun.Name, begun.OfferExpires, begun.Number);
        var offer = await OfferReview.RunAsync(link, origin, call.AllowsPrivate, desk.Clock, cancellationToken);
        return Reviewed(
            call, offer.Origin.ToString(), offer.AppUser.App!.Name, offer.Expires, account: null);
    }

    /// <summary>Makes the account, or goes on with it, and waits until the app has opened it.</summary>
    public static async Task<Reply> AddAsync(
        DeskContext desk, Call call, Action<Reply> note, CancellationToken cancellationToken)
    {
        var (link, origin) = Parse(call);
        await desk.Making.WaitAsync(cancellationToken);
        AccountRecord account;
        try
        {
            account = Begun(desk, link) ?? AccountMaking.Make(
                desk.Shelf,
                await OfferReview.RunAsync(link, origin, call.AllowsPrivate, desk.Clock, cancellationToken),
                call.AllowsPrivate,
                call.WithoutProfile ? null : await desk.Profile.NameAsync(cancellationToken),
                desk.Clock);
        }
        finally
        {
            desk.Making.Release();
        }
        return await OpenAsync(desk, account, note, cancellationToken);
    }

    /// <summary>
    /// Takes back an account whose keys were lost or stolen: the Did's successor, kept for this, takes its place.
    /// </summary>
    public static async Task<Reply> RecoverAsync(
        DeskContext desk, Call call, Action<Reply> note, CancellationToken cancellationToken)
    {
        var lost = desk.Find(call.Account);
        var (link, origin) = Parse(call with { Origin = call.Origin ?? lost.Origin });
        if (origin.ToString() != lost.Origin)
            return Reply.Refused($"The link is one of {origin}, the account is at {lost.Origin}.");
        if (!RecoveryWords.TryParse(call.Secret ?? "", out var key))
            return Reply.Refused("That is not a recovery key: look for a character that was misread.");
        using (key)
        {
            if (desk.Shelf.Secret(lost.Number, AccountSecret.Successor) is not { } sealedSeed
                || !key.TryUnseal(sealedSeed, out var seed))
            {
                return Reply.Refused("This recovery key isn't the one of this vault.");
            }
            await desk.Making.WaitAsync(cancellationToken);
            AccountRecord account;
            try
            {
                var allowsPrivate = call.AllowsPrivate || lost.AllowsPrivate;
                account = Begun(desk, link) ?? AccountMaking.Make(
                    desk.Shelf, await OfferReview.RunAsync(link, origin, allowsPrivate, desk.Clock, cancellationToken),
                    allowsPrivate, firstName: null, desk.Clock, lost.Number, seed);
                if (account.Replaces != lost.Number)
                    return Reply.Refused("An account was begun with this link. Take a new one of the sign-up page.");
            }
            finally
            {
                desk.Making.Release();
                CryptographicOperations.ZeroMemory(seed);
            }
            return await OpenAsync(desk, account, note, cancellationToken);
        }
    }

    private static async Task<Reply> OpenAsync(
        DeskContext desk, AccountRecord account, Action<Reply> note, CancellationToken cancellationToken)
    {
        if (!account.IsLive)
            return Reply.Refused("The account that was begun with this link is no more.");
        var agent = await desk.Agents.StartAsync(account, cancellationToken);
        await agent.UntilAsync(() => agent.IsConnected, ConnectPatience, cancellationToken);
        if (agent.Record.State == AccountState.Opening)
        {
            await agent.PostAsync(cancellationToken);
            note(new Reply
            {
                Note = $"If the page doesn't go on by itself, paste this into it: {agent.Record.AppAccount}",
                Accounts = [agent.View()],
            });
            await agent.UntilAsync(
                () => agent.Record.State != AccountState.Opening, OpenPatience, cancellationToken);
        }
        if (!agent.Record.IsLive)
            return Reply.Refused(agent.View().Alarm ?? "The account is no more.");
        await desk.Agents.RetireReplacedAsync(agent.Record, cancellationToken);
        return new Reply
        {
            Accounts = [agent.View()],
            Text = agent.Record.State == AccountState.Open
                ? $"You have an account at {agent.Record.Origin}."
                : $"{agent.Record.Origin} hasn't opened the account yet. jlinx goes on when it runs: 'jlinx watch'.",
        };
    }

    private static (SignUpLink Link, WebOrigin Origin) Parse(Call call)
    {
        if (!SignUpLink.TryParse(call.Link, out var link))
            throw new AppException("That is not a sign-up link, nor the id of a document.");
        var typed = call.Origin?.TrimEnd('/');
        if (typed is not null && !typed.Contains("://", StringComparison.Ordinal))
            typed = "https://" + typed;
        if (typed is null)
            return (link, link.Origin ?? throw new AppException("The id alone doesn't tell where: add --at ORIGIN."));
        if (!WebOrigin.TryParse(typed, out var origin))
            throw new AppException("That is not the origin of a web site, as https://app.example.");
        return link.Origin is not null && link.Origin != origin
            ? throw new AppException($"The link is one of {link.Origin}.")
            : (link, origin);
    }

    private static AccountRecord? Begun(DeskContext desk, SignUpLink link) =>
        desk.Shelf.Accounts().FirstOrDefault(account => account.AppUser == link.AppUser.ToString());

    private static Reply Reviewed(Call call, string origin, string name, DateTimeOffset expires, int? account) => new()
    {
        Offer = new OfferView(call.Link!, origin, name, expires, account),
    };
}
