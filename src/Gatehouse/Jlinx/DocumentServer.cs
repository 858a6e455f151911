using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Streams;
using Gatehouse.Hypercore.Transports;
using Microsoft.Extensions.Hosting;

namespace Gatehouse.Jlinx;

/// <summary>
/// Speaks of documents with identity managers, over whatever connections they make: it dials nobody. A pair is opened
/// when somebody asks for one of its documents, or when we have something to say in it, and put away when nobody speaks
/// of it any more.
/// </summary>
internal sealed partial class DocumentServer(PairServices services, OwnKeys ownKeys) : IHostedService, IAsyncDisposable
{
    /// <summary>
    /// A block of a document and its proof, with room to spare; larger ones are refused before they are looked at
    /// (GH-SEC-329).
    /// </summary>
    private const int MaxMessageBytes = 24 * 1024;

    /// <summary>As many as are asked for at once: npm's hypercore answers with all of them in one frame.</summary>
    private const int MaxFrameBytes = 64 * MaxMessageBytes;

    /// <summary>What a program that has much to say says in time, and a flood doesn't (GH-SEC-330).</summary>
    private const int MaxBytesPerSecond = 1024 * 1024;

    /// <summary>Of posted ids, looked at here at a time: each costs half a megabyte at most.</summary>
    private const int MostCandidates = 300;

    private readonly ConcurrentDictionary<string, Lazy<Task<OpenPair?>>> pairs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<CoreKey, Candidate> candidates = new();
    private readonly ConcurrentDictionary<CoreKey, long> named = new(); // when each was named that was looked at
    private readonly Strikes strikes = new(services.Machine.Time);
    private readonly CancellationTokenSource stopping = new();
    private KeyPair? noise;
    private Replicator? replicator;
    private OwnDid? did;
    private TcpDoor? door;
    private Task working = Task.CompletedTask;
    private bool isDisposed;

    /// <summary>Null where identities of one's own are not served.</summary>
    public OwnDid? Did => did;

