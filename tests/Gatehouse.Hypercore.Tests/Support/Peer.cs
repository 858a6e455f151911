using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Streams;

namespace Gatehouse.Hypercore.Tests.Support;

/// <summary>A replicator with its own identity and what it reported.</summary>
internal sealed class Peer : IAsyncDisposable
{
    private readonly KeyPair identity = KeyPair.Generate();
    private readonly List<PeerReport> reports = [];
    private readonly List<CoreKey> failures = [];

    public Peer(TimeProvider? time = null, StreamLimits? limits = null, Func<PublicKey, bool>? admits = null)
    {
        Replicator = new Replicator(identity, new ReplicatorOptions
        {
            Time = time ?? TimeProvider.System,
            Limits = limits ?? new StreamLimits(),
            Admits = admits,
            Failed = (key, _) =>
            {
                lock (failures)
                    failures.Add(key);
            },
            Reported = report =>
            {
                lock (reports)
                    reports.Add(report);
            },
        });
    }

    public Replicator Replicator { get; }

    public PublicKey PublicKey => Replicator.PublicKey;

    public IReadOnlyList<PeerFault> Faults
    {
        get
        {
            lock (reports)
                return [.. reports.Select(report => report.Fault)];
        }
    }

    /// <summary>The cores that failed, each as often as it did.</summary>
    public IReadOnlyList<CoreKey> Failures
    {
        get
        {
            lock (failures)
                return [.. failures];
        }
    }

    public Peer With(params IEnumerable<Core> cores)
    {
        foreach (var core in cores)
            Replicator.Add(core);
        return this;
    }

    /// <summary>Connects two in memory, this one dialling.</summary>
    public Link Connect(Peer other)
    {
        var (one, two) = Duplex.Create();
        return new Link(one, two, Replicator.AttachAsync(one, true), other.Replicator.AttachAsync(two, false));
    }

    public async ValueTask DisposeAsync()
    {
        await Replicator.DisposeAsync();
        identity.Dispose();
    }
}

internal sealed record Link(Duplex One, Duplex Two, Task<ConnectionEnd> OneEnd, Task<ConnectionEnd> TwoEnd)
{
    public Task<ConnectionEnd[]> Ends => Task.WhenAll(OneEnd, TwoEnd);

    public Task<ConnectionEnd[]> CutAsync()
    {
        One.Dispose();
        Two.Dispose();
        return Ends;
    }
}
