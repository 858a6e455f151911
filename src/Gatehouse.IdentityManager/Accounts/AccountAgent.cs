using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Streams;
using Gatehouse.Hypercore.Transports;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Network;
using Gatehouse.IdentityManager.Vault;
using Gatehouse.Jlinx.Envelopes;

namespace Gatehouse.IdentityManager.Accounts;

/// <summary>
/// One account, as long as the program runs: connected to its app with a key of its own, following what the app writes,
/// writing what the person says. Promises: what an event of the app causes is stored together with the fact that it was
/// handled; nothing is written before the app has said how much of our document it knows; after a contradiction nothing
/// is written at all.
/// </summary>
internal sealed partial class AccountAgent : IAsyncDisposable
{
    private static readonly TimeSpan TendsEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ItsSay = TimeSpan.FromSeconds(2); // Gatehouse looks once a second whom it hears
    private static readonly TimeSpan ShortestRest = TimeSpan.FromSeconds(1), LongestRest = TimeSpan.FromMinutes(1);

    private readonly AccountShelf shelf;
    private readonly VaultCoreStore store;
    private readonly AgentContext context;
    private readonly SemaphoreSlim gate = new(1); // who changes the record, the keys or our document
    private readonly CancellationTokenSource stopping = new();
    private readonly KeyPair did, signer, noise;
    private readonly Lock talkGate = new();
    private PairState pair;
    private volatile AccountRecord record;
    private Core appDid = null!, appUser = null!, appAccount = null!, ownDid = null!;
    private Replicator? replicator;
    private Dialler? dialler;
    private volatile string? report;
    private bool hasPosted, isPosting;
    private int turn; // which of the app's services is dialled
    private volatile bool hasMoved, isDidTooLong; // what was read of the app's Did
    private ulong countedBlocks; // of the app's document, when all of them were here and few enough
    private readonly Queue<long> renewals = new(); // when the last ones were
    private long? triedAt, clockReadAt;
    private long currentSince; // when it was first seen that all was handled; 0: it isn't
    private TimeSpan postPause;
    private DateTimeOffset? appTime; // as it was then
    private Task working = Task.CompletedTask;

    private AccountAgent(AccountShelf shelf, VaultCoreStore store, AgentContext context, AccountRecord record)
    {
        this.shelf = shelf;
        this.store = store;
        this.context = context;
        this.record = record;
        did = shelf.KeyPairOf(record.Number, AccountSecret.Did);
        signer = shelf.KeyPairOf(record.Number, AccountSecret.Account);
        noise = shelf.KeyPairOf(record.Number, AccountSecret.Noise);
        pair = shelf.PairOf(record.Number);
    }

    public AccountRecord Record => record;

    public bool IsConnected => replicator is { Connections: > 0 };

    /// <summary>Whether the app has told how much of our document it has, and we have all of that.</summary>
    public bool IsInSync => appAccount.ClaimedLength is { } length && length <= appAccount.Length
        && appAccount.ContiguousLength == appAccount.Length;

    /// <summary>Whether it was tried to connect, in vain.</summary>
    public bool IsOutOfReach => !IsConnected && dialler is { LastEnd: not null };

    /// <summary>Whether everything that the app says it has written was handled.</summary>
    public bool IsCurrent => appUser.ClaimedLength is { } length && record.Handled >= length;

    /// <summary>Whether that has been so for long enough since it was reached: an app keeps requests until it hears us.</summary>
    public bool HasHadItsSay => Volatile.Read(ref currentSince) is var since and not 0 && context.Clock.GetElapsedTime(since) >= ItsSay;

    public static async Task<AccountAgent> StartAsync(
        AccountShelf shelf, VaultCoreStore store, AgentContext context, AccountRecord record,
        CancellationToken cancellationToken)
    {
        var agent = new AccountAgent(shelf, store, context, record);
        try
        {
            await agent.OpenAsync(cancellationToken);
            if (record.IsLive)
                agent.Dial();
            agent.working = Task.WhenAll(
                agent.WorkAsync(agent.FollowAsync), agent.WorkAsync(agent.TendAsync),
                agent.WorkAsync(agent.FollowMovesAsync), agent.WorkAsync(agent.FollowDidAsync));
            return agent;
        }
        catch
        {
            await agent.DisposeAsync();
            throw;
        }
    }

    public AccountView View()
    {
        var now = record;
        return new AccountView(
            now.Number, now.Origin, now.Name, now.State, now.AppAccount, now.Did, now.Created, Connection(),
            now.Alarm ?? Unwritable() ?? report ?? ExpiredOffer(now, context.Clock), now.IsLive && !IsInSync)
        {
            CanDismiss = now.IsLive && (now.Alarm ?? report) is not null,
        };
    }

