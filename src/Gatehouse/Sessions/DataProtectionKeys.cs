using System.Text;
using System.Xml.Linq;
using Gatehouse.Security;
using Gatehouse.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Gatehouse.Sessions;

/// <summary>
/// The cookie's key ring: ASP.NET Core Data Protection with its keys in our database, sealed under <c>Secrets:Key</c>,
/// shared by all nodes. A ring of its own: the embedding application's Data Protection stays as that set it up.
/// </summary>
internal sealed class DataProtectionKeys : IDisposable
{
    private readonly ServiceProvider services;

    public DataProtectionKeys(Database database, SecretBox box, TimeProvider clock)
    {
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddDataProtection().SetApplicationName("Gatehouse");
        collection.AddSingleton<IConfigureOptions<KeyManagementOptions>>(new ConfigureOptions<KeyManagementOptions>(
            options =>
            {
                options.XmlRepository = new SqlXmlRepository(database, box, clock);
                // What the repository stores is sealed whole, so the ring needs no encryptor of its own.
                options.XmlEncryptor = null;
            }));
        services = collection.BuildServiceProvider();
    }

    public IDataProtector CreateProtector(string purpose) =>
        services.GetRequiredService<IDataProtectionProvider>().CreateProtector(purpose);

    public void Dispose() => services.Dispose();

    private sealed class SqlXmlRepository(Database database, SecretBox box, TimeProvider clock) : IXmlRepository
    {
        private const string Purpose = "data protection key";
        private const string Select = "SELECT sealed_xml AS SealedXml FROM data_protection_keys ORDER BY created_at";

        private const string Insert = """
            INSERT INTO data_protection_keys (id, sealed_xml, created_at) VALUES (@Id, @SealedXml, @Now)
            """;

        // The framework's interface is synchronous; it is called at start and once a day.
        public IReadOnlyCollection<XElement> GetAllElements()
        {
            var rows = Task.Run(() => database.ReadAsync(db => db.ListAsync<Row>(Select), CancellationToken.None))
                .GetAwaiter().GetResult();
            return [.. rows.Select(row => box.Open(Purpose, row.SealedXml)).OfType<byte[]>()
                .Select(xml => XElement.Parse(Encoding.UTF8.GetString(xml)))];
        }

        public void StoreElement(XElement element, string friendlyName)
        {
            var row = new
            {
                Id = Ids.New(clock),
                SealedXml = box.Seal(Purpose, Encoding.UTF8.GetBytes(element.ToString(SaveOptions.DisableFormatting))),
                Now = clock.NowMicros(),
            };
            Task.Run(() => database.TransactAsync(db => db.ExecuteAsync(Insert, row), CancellationToken.None))
                .GetAwaiter().GetResult();
        }

        private sealed record Row
        {
            public required byte[] SealedXml { get; init; }
        }
    }
}
