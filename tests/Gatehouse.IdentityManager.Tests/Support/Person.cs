using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Desk;
using Gatehouse.IdentityManager.Accounts;
using Gatehouse.IdentityManager.Recovery;
using Gatehouse.IdentityManager.Requests;
using Gatehouse.IdentityManager.Vault;

namespace Gatehouse.IdentityManager.Tests.Support;

/// <summary>Somebody with a vault of their own, who runs the manager, and can stop and start it.</summary>
internal sealed class Person : IAsyncDisposable
{
    private readonly Vaults vaults = new();
    private readonly TimeProvider clock;

    public Person(TimeProvider? clock = null)
    {
        this.clock = clock ?? TimeProvider.System;
        using var key = RecoveryWords.Generate(out var words);
        RecoveryKey = words;
        Desk = Open(vaults.Create(AccountShelf.PutRecoveryKey(new VaultBatch(), key.PublicKey.ToArray())));
    }

    public string RecoveryKey { get; }

    public VaultPlace Place => vaults.Place;

    public LocalDesk Desk { get; private set; }

    public async Task<Reply> AskAsync(Call call)
    {
        Reply? last = null;
        await foreach (var reply in Desk.AskAsync(call, CancellationToken.None))
            last = reply.Note is null ? reply : last;
        return last!;
    }

    public async Task<Reply> DoAsync(Call call)
    {
        var reply = await AskAsync(call);
        Assert.True(reply.Fault is null, reply.Fault);
        return reply;
    }

    public Task<Reply> AddAsync(string link) => DoAsync(new Call(Call.Add) { Link = link });

    /// <summary>Begins what waits for an app that doesn't answer, and doesn't wait.</summary>
    public async Task BeginAsync(Call call)
    {
        using var patience = new CancellationTokenSource();
        await foreach (var reply in Desk.AskAsync(call, patience.Token))
        {
            Assert.True(reply.Fault is null, reply.Fault);
            if (reply.Note is not null)
                break;
        }
        await patience.CancelAsync();
    }

    public async Task<AccountView> AccountAsync(int number = 1) =>
        (await DoAsync(new Call(Call.Accounts))).Accounts!.Single(account => account.Number == number);

    /// <summary>Waits until so many want to log in: an app's word may be on its way.</summary>
    public async Task<IReadOnlyList<RequestView>> RequestedAsync(int count = 1)
    {
        IReadOnlyList<RequestView> requests = [];
        await Eventually.TrueAsync(async () => (requests = (await DoAsync(new Call(Call.Requests))).Requests!).Count == count);
        return requests;
    }

    /// <summary>Waits until an account is as it should be.</summary>
    public async Task UntilAsync(Func<AccountView, bool> condition, int number = 1)
    {
        for (var tries = 0; tries < 600; tries++)
        {
            if (condition(await AccountAsync(number)))
                return;
            await Task.Delay(50);
        }
        Assert.Fail($"It stays {await AccountAsync(number)}.");
    }

    public async Task StopAsync() => await Desk.DisposeAsync();

    public async Task StartAsync()
    {
        Desk = Open(vaults.Open());
        await Desk.StartAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Desk.DisposeAsync();
        vaults.Dispose();
    }

    private LocalDesk Open(OpenVault vault) => new(vault, clock, Notifier.Nobody);
}
