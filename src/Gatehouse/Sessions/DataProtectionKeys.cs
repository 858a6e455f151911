// The cookie's key ring: ASP.NET Core Data Protection with its keys in our database, sealed under Secrets:Key, shared by
// all nodes. A ring of its own: the embedding application's Data Protection stays as that set it up.
// Promises: what CreateProtector gave out works with the keys that this node loaded last, within a second those of the
// database; a key that was deleted there opens nothing here.
// The framework reads its ring once a day and has no way to be told; so each change makes a new one here.
using System.Collections.Concurrent;
using System.Xml.Linq;
using Gatehouse.Security;
using Gatehouse.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Sessions;

/// <summary>The keys of the session cookie as this node knows them.</summary>
internal sealed class DataProtectionKeys(Database database, SecretBox box, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(90); // the framework's own measure (GH-SEC-078)

    // The framework reckons with 5 minutes between the nodes' clocks, so it may write with a key that much early.
    private static readonly TimeSpan PublishedBeforeWriting = TimeSpan.FromMinutes(10);

    // Loads follow one another: an answer from before a rotation must not overwrite the one from after it.
    private readonly SemaphoreSlim loading = new(1, 1);
    private volatile CookieKeyRing? ring;

    /// <summary>Replaced as a whole when the keys change; the same instance means the same keys.</summary>
    public CookieKeyRing Ring => ring ?? throw new InvalidOperationException("The cookie's keys are not loaded yet.");

    /// <summary>Makes the very first key where there is none, and loads.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (await TryLoadAsync(cancellationToken))
            return;
        var first = Make(writesAtOnce: true);
        await database.TransactAloneAsync(async db =>
        {
            await CookieKeyRows.InsertFirstAsync(db, first, clock.NowMicros());
            return true;
        }, cancellationToken);
        await TryLoadAsync(cancellationToken);
    }

    /// <summary>Takes up what another node or the operator changed; false when there is no key.</summary>
    public async Task<bool> TryLoadAsync(CancellationToken cancellationToken)
    {
        await loading.WaitAsync(cancellationToken);
        try
        {
            var ids = await database.ReadAsync(CookieKeyRows.ListIdsAsync, cancellationToken);
            if (ids.Length == 0)
                return false;
            if (ring?.Ids == ids)
                return true;
            var rows = await database.ReadAsync(CookieKeyRows.ListAsync, cancellationToken);
            // Not disposed is the ring before: a request may be decrypting with it right now.
            var repository = new Repository(rows.Select(row => row.Unseal(box)), Store);
            ring = new CookieKeyRing(string.Join(' ', rows.Select(row => row.Id)), rows.Count, Open(repository));
            return true;
        }
        finally
        {
            loading.Release();
        }
    }

    /// <summary>A new key, known to nobody until its row is written.</summary>
    public CookieKeyRow Make(bool writesAtOnce)
    {
        var made = new List<XElement>();
        using var services = Services(new Repository([], made.Add));
        // The framework compares with the system's clock and takes no other.
        var now = TimeProvider.System.GetUtcNow();
        var writesFrom = writesAtOnce ? now : now + PublishedBeforeWriting;
        services.GetRequiredService<IKeyManager>().CreateNewKey(writesFrom, now + Lifetime);
        return CookieKeyRow.Seal(Ids.New(clock), made.Single(), box);
    }

    /// <summary>A protector that follows the ring: hold it for as long as you like.</summary>
    public IDataProtector CreateProtector(string purpose) => new FollowingProtector(this, [purpose]);

    public void Dispose() => loading.Dispose();

    private static IDataProtectionProvider Open(Repository repository)
    {
        var provider = Services(repository).GetRequiredService<IDataProtectionProvider>();
        provider.CreateProtector("ring").Protect([]); // the framework reads its keys now, not in somebody's request
        return provider;
    }

    private static ServiceProvider Services(Repository repository)
    {
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddDataProtection().SetApplicationName("Gatehouse");
        collection.Configure<KeyManagementOptions>(options =>
        {
            options.NewKeyLifetime = Lifetime;
            options.XmlRepository = repository;
            // What the repository stores is sealed whole, so the ring needs no encryptor of its own.
            options.XmlEncryptor = null;
        });
        return collection.BuildServiceProvider();
    }

    /// <summary>
    /// Keeps the successor that the framework makes by itself before a key expires. Its interface is synchronous; this
    /// happens once in 90 days.
    /// </summary>
    private void Store(XElement key)
    {
        var row = CookieKeyRow.Seal(Ids.New(clock), key, box);
        Task.Run(() => database.TransactAsync(db => CookieKeyRows.InsertAsync(db, row, clock.NowMicros()), CancellationToken.None))
            .GetAwaiter().GetResult();
    }

    /// <summary>The keys as they were loaded, and those that the framework has made since.</summary>
    private sealed class Repository(IEnumerable<XElement> loaded, Action<XElement> store) : IXmlRepository
    {
        private readonly ConcurrentQueue<XElement> keys = new(loaded);

        public IReadOnlyCollection<XElement> GetAllElements() => [.. keys.Select(key => new XElement(key))];

        public void StoreElement(XElement element, string friendlyName)
        {
            store(element);
            keys.Enqueue(element);
        }
    }

    private sealed class FollowingProtector(DataProtectionKeys keys, string[] purposes) : IDataProtector
    {
        private volatile Made? made;

        private IDataProtector Current
        {
            get
            {
                var ring = keys.Ring;
                if (made is { } known && ReferenceEquals(known.Ring, ring))
                    return known.Protector;
                var protector = ring.Provider.CreateProtector(purposes);
                made = new Made(ring, protector);
                return protector;
            }
        }

        public IDataProtector CreateProtector(string purpose) => new FollowingProtector(keys, [.. purposes, purpose]);

        public byte[] Protect(byte[] plaintext) => Current.Protect(plaintext);

        public byte[] Unprotect(byte[] protectedData) => Current.Unprotect(protectedData);

        private sealed record Made(CookieKeyRing Ring, IDataProtector Protector);
    }
}

/// <summary>One state of the ring.</summary>
internal sealed record CookieKeyRing(string Ids, int Count, IDataProtectionProvider Provider);