    public static string? ExpiredOffer(AccountRecord account, TimeProvider clock) =>
        account.State == AccountState.Opening && account.OfferExpires <= clock.GetUtcNow()
            ? "The app's offer has expired and it opened no account. Destroy this one and begin anew."
            : null;

    /// <summary>Waits until something holds that the app has part in. False when it takes too long.</summary>
    public async Task<bool> UntilAsync(Func<bool> condition, TimeSpan patience, CancellationToken cancellationToken)
    {
        var began = context.Clock.GetTimestamp();
        while (!condition())
        {
            if (context.Clock.GetElapsedTime(began) > patience || working.IsCompleted)
                return condition();
            await Task.Delay(AgentContext.LooksEvery, context.Clock, cancellationToken);
        }
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await StopTalkingAsync();
        await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        pair.Dispose();
        did.Dispose();
        signer.Dispose();
        noise.Dispose();
        gate.Dispose();
        stopping.Dispose();
    }

    /// <summary>
    /// Nobody awaits what goes on by itself: what went wrong is told where the account is shown, and it begins again. A
    /// disk that is full, as a rule, isn't for ever.
    /// </summary>
    private async Task WorkAsync(Func<Task> work)
    {
        for (var rest = ShortestRest; !stopping.IsCancellationRequested; rest = Longer(rest, LongestRest))
        {
            string trouble;
            try
            {
                await work();
                return;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (CoreRefusedException refused) when (refused.Reason == CoreRefusal.Frozen)
            {
                return; // the tending tells
            }
            catch (Exception exception)
            {
                trouble = $"It doesn't go on, and is tried again: {exception.Message}";
            }
            report = trouble;
            context.Bulletin.Changed();
            await Task.Delay(rest, context.Clock, stopping.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (report == trouble)
                report = null;
        }
    }

    private static TimeSpan Longer(TimeSpan pause, TimeSpan longest) =>
        TimeSpan.FromTicks(Math.Min(2 * pause.Ticks, longest.Ticks));

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        var own = new OwnDocuments(shelf, store, context.Clock);
        ownDid = await own.OpenDidAsync(record, did, cancellationToken);
        (appAccount, record) = await own.OpenAccountAsync(record, signer, did, pair, cancellationToken);
        appUser = await Core.OpenAsync(store, AccountRecord.KeyOf(record.AppUser), context.Clock, cancellationToken);
        // Several accounts at one app read the same Did: each has its own, for a core is opened once in a process.
        appDid = await Core.OpenAsync(
            new MemoryCoreStore(), AccountRecord.DidOf(record.AppDid).Key, context.Clock, cancellationToken);
        appUser.MaxLength = appDid.MaxLength = AppLimits.MostBlocksTaken;
    }

    private void Dial()
    {
        replicator = new Replicator(
            noise, new ReplicatorOptions { Time = context.Clock, Reported = OnReport, Limits = AppLimits.Stream });
        replicator.Add(appDid, Download.OnDemand);
        foreach (var core in (Core[])[appUser, appAccount, ownDid])
            replicator.Add(core);
        dialler = DialBy(replicator);
    }

    /// <summary>By the service whose turn it is: what keeps one from being reached need not keep the next.</summary>
    private Dialler DialBy(Replicator talker) => ServiceDialler.Dial(
        talker, record.Services[turn % record.Services.Count].ToService(), record.AllowsPrivate);

    private async Task StopTalkingAsync()
    {
        Dialler? line;
        Replicator? talker;
        lock (talkGate)
            (line, talker, dialler, replicator) = (dialler, replicator, null, null);
        if (line is not null)
            await line.DisposeAsync();
        if (talker is not null)
            await talker.DisposeAsync();
    }

    /// <summary>What arrives can't be kept then, and is asked for again and again.</summary>
    private string? Unwritable() => record.IsLive && shelf.Vault.Fault is { } why
        ? $"The vault can't be written, and nothing of the app is heard: {why}"
        : null;

    private void OnReport(PeerReport told) => report = told.Fault switch
    {
        PeerFault.Fork => "The app says that a document was cut back and written anew. That isn't followed.",
        PeerFault.FalseProof => "The app sent something that its documents' signers didn't sign.",
        _ => report,
    };

    private string Connection()
    {
        if (IsConnected)
            return "connected";
        return !record.IsLive ? "over" : dialler?.LastEnd switch
        {
            null => "connecting",
            ConnectionEnd.Unreachable => "the app doesn't answer",
            ConnectionEnd.AnotherPeer => "another than the app answers at its address",
            ConnectionEnd.HandshakeRefused or ConnectionEnd.HandshakeTimedOut => "the app speaks something else",
            ConnectionEnd.NotAdmitted => "the app doesn't let us in",
            _ => "connecting again",
        };
    }
}
