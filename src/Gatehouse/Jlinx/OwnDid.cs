using Gatehouse.Configuration;
using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Cores;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;
using Gatehouse.Security;
using Gatehouse.Storage;

namespace Gatehouse.Jlinx;

/// <summary>
/// The server's Did: who speaks for our origin, and where we are reached. One for each origin that we ever had: under
/// another one we are somebody else to every identity manager, as to every browser.
/// </summary>
internal sealed class OwnDid : IDisposable
{
    private readonly KeyPair signer;
    private bool hasSaid;

    private OwnDid(KeyPair signer, Core core, Did document, WellKnown wellKnown)
    {
        this.signer = signer;
        Core = core;
        Document = document;
        WellKnown = wellKnown;
        Json = DidJson.Write(document);
    }

    public Core Core { get; }

    public Did Document { get; }

    public WellKnown WellKnown { get; }

    /// <summary>The W3C form.</summary>
    public byte[] Json { get; private set; }

    /// <summary>Opens it; the first node that starts under an origin makes it.</summary>
    public static async Task<OwnDid> OpenAsync(
        GatehouseSettings settings, OwnKeys keys, PublicKey noise, Database database, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var origin = OriginOf(settings);
        var pair = await keys.LoadAsync($"did {origin}", cancellationToken);
        var services = ServicesOf(settings, noise);
        while (true)
        {
            try
            {
                var core = await Core.CreateAsync(new SqlCoreStore(database, clock), pair, clock, cancellationToken);
                if (core.Length == 0)
                    await core.AppendAsync(NewHeader(settings, origin, services, core.Key, pair, clock), cancellationToken);
                var document = await Did.ReadAsync(core, cancellationToken)
                    ?? throw new InvalidOperationException("The server's own Did can't be read.");
                return new OwnDid(pair, core, document, new WellKnown(document.Id, services));
            }
            catch (CoreRefusedException exception) when (exception.Reason == CoreRefusal.AnotherWriter)
            {
                // Another node starts at the same moment, and was first.
            }
        }
    }

    /// <summary>
    /// Says where we are reached, if it says otherwise. Not before somebody is heard who holds as much of it as we do, and
    /// nothing that they have seen is missing here: two histories of it would end every customer's trust in it. And always
    /// in the same words at the same place: a database that was set back says again what it has said, to the bit, to those
    /// who haven't heard it. A node says it once: others may be set otherwise.
    /// </summary>
    public async Task SayServicesAsync(CancellationToken cancellationToken)
    {
        await Document.ReadOnAsync(Core, cancellationToken);
        var length = Core.Length;
        if (hasSaid || Document.Services.SequenceEqual(WellKnown.Services) || Core.ContiguousLength != length || Core.ClaimedLength != length)
            return;
        try
        {
            var said = new DocumentEvent($"services-{length}", Document.Header.Created, new ServiceSet(WellKnown.Services));
            await Core.AppendAtAsync(length, said.Encode(), cancellationToken);
            hasSaid = true;
            await Document.ReadOnAsync(Core, cancellationToken);
            Json = DidJson.Write(Document);
        }
        catch (CoreRefusedException exception) when (exception.Reason is CoreRefusal.AnotherWriter or CoreRefusal.Behind)
        {
            // What was written meanwhile is read first.
        }
    }

    /// <summary>Writes a document's header, proven by this Did.</summary>
    public byte[] Prove(Header header, CoreKey document) => HeaderCodec.Write(header, document, signer);

    public static WebOrigin OriginOf(GatehouseSettings settings) =>
        WebOrigin.TryParse(settings.PublicOrigin, out var origin)
            ? origin
            : throw new InvalidOperationException("An origin without https has no Did, unless it is this machine's.");

    public static string NameOf(GatehouseSettings settings) =>
        Shorten(string.Concat(settings.Pages.Title.Where(character =>
            !char.IsControl(character) && !TextRules.HasLayoutControl([character]))).Trim()) is { Length: > 0 } name ? name : "Gatehouse";

    /// <summary>To what a document takes, without half a character at its end.</summary>
    private static string Shorten(string name) => name.Length <= DocumentLimits.NameCharacters ? name
        : name[..(DocumentLimits.NameCharacters - (char.IsHighSurrogate(name[DocumentLimits.NameCharacters - 1]) ? 1 : 0))];

    public void Dispose() => signer.Dispose();

    private static byte[] NewHeader(
        GatehouseSettings settings, WebOrigin origin, IReadOnlyList<Service> services, CoreKey key, KeyPair author,
        TimeProvider clock) => HeaderCodec.Write(new Header
        {
            DocType = DocType.Did,
            Created = clock.GetUtcNow(),
            Nonce = SecretBytes.New().AsMemory(0, Header.NonceBytes),
            Author = new DocumentId(key),
            App = new AppName(origin, NameOf(settings)),
            Services = services,
        }, key, author);

    private static Service[] ServicesOf(GatehouseSettings settings, PublicKey noise)
    {
        var url = settings.PublicUrl;
        var socket = new UriBuilder(url) { Scheme = url.Scheme == Uri.UriSchemeHttps ? "wss" : "ws", Path = ReplicationEndpoint.Path }.Uri;
        var web = new Service(ServiceType.WebSocket, socket, noise);
        return settings.Jlinx.Port is { } port
            ? [web, new Service(ServiceType.Tcp, new UriBuilder("tcp", url.IdnHost, port).Uri, noise)]
            : [web];
    }
}
