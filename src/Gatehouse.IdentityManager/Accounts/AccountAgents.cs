using System.Collections.Concurrent;
using System.Text.Json;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Accounts;

/// <summary>The agents of all accounts that are alive, each started when it is needed first.</summary>
internal sealed class AccountAgents(OpenVault vault, AgentContext context) : IAsyncDisposable
{
    private readonly SemaphoreSlim gate = new(1);
    private readonly Dictionary<int, AccountAgent> agents = [];
    private readonly ConcurrentDictionary<int, string> faults = new();
    private readonly VaultCoreStore store = new(vault);

    public AccountShelf Shelf { get; } = new(vault);

    public AgentContext Context => context;

    /// <summary>The agent of an account, if it runs.</summary>
    public AccountAgent? Running(int number)
    {
        lock (agents)
            return agents.GetValueOrDefault(number);
    }

    public async Task<AccountAgent> StartAsync(AccountRecord account, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (Running(account.Number) is { } running)
                return running;
            var started = await AccountAgent.StartAsync(
                Shelf, store, context with { CaughtUp = ForgetCopy }, account, cancellationToken);
            lock (agents)
                agents.Add(account.Number, started);
            return started;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Why an account could not be started with the others.</summary>
    public string? FaultOf(int number) => faults.GetValueOrDefault(number);

    /// <summary>Starts all that can be: what is wrong with one account is told there, and keeps no other.</summary>
    public async Task<IReadOnlyList<AccountAgent>> StartAllAsync(CancellationToken cancellationToken)
    {
        List<AccountAgent> started = [];
        foreach (var account in Shelf.Accounts().Where(account => account.IsLive))
        {
            try
            {
                started.Add(await StartAsync(account, cancellationToken));
                faults.TryRemove(account.Number, out _);
                await RetireReplacedAsync(account, cancellationToken);
            }
            catch (Exception broken) when (broken is InvalidDataException or JsonException)
            {
                faults[account.Number] = broken.Message;
            }
        }
        return started;
    }

    /// <summary>
    /// What a recovered account takes the place of is erased here, as it is at the app: as soon as the app has opened
    /// the one that takes it, or, if the program had ended by then, when it runs next.
    /// </summary>
    public async Task RetireReplacedAsync(AccountRecord account, CancellationToken cancellationToken)
    {
        if (account is not { State: AccountState.Open, Replaces: { } number }
            || Shelf.Account(number) is not { State: not AccountState.Destroyed } lost)
        {
            return;
        }
        var agent = await StartAsync(lost, cancellationToken);
        await agent.RetireAsync(cancellationToken);
    }

    /// <summary>A vault that was set back is one like any other when all apps have sent what it lacked.</summary>
    private void ForgetCopy()
    {
        if (Shelf.Vault.IsCopy && Shelf.Accounts().Where(account => account.IsLive)
            .All(account => Running(account.Number) is { IsInSync: true }))
        {
            Shelf.Vault.Commit(new VaultBatch().Remove(OpenVault.CopyMark));
        }
    }

    public async ValueTask DisposeAsync()
    {
        AccountAgent[] running;
        lock (agents)
        {
            running = [.. agents.Values];
            agents.Clear();
        }
        await Task.WhenAll(running.Select(agent => agent.DisposeAsync().AsTask()));
        gate.Dispose();
    }
}
