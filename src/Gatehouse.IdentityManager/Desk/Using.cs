using System.Buffers.Text;
using System.Security.Cryptography;
using Gatehouse.IdentityManager.Accounts;
using Gatehouse.IdentityManager.Control;
using Gatehouse.Jlinx;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.IdentityManager.Desk;

/// <summary>What is done with an account that there is.</summary>
internal static class Using
{
    private const int TokenBytes = 32;

    private static readonly TimeSpan ArrivalPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan SyncPatience = TimeSpan.FromSeconds(5);

    /// <summary>Makes a link that logs in whoever opens it first, and returns it when the app knows of it.</summary>
    public static async Task<Reply> LogInAsync(DeskContext desk, Call call, CancellationToken cancellationToken)
    {
        var agent = await desk.FindAgentAsync(call.Account, cancellationToken);
        var token = RandomNumberGenerator.GetBytes(TokenBytes);
        var hash = Labels.LoginToken(token);
        var origin = agent.Record.AtOrigin();
        var index = await agent.SayAsync(
            new GeneratedOnetimeLoginLink(hash, origin), Multibase.Format(hash), cancellationToken);
        if (!await agent.UntilArrivedAsync(index, ArrivalPatience, cancellationToken))
            return Reply.Refused("The app hasn't fetched the link. Try again.");
        return new Reply { Url = $"{origin}/auth/jlinx/open/{Base64Url.EncodeToString(token)}" };
    }

    public static async Task<Reply> SendProfileAsync(DeskContext desk, Call call, CancellationToken cancellationToken)
    {
        if (await desk.Profile.NameAsync(cancellationToken) is not { } name)
            return Reply.Nothing("There is no name to send. 'jlinx profile set name NAME' gives you one.");
        var agent = await desk.FindAgentAsync(call.Account, cancellationToken);
        var index = await agent.SayAsync(new SetProfile(name), name, cancellationToken);
        var hasArrived = await agent.UntilArrivedAsync(index, ArrivalPatience, cancellationToken);
        return new Reply
        {
            Text = hasArrived ? $"{agent.Record.Origin} calls you {name}." : "Sent; the app hasn't fetched it yet.",
        };
    }

    /// <summary>Takes away what a live account's alarm says, once the person has read it. The log keeps it.</summary>
    public static async Task<Reply> DismissAsync(DeskContext desk, Call call, CancellationToken cancellationToken)
    {
        var agent = await desk.FindAgentAsync(call.Account, cancellationToken);
        return await agent.TryDismissAsync(cancellationToken)
            ? new Reply { Accounts = [agent.View()], Text = "The alarm is gone. The log keeps what happened." }
            : Reply.Nothing("There is no alarm that could be dismissed.");
    }

    /// <summary>
    /// Destroys an account. What the app can't be told now it is told when it can be reached; who doesn't want to wait
    /// for that destroys the account once more.
    /// </summary>
    public static async Task<Reply> DestroyAsync(DeskContext desk, Call call, CancellationToken cancellationToken)
    {
        var agent = await desk.FindAgentAsync(call.Account, cancellationToken);
        if (agent.Record.State == AccountState.Opening)
            await agent.UntilAsync(() => agent.IsInSync, SyncPatience, cancellationToken);
        var isAgain = agent.Record.State == AccountState.Destroying;
        await agent.DestroyAsync(cancellationToken);
        var isDestroyed = await agent.UntilAsync(
            () => agent.Record.State == AccountState.Destroyed, isAgain ? SyncPatience : ArrivalPatience,
            cancellationToken);
        if (isAgain && !isDestroyed)
            await agent.GiveUpAsync(cancellationToken);
        return new Reply { Accounts = [agent.View()], Text = Outcome(desk, agent) };
    }

    private static string Outcome(DeskContext desk, AccountAgent agent)
    {
        var origin = agent.Record.Origin;
        if (agent.Record.State != AccountState.Destroyed)
        {
            return $"{origin} can't be told yet. jlinx tells it when the app answers: 'jlinx watch'. "
                + "To erase the account here without that, destroy it once more.";
        }
        if (!agent.IsEndKnown)
            return $"Erased here; {origin} was not told.";
        return desk.Shelf.Vault.OwesErasure
            ? $"The account at {origin} is destroyed. The disk has no room to erase its keys: jlinx tries again."
            : $"The account at {origin} is destroyed, and its keys are erased.";
    }
}
