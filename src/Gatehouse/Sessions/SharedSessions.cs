using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gatehouse.Security;
using Gatehouse.Storage;
using StackExchange.Redis;

namespace Gatehouse.Sessions;

/// <summary>
/// Sessions that some node has read from SQL, in Redis for all of them. A copy and nothing else: it is sealed, so who can
/// write into Redis makes no session; it names the generation it was read at, so whoever finds it asks
/// <see cref="SessionFeed"/> whether it is still so; and while Redis is down, there is none.
/// </summary>
internal sealed class SharedSessions(RedisStore redis, SecretBox box)
{
    /// <summary>Bounds what a row that was changed by hand goes unnoticed; recorded changes end a copy at once.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(60);

    private const string Purpose = "session in redis";

    /// <summary>The copy of the session with this handle, or null; whether it still holds is not asked here.</summary>
    public async Task<Session?> FindAsync(string line, string id, CancellationToken cancellationToken) =>
        await ReadAsync(KeyOf(line, id), cancellationToken) is { } session && session.Id == id ? session : null;

    /// <summary>The same by the hash of its token.</summary>
    public async Task<Session?> FindAsync(string line, byte[] tokenHash, CancellationToken cancellationToken) =>
        await ReadAsync(KeyOf(line, tokenHash), cancellationToken) is { } session
        && CryptographicOperations.FixedTimeEquals(session.TokenHash, tokenHash) ? session : null;

    /// <summary>Nobody waits for it: a copy that doesn't arrive is read from SQL.</summary>
    public void Put(Session session, long now)
    {
        if (!redis.IsUp)
            return;
        var left = UnixMicros.ToSpan(session.ExpiresAt - now);
        var keep = left < KeptFor ? left : KeptFor;
        if (keep <= TimeSpan.Zero)
            return;
        var copy = box.Seal(Purpose, JsonSerializer.SerializeToUtf8Bytes(session, SharedSessionJson.Default.Session));
        Try(database => Task.WhenAll(
            database.StringSetAsync(KeyOf(session.Line, session.Id), copy, keep),
            database.StringSetAsync(KeyOf(session.Line, session.TokenHash), copy, keep)));
    }

    /// <summary>Tidiness: the log of changes has outdated the copy already.</summary>
    public void Remove(Session session) => Try(database => database.KeyDeleteAsync(
        [KeyOf(session.Line, session.Id), KeyOf(session.Line, session.TokenHash)]));

    private async Task<Session?> ReadAsync(RedisKey key, CancellationToken cancellationToken)
    {
        if (!redis.IsUp)
            return null;
        try
        {
            byte[]? copy = await redis.RunAsync(database => database.StringGetAsync(key), cancellationToken);
            return copy is not null && box.Open(Purpose, copy) is { } json
                ? JsonSerializer.Deserialize(json, SharedSessionJson.Default.Session)
                : null;
        }
        catch (Exception exception) when (exception is StoreUnavailableException or JsonException)
        {
            return null; // SQL knows
        }
    }

    private void Try<T>(Func<IDatabase, Task<T>> command) => _ = TryAsync(command);

    private async Task TryAsync<T>(Func<IDatabase, Task<T>> command)
    {
        try
        {
            await redis.RunAsync(command, CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            // SQL has it.
        }
    }

    private static RedisKey KeyOf(string line, string id) => $"gatehouse:session:{line}:{id}";

    private static RedisKey KeyOf(string line, byte[] tokenHash) =>
        $"gatehouse:session:{line}:{Convert.ToHexStringLower(tokenHash)}";
}

[JsonSerializable(typeof(Session))]
internal sealed partial class SharedSessionJson : JsonSerializerContext;
