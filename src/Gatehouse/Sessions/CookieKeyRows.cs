using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Gatehouse.Configuration;
using Gatehouse.Security;
using Gatehouse.Storage;

namespace Gatehouse.Sessions;

/// <summary>The SQL of the cookie's keys: what the framework writes as XML, sealed whole.</summary>
internal static class CookieKeyRows
{
    private const string SelectIds = "SELECT id AS Id FROM data_protection_keys ORDER BY id";

    private const string SelectAll = "SELECT id AS Id, sealed_xml AS SealedXml FROM data_protection_keys ORDER BY id";

    private const string Insert = """
        INSERT INTO data_protection_keys (id, sealed_xml, created_at) VALUES (@Id, @SealedXml, @now)
        """;

    private const string InsertFirst = """
        INSERT INTO data_protection_keys (id, sealed_xml, created_at)
        SELECT @Id, @SealedXml, @now WHERE NOT EXISTS (SELECT 1 FROM data_protection_keys)
        """;

    private const string DeleteAll = "DELETE FROM data_protection_keys";

    private const string UpdateSealed = "UPDATE data_protection_keys SET sealed_xml = @SealedXml WHERE id = @Id";

    /// <summary>The same text means the same keys: a row never changes what it holds, only what it is sealed under.</summary>
    public static async Task<string> ListIdsAsync(Db db) => string.Join(' ', await db.ListAsync<string>(SelectIds));

    public static Task<IReadOnlyList<CookieKeyRow>> ListAsync(Db db) => db.ListAsync<CookieKeyRow>(SelectAll);

    public static Task InsertAsync(Db db, CookieKeyRow key, long now) =>
        db.ExecuteAsync(Insert, new { key.Id, key.SealedXml, now });

    /// <summary>Inserts the key if the table is empty: the first of several nodes that start at once wins.</summary>
    public static Task InsertFirstAsync(Db db, CookieKeyRow key, long now) =>
        db.ExecuteAsync(InsertFirst, new { key.Id, key.SealedXml, now });

    /// <summary>
    /// Makes the key the only one. The others are deleted, not revoked by a date as the framework would: nothing brings
    /// them back, and no clock has a say in which keys are meant.
    /// </summary>
    public static async Task ReplaceAllAsync(Db db, CookieKeyRow key, long now)
    {
        await db.ExecuteAsync(DeleteAll);
        await InsertAsync(db, key, now);
    }

    /// <summary>Seals again what an older master key sealed; the number of keys.</summary>
    public static async Task<int> ResealAsync(Db db, SecretBox box)
    {
        var old = (await ListAsync(db)).Where(row => !box.IsSealedByFirst(row.SealedXml)).ToArray();
        foreach (var row in old)
            await db.ExecuteAsync(UpdateSealed, CookieKeyRow.Seal(row.Id, row.Unseal(box), box));
        return old.Length;
    }
}

/// <summary>A key of the cookie's ring as it is stored.</summary>
internal sealed record CookieKeyRow
{
    private const string Purpose = "data protection key"; // authenticated: a sealed key can't be moved to another table

    public required string Id { get; init; }

    public required byte[] SealedXml { get; init; }

    public static CookieKeyRow Seal(string id, XElement key, SecretBox box)
    {
        var xml = Encoding.UTF8.GetBytes(key.ToString(SaveOptions.DisableFormatting));
        try
        {
            return new CookieKeyRow { Id = id, SealedXml = box.Seal(Purpose, xml) };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(xml);
        }
    }

    /// <exception cref="SettingsFaultException">It was sealed under a key that the settings don't name.</exception>
    public XElement Unseal(SecretBox box)
    {
        var xml = box.Open(Purpose, SealedXml) ?? throw new SettingsFaultException(
            [$"Secrets:Key: the cookie key {Id} in the database was sealed under another key."]);
        try
        {
            return XElement.Parse(Encoding.UTF8.GetString(xml));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(xml);
        }
    }
}
