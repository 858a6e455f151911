using Gatehouse.Hypercore.Keys;
using Gatehouse.Security;
using Gatehouse.Storage;

namespace Gatehouse.Jlinx;

/// <summary>
/// The server's own key pairs, one for all nodes: made once, sealed in the database. Promises: two nodes that start at
/// once have the same.
/// </summary>
internal sealed class OwnKeys(Database database, SecretBox box, TimeProvider clock)
{
    private const string Select = "SELECT seed AS Seed FROM jlinx_keys WHERE name = @name";

    private const string Insert = """
        INSERT INTO jlinx_keys (name, seed, created_at) VALUES (@name, @seed, @now) ON CONFLICT (name) DO NOTHING
        """;

    /// <summary>The pair of that name; a new one is made where there is none.</summary>
    /// <exception cref="InvalidOperationException">It is sealed under a secret that isn't in the settings.</exception>
    public async Task<KeyPair> LoadAsync(string name, CancellationToken cancellationToken)
    {
        var found = await database.ReadAsync(db => db.FirstOrNullAsync<Row>(Select, new { name }), cancellationToken);
        var sealedSeed = found?.Seed ?? await database.TransactAloneAsync(async db =>
        {
            if (await db.FirstOrNullAsync<Row>(Select, new { name }) is { } known)
                return known.Seed; // another node was first
            var made = box.Seal(PurposeOf(name), SecretBytes.New());
            await db.ExecuteAsync(Insert, new { name, seed = made, now = clock.NowMicros() });
            return made;
        }, cancellationToken);
        return KeyPair.FromSeed(box.Open(PurposeOf(name), sealedSeed)
            ?? throw new InvalidOperationException($"The JLINX key '{name}' is sealed under a key that Secrets:Key doesn't have."));
    }

    private static string PurposeOf(string name) => $"jlinx key {name}";

    private sealed class Row
    {
        public required byte[] Seed { get; init; }
    }
}