    public Replicator Replicator => replicator ?? throw new InvalidOperationException("JLINX is off.");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!services.Settings.Jlinx.IsOn)
        {
            services.Log.JlinxIsOff(services.Settings.Jlinx.Mode);
            return;
        }
        noise = await ownKeys.LoadAsync("noise", cancellationToken);
        did = await OwnDid.OpenAsync(
            services.Settings, ownKeys, noise.PublicKey, services.Database, services.Clock, cancellationToken);
        replicator = new Replicator(noise, new ReplicatorOptions
        {
            SpeaksFirst = false,
            Missed = LookFor,
            Admits = strikes.Admit,
            Reported = report => strikes.Report(report.Remote, report.Fault),
            Limits = new StreamLimits
            {
                MaxFrameBytes = MaxFrameBytes,
                MaxMessageBytes = MaxMessageBytes,
                BytesPerSecond = MaxBytesPerSecond,
            },
            Time = services.Machine.Time,
        });
        replicator.Add(did.Core, Download.Everything); // as OpenPair does with what is ours
        if (services.Settings.Jlinx.Port is { } port)
        {
            var anywhere = Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
            door = TcpDoor.Open(replicator, new IPEndPoint(anywhere, port), new TcpDoorOptions
            {
                MaxConnections = ReplicationEndpoint.Most,
                MaxConnectionsPerAddress = ReplicationEndpoint.MostPerSource,
                Failed = services.Log.ReplicationFailed,
            });
        }
        services.Log.JlinxIsOn(did.Document.Id.Did, services.Settings.Jlinx.Port);
        working = WorkAsync(stopping.Token);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (isDisposed)
            return;
        await stopping.CancelAsync();
        await working;
        if (door is not null)
            await door.DisposeAsync();
        if (replicator is not null)
            await replicator.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (isDisposed)
            return; // the container knows it by two names
        await StopAsync(CancellationToken.None);
        isDisposed = true;
        foreach (var candidate in candidates.Values)
            await candidate.DisposeAsync();
        foreach (var opening in pairs.Values.Where(opening => opening.IsValueCreated))
        {
            await ((Task)opening.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // it may have been stopped half-way
            if (opening.Value is { IsCompletedSuccessfully: true, Result: { } pair })
                await pair.DisposeAsync();
        }
        pairs.Clear();
        candidates.Clear();
        did?.Dispose();
        noise?.Dispose();
        stopping.Dispose();
    }

    /// <summary>The pair's documents, opened if they aren't; null when there is no such pair.</summary>
    public async Task<OpenPair?> OpenAsync(string id, CancellationToken cancellationToken)
    {
        for (var tries = 0; ; tries++)
        {
            var opening = pairs.GetOrAdd(id, key => new Lazy<Task<OpenPair?>>(() => OpenOnceAsync(key)));
            try
            {
                if (await opening.Value.WaitAsync(cancellationToken) is { } pair)
                    return pair;
            }
            catch (Exception) when (opening.Value.IsFaulted)
            {
                Forget(id, opening);
                throw;
            }
            Forget(id, opening);
            if (tries > 0)
                return null; // the first time it may have been put away this moment
        }
    }

    /// <summary>
    /// Looks at an AppAccount that somebody named, once each time that they do: what was posted and refused may be
    /// pasted, and needs less then.
    /// </summary>
    /// <param name="pastedFor">The pair that it was pasted for, in the browser that waits: one is looked at for each, the last.</param>
    /// <param name="namedAt">When; the same naming is heard of again from the database.</param>
    public void Look(CoreKey appAccount, string? pastedFor, long namedAt)
    {
        if (named.TryGetValue(appAccount, out var before) && before >= namedAt)
            return;
        if (pastedFor is not null)
            Forget(candidates.Values.Where(candidate => candidate.PastedFor == pastedFor && candidate.Key != appAccount));
        else if (candidates.Count >= MostCandidates && !TryMakeRoom())
            return;
        lock (candidates) // two would speak of the same document, and the second never end
        {
            if (candidates.ContainsKey(appAccount))
                return; // on its way out it leaves the naming to the next round
            candidates[appAccount] = new Candidate(appAccount, pastedFor, Replicator, services, JudgeAsync, ForgetAsync);
            named[appAccount] = namedAt;
        }
    }

    /// <summary>Whoever has posted an id and isn't there to show the document gives way, the first first.</summary>
    private bool TryMakeRoom()
    {
        if (candidates.Values.Where(candidate => !candidate.IsSpoken).MinBy(candidate => candidate.ExpiresAt) is not { } idle)
            return false;
        Forget([idle]);
        return candidates.Count < 2 * MostCandidates; // it may still be on its way out
    }

    private void Forget(IEnumerable<Candidate> those)
    {
        foreach (var candidate in those.ToArray())
            _ = Task.Run(() => ForgetAsync(candidate));
    }

    private async Task ForgetAsync(Candidate candidate)
    {
        if (candidates.TryRemove(new KeyValuePair<CoreKey, Candidate>(candidate.Key, candidate)))
            await candidate.DisposeAsync();
    }

    private async Task JudgeAsync(Candidate candidate, CancellationToken cancellationToken)
    {
        var key = candidate.Header.Header.Ref!.Id.Key;
        var row = await services.Database.ReadAsync(db => Pairs.FindByAppUserAsync(db, key), cancellationToken);
        if (row is null || await OpenAsync(row.Id, cancellationToken) is not { } pair)
            return;
        string? bound = null;
        try
        {
            bound = await AcceptAccount.TryAsync(candidate, pair, services, cancellationToken);
        }
        catch (OfferGoneException)
        {
        }
        if (bound is null)
            return;
        pair.Bind(candidate.Account, candidate.Author);
        candidate.HandOver();
        candidates.TryRemove(candidate.Key, out _);
        services.Outbox.Wake();
        await services.Sessions.SettleAsync();
        services.Waiters.Wake(bound);
    }

    private async Task<OpenPair?> OpenOnceAsync(string id)
    {
        await Task.Yield();
        if (await services.Database.ReadAsync(db => Pairs.FindAsync(db, id), stopping.Token) is not { } row)
            return null;
        // Another node has bound it to what is only looked at here; or a stranger's document names a pair's as its own.
        foreach (var candidate in candidates.Values.Where(candidate => candidate.Holds(row)))
            await ForgetAsync(candidate);
        return await OpenPair.OpenAsync(row, Replicator, services, stopping.Token);
    }

    private void Forget(string id, Lazy<Task<OpenPair?>> opening) =>
        pairs.TryRemove(new KeyValuePair<string, Lazy<Task<OpenPair?>>>(id, opening));
}
