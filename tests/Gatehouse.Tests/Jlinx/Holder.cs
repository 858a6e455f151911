using System.Security.Cryptography;
using System.Text.Json;
using Gatehouse.Hypercore;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Hypercore.Replication;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Transports;
using Gatehouse.Jlinx;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Jlinx.Envelopes;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Jlinx;

/// <summary>
/// Somebody with an identity of their own: the customer's side of the documents, over a real WebSocket, in as few words as tests need. It
/// does what it is told, also what no honest program would.
/// </summary>
internal sealed class Holder : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly KeyPair noise = KeyPair.Generate();
    private readonly Uri socket;
    private readonly SemaphoreSlim gate = new(1);
    private Replicator replicator;
    private Dialler dialler;
    private ulong read = 1;
    private bool isDisconnected;

    public Holder(App app, SignUpLink link)
    {
        Link = link;
        socket = new UriBuilder(app.Address) { Scheme = "ws", Path = "/jlinx/replicate" }.Uri;
        replicator = new Replicator(noise);
        dialler = Dialler.WebSocket(replicator, socket);
    }

    public SignUpLink Link { get; }

    public KeyPair Signer { get; init; } = KeyPair.Generate();

    public KeyPair Author { get; init; } = KeyPair.Generate();

    public DocumentKey Key { get; init; } = DocumentKey.Generate();

    public KeyPair Successor { get; } = KeyPair.Generate();

    /// <summary>The time that its events tell.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    public MemoryCoreStore Store { get; } = new();

    public Core AppUser { get; private set; } = null!;

    public Core Account { get; private set; } = null!;

    public Core Did { get; private set; } = null!;

    public PairState Keys { get; private set; } = null!;

    /// <summary>What is shown to be pasted.</summary>
    public string Id => new DocumentId(Account.Key).ToString();

    public static SignUpLink LinkOf(Answer offer) =>
        SignUpLink.TryParse(offer.Text("link"), out var link) ? link : throw new InvalidOperationException("No link.");

    /// <summary>Takes an offer, up to the point where the app is told.</summary>
    public async Task<Holder> TakeAsync(Func<Taking, Taking>? change = null)
    {
        AppUser = await Core.OpenAsync(Store, Link.AppUser.Key);
        replicator.Add(AppUser);
        Assert.True(HeaderCodec.TryRead((await AppUser.GetAsync(0).AsTask().WaitAsync(Patience)).Span, AppUser.Key, out var offer));
        Did = await Core.CreateAsync(Store, Author);
        Account = await Core.CreateAsync(Store, Signer);
        var head = await AppUser.ReadHeadAsync();
        var taking = new Taking
        {
            Origin = offer.Header.App!.Origin,
            Secret = Link.Secret,
            Ref = new DocumentRef(new DocumentId(AppUser.Key), head!.Value),
            Author = new DocumentId(Did.Key),
            Prover = Author,
            Name = "Ada",
        };
        taking = change?.Invoke(taking) ?? taking;
        await Did.AppendAsync(HeaderCodec.Write(HeaderOf(DocType.Did) with
        {
            Author = new DocumentId(Did.Key),
            NextKeyHash = Labels.NextKey(Successor.PublicKey),
            Previous = taking.PreviousDid,
        }, Did.Key, Author));
        Keys = PairState.Begin(Party.Customer, AppUser.Key, Account.Key, Key, offer.Header.Encryption!.Value)!;
        var blocks = new List<ReadOnlyMemory<byte>>
        {
            HeaderCodec.Write(HeaderOf(DocType.AppAccount) with
            {
                Author = taking.Author,
                Encryption = Key.PublicKey,
                Ref = taking.Ref,
                Previous = taking.Previous,
            }, Account.Key, taking.Prover),
            Keys.Seal(1, Encode(new AccountAccepted(taking.Origin, taking.Secret))),
        };
        if (taking.Name is not null)
            blocks.Add(Keys.Seal(2, Encode(new SetProfile(taking.Name))));
        await Account.AppendAsync(blocks);
        replicator.Add(Did);
        replicator.Add(Account);
        return this;
    }

    /// <summary>Says something about itself, for everybody to read.</summary>
    public async Task SayInDidAsync(EventBody body) => await Did.AppendAsync(Encode(body));

    /// <summary>Waits for the next event of that type in the AppUser; those before it are passed.</summary>
    public async Task<(DocumentEvent Event, T Body, ReadOnlyMemory<byte> Block)> NextAsync<T>(TimeSpan? patience = null)
        where T : EventBody
    {
        using var limit = new CancellationTokenSource(patience ?? Patience);
        while (true)
        {
            var block = await AppUser.GetAsync(read, limit.Token);
            if (!Keys.TryOpen(read, block.Span, out var json, out var next))
                throw new InvalidOperationException($"Block {read} doesn't open.");
            Keys = next;
            read++;
            if (!DocumentEvent.TryRead(json, DocType.AppUser, out var found))
                throw new InvalidOperationException("Not an event: " + System.Text.Encoding.UTF8.GetString(json));
            if (found.Body is Rekey rekey && Keys.TryTake(rekey, out var renewed))
                Keys = renewed;
            if (found.Body is T body)
                return (found, body, block);
        }
    }

    public Task AppendAsync(EventBody body) => AppendAsync(DocumentEvent.New(Clock, body));

    public async Task AppendAsync(DocumentEvent said) =>
        await AppendRawAsync(Keys.Seal(Account.Length, said.Encode()));

    public async Task AppendRawAsync(ReadOnlyMemory<byte> block)
    {
        await gate.WaitAsync();
        try
        {
            await Account.AppendAsync(block);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Says yes; <paramref name="change"/> says something else.</summary>
    public async Task ApproveAsync(
        (DocumentEvent Event, SessionRequested Body, ReadOnlyMemory<byte> Block) asked, Func<SessionApproved, SessionApproved>? change = null)
    {
        var head = await AppUser.ReadHeadAsync();
        var approved = new SessionApproved(
            asked.Event.Id, Labels.Block(asked.Block.Span), asked.Body.Nonce, asked.Body.Origin, asked.Body.Expires, asked.Body.Code,
            head!.Value);
        await AppendAsync(change?.Invoke(approved) ?? approved);
    }

    public Task RejectAsync((DocumentEvent Event, SessionRequested Body, ReadOnlyMemory<byte> Block) asked, bool block = false) =>
        AppendAsync(new SessionRejected(asked.Event.Id, Labels.Block(asked.Block.Span), block));

    /// <summary>Offers new keys.</summary>
    public async Task RekeyAsync()
    {
        var (rekey, next) = Keys.Renew();
        await AppendAsync(rekey);
        Keys = next;
    }

    /// <summary>Writes another end to the same document, and shows both: one key, two histories.</summary>
    public async Task<Holder> ForkAsync(App app)
    {
        var store = new MemoryCoreStore();
        var twin = await Core.CreateAsync(store, Signer);
        var copies = new List<ReadOnlyMemory<byte>>();
        for (var i = 0UL; i < Account.Length; i++)
            copies.Add(await Account.GetAsync(i));
        await twin.AppendAsync(copies);
        await twin.AppendAsync(Keys.Seal(twin.Length, Encode(new SetProfile("One"))));
        await AppendAsync(new SetProfile("Other"));
        await HeardAsync(app);
        await twin.AppendAsync(Keys.Seal(twin.Length, Encode(new SetProfile("Two"))));
        var fork = new Holder(app, Link) { Signer = Signer, Author = Author, AppUser = AppUser, Account = twin, Did = Did, Keys = Keys };
        fork.replicator.Add(twin);
        return fork;
    }

    private Task HeardAsync(App app) => Eventually.TrueAsync(async () =>
        await app.Store.CountAsync("jlinx_pairs", $"account_read >= {Account.Length}") > 0);

    public async Task DisconnectAsync()
    {
        if (isDisconnected)
            return;
        isDisconnected = true;
        await dialler.DisposeAsync();
        await replicator.DisposeAsync();
    }

    public void Connect(Uri? to = null)
    {
        isDisconnected = false;
        replicator = new Replicator(noise);
        foreach (var core in new[] { AppUser, Account, Did })
            replicator.Add(core);
        dialler = Dialler.WebSocket(replicator, to ?? socket);
    }

    public async ValueTask DisposeAsync()
    {
        await DisconnectAsync();
        Keys?.Dispose();
    }

    public static byte[] Encode(EventBody body) => DocumentEvent.New(TimeProvider.System, body).Encode();

    public static string Json(string name, string value) => $$"""{"{{name}}":"{{JsonEncodedText.Encode(value)}}"}""";

    private static Header HeaderOf(DocType type) => new()
    {
        DocType = type,
        Created = TimeProvider.System.GetUtcNow(),
        Nonce = RandomNumberGenerator.GetBytes(Header.NonceBytes),
        Author = default,
    };

    /// <summary>What an honest program writes, to be changed.</summary>
    internal sealed record Taking
    {
        public required WebOrigin Origin { get; init; }

        public required ReadOnlyMemory<byte>? Secret { get; init; }

        public required DocumentRef Ref { get; init; }

        public required DocumentId Author { get; init; }

        public required KeyPair Prover { get; init; }

        public required string? Name { get; init; }

        public DocumentId? Previous { get; init; }

        public DocumentId? PreviousDid { get; init; }
    }
}
