using System.Runtime.CompilerServices;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Ui;

/// <summary>What pages show, as far as it changes by itself.</summary>
internal sealed record Shown(IReadOnlyList<RequestView> Requests, IReadOnlyList<AccountView> Accounts);

/// <summary>Asks the desk for the pages, and remembers for the next page how the last thing went.</summary>
internal sealed class WebDesk(IDesk desk, VaultPlace place)
{
    private const string SaidKey = "said";

    private const int MostSaid = 16; // pages that nobody came to any more

    private readonly Lock gate = new();
    private readonly List<KeyValuePair<string, Reply>> said = [];

    public VaultPlace Place => place;

    public async Task<Reply> AskAsync(Call call, CancellationToken cancellationToken)
    {
        Reply? last = null;
        await foreach (var reply in desk.AskAsync(call, cancellationToken))
            last = reply.Note is null ? reply : last;
        return last ?? Reply.Refused("There was no answer.");
    }

    /// <summary>
    /// Does something, to its end, even if the person leaves. How it went is told by the page that they are led to.
    /// </summary>
    public async Task<string> DoAsync(Call call, string next) => Say(await AskAsync(call, CancellationToken.None), next);

    /// <summary>Makes an account, and doesn't wait for the app: whether it has opened it, the page shows.</summary>
    public async Task<Reply> AddAsync(Call call)
    {
        await foreach (var reply in desk.AskAsync(call, CancellationToken.None))
            return reply;
        return Reply.Refused("There was no answer.");
    }

    /// <summary>The address of a page that tells how something went: that page, whatever other tabs show meanwhile.</summary>
    public string Say(Reply reply, string next)
    {
        var key = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N");
        lock (gate)
        {
            said.Add(new(key, reply));
            if (said.Count > MostSaid)
                said.RemoveAt(0);
        }
        return $"{next}{(next.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{SaidKey}={key}";
    }

    /// <summary>What the page is to tell, once.</summary>
    public Reply? TakeSaid(HttpContext context)
    {
        var key = context.Request.Query[SaidKey].ToString();
        lock (gate)
        {
            var at = said.FindIndex(each => each.Key == key);
            if (at < 0)
                return null;
            var reply = said[at].Value;
            said.RemoveAt(at);
            return reply;
        }
    }

    /// <summary>What there is to be shown, whenever it changes.</summary>
    public async IAsyncEnumerable<Shown> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var reply in desk.AskAsync(new Call(Call.Watch), cancellationToken))
            yield return new Shown(reply.Requests ?? [], reply.Accounts ?? []);
    }

    /// <summary>What is known now, without asking the apps: they are followed all the time.</summary>
    /// <exception cref="NoDeskException">The process that has the vault has ended.</exception>
    public async Task<Shown> LookAsync(CancellationToken cancellationToken)
    {
        await foreach (var reply in desk.AskAsync(new Call(Call.Watch), cancellationToken))
        {
            return reply.Fault is { } fault
                ? throw new NoDeskException(fault)
                : new Shown(reply.Requests ?? [], reply.Accounts ?? []);
        }
        return new Shown([], []);
    }
}

/// <summary>Nobody answers any more. The message is for the person.</summary>
internal sealed class NoDeskException(string message) : Exception(message);
