using Gatehouse.IdentityManager.Requests;

namespace Gatehouse.IdentityManager.Accounts;

/// <summary>What agents have in common: the clock, and whom to tell.</summary>
internal sealed record AgentContext(TimeProvider Clock, Bulletin Bulletin, Action<RequestRecord> Asked)
{
    /// <summary>Told now and then by an agent that has all that its app knows of our document.</summary>
    public Action CaughtUp { get; init; } = () => { };

    /// <summary>How soon it is noticed that something has arrived.</summary>
    public static readonly TimeSpan LooksEvery = TimeSpan.FromMilliseconds(25);
}
