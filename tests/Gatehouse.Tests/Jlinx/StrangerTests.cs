using System.Security.Cryptography;
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

/// <summary>What those can do who know somebody's ids, or guess somebody's password.</summary>
public abstract class StrangerTests(StoreKind kind) : JlinxTests
{
    [Fact]
    [Meets("GH-SEC-324", "GH-SEC-330")]
    public async Task Who_names_somebodys_Did_as_theirs_keeps_its_owner_out_no_moment()
    {
        await using var store = await Store.CreateAsync(kind);
        var clock = new FakeClock();
        var first = await App.StartOnAsync(store, clock);
        var (owner, _) = await JoinAsync(first, NewBrowser(first));
        await using var _1 = owner;
        await owner.DisconnectAsync();
        await first.DisposeAsync();
        await using var app = await App.StartOnAsync(store, clock);
        using var noise = KeyPair.Generate();
        using var signer = KeyPair.Generate();
        using var key = DocumentKey.Generate();
        await using var stranger = new Replicator(noise);
        var claimed = await Core.CreateAsync(new MemoryCoreStore(), signer);
        await claimed.AppendAsync(HeaderCodec.Write(new Header
        {
            DocType = DocType.AppAccount,
            Created = TimeProvider.System.GetUtcNow(),
            Nonce = RandomNumberGenerator.GetBytes(Header.NonceBytes),
            Author = new DocumentId(owner.Did.Key),
            Encryption = key.PublicKey,
            Ref = new DocumentRef(new DocumentId(owner.AppUser.Key), (await owner.AppUser.ReadHeadAsync())!.Value),
        }, claimed.Key, signer));
        stranger.Add(claimed);
        await using var dialler = Dialler.WebSocket(
            stranger, new UriBuilder(app.Address) { Scheme = "ws", Path = "/jlinx/replicate" }.Uri);
        (await app.PostAsync(Accounts, Holder.Json("app_account", new DocumentId(claimed.Key).ToString()))).IsOk();
        await Eventually.TrueAsync(() => Task.FromResult(claimed.ClaimedLength is not null));
        await Eventually.TrueAsync(() => Task.FromResult(stranger.PeersOf(claimed) == 0)); // it was looked at, and is no more

        owner.Connect(new UriBuilder(app.Address) { Scheme = "ws", Path = "/jlinx/replicate" }.Uri);
        var browser = NewBrowser(app);
        var asked = await AskAsync(browser, owner.Id);
        await owner.ApproveAsync(await owner.NextAsync<SessionRequested>());

        Assert.Equal("approved", (await WaitAsync(browser, asked.Text("ticket")!)).Text("status"));
        await owner.DisconnectAsync();
    }

    [Fact]
    [Meets("GH-SEC-330")]
    public async Task A_document_longer_than_any_that_has_just_begun_is_left_where_it_is()
    {
        await using var app = await App.StartAsync(kind);
        using var noise = KeyPair.Generate();
        using var signer = KeyPair.Generate();
        await using var stranger = new Replicator(noise);
        var huge = await Core.CreateAsync(new MemoryCoreStore(), signer);
        await huge.AppendAsync([.. Enumerable.Repeat<ReadOnlyMemory<byte>>(new byte[8], 65)]);
        stranger.Add(huge);
        await using var dialler = Dialler.WebSocket(
            stranger, new UriBuilder(app.Address) { Scheme = "ws", Path = "/jlinx/replicate" }.Uri);

        (await app.PostAsync(Accounts, Holder.Json("app_account", new DocumentId(huge.Key).ToString()))).IsOk();

        await Eventually.TrueAsync(() => Task.FromResult(huge.ClaimedLength is not null));
        await Eventually.TrueAsync(() => Task.FromResult(stranger.PeersOf(huge) == 0));
        Assert.Equal(0UL, huge.ClaimedLength); // nothing of it was taken
    }

    [Fact]
    [Meets("GH-SEC-335")]
    public async Task Of_wrong_passwords_the_record_tells_once_a_day_that_somebody_tries_many()
    {
        await using var app = await App.StartAsync(kind, ("RateLimits:Enabled", "true"), ("RateLimits:Login:Permits", "2"));
        var person = await app.JoinAsync(App.NewEmail());
        await using var holder = await LinkAsync(app, NewBrowser(app).As(person));
        for (var siege = 0; siege < 2; siege++)
        {
            for (var guess = 0; guess < 3; guess++)
                await app.LogInAsync(person.Email, "wrong wrong wrong");
            app.Clock.Advance(TimeSpan.FromMinutes(20));
        }
        await Eventually.TrueAsync(async () =>
            await app.Store.CountAsync("security_events", "type = 'log_in_failed' AND detail = 'blocked'") == 2);
        app.Clock.Advance(TimeSpan.FromHours(1));
        (await app.LogInAsync(person.Email)).IsOk();
        app.Clock.Advance(TimeSpan.FromSeconds(11));

        var told = new List<string>();
        for (var last = ""; last != "logged_in" || !told.Contains("identity_linked"); told.Add(last))
            last = (await holder.NextAsync<SecurityEvent>()).Body.Event;

        Assert.Single(told, "log_in_failed");
    }

    [Fact]
    [Meets("GH-SEC-315")]
    public async Task Two_histories_of_our_own_document_are_told_and_end_what_it_has_opened()
    {
        await using var store = await Store.CreateAsync(kind);
        var clock = new FakeClock();
        var first = await App.StartOnAsync(store, clock);
        var (holder, _) = await JoinAsync(first, NewBrowser(first));
        await using var _1 = holder;
        await holder.DisconnectAsync();
        await first.DisposeAsync();
        await store.AskAsync("UPDATE cores SET frozen = 1 WHERE core_key IN (SELECT app_user FROM jlinx_pairs)");
        await using var app = await App.StartOnAsync(store, clock);

        holder.Connect(new UriBuilder(app.Address) { Scheme = "ws", Path = "/jlinx/replicate" }.Uri);
        await holder.AppendAsync(new SetProfile("Ada"));

        await Eventually.TrueAsync(async () => await store.CountAsync("jlinx_pairs", "state = 'contradicted'") == 1);
        Assert.Equal(0, await store.CountAsync("sessions"));
        Assert.Equal(1, await store.CountAsync("security_events", "type = 'identity_frozen'"));
        await holder.DisconnectAsync();
    }

    [Fact]
    [Meets("GH-SEC-012")]
    public void Who_waits_for_a_pair_with_one_ticket_fills_no_other()
    {
        var waiters = new Waiters();
        var many = Enumerable.Range(0, 32).Select(_ => waiters.Listen("pair", "one")).ToList();

        Assert.DoesNotContain(null, many);
        Assert.Null(waiters.Listen("pair", "one"));
        using var other = waiters.Listen("pair", "other");
        Assert.NotNull(other);
        var news = other.NextAsync();
        waiters.Wake("pair");
        Assert.True(news.IsCompleted);
        many.ForEach(listener => listener!.Dispose());
        using var again = waiters.Listen("pair", "one");
        Assert.NotNull(again);
    }
}

public sealed class StrangerOnSqlite() : StrangerTests(StoreKind.Sqlite);

public sealed class StrangerOnPostgres() : StrangerTests(StoreKind.Postgres);
