using System.Security.Cryptography;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Names;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Jlinx;

/// <summary>What many do, or what two do at once, is no harm to others.</summary>
public abstract class FloodTests(StoreKind kind) : JlinxTests
{
    [Fact]
    [Meets("GH-SEC-330")]
    public async Task Requests_for_whom_nobody_is_there_keep_no_other_from_being_asked()
    {
        await using var app = await App.StartAsync(kind);
        var (away, _) = await JoinAsync(app, NewBrowser(app));
        await away.DisconnectAsync();
        await using var _1 = away;
        await AskAsync(NewBrowser(app), away.Id);
        await app.Store.AskAsync("UPDATE jlinx_tickets SET sent = 0 WHERE purpose = 'log_in'");
        for (var number = 0; number < 150; number++)
        {
            await app.Store.AskAsync($"""
                INSERT INTO jlinx_tickets (hash, browser, purpose, status, pair_id, subject, request_id, nonce, code, place, client, sent,
                    account_length, session_id, epoch, invite_id, account_id, language, created_at, expires_at)
                SELECT {Blob($"hash {number}")}, browser, purpose, status, id, 'other {number}', 'request {number}', nonce, code, place, client, 0,
                    0, session_id, epoch, invite_id, account_id, language, t.created_at - 1000, t.expires_at
                FROM jlinx_tickets t, (SELECT 'nobody' AS id) p WHERE t.purpose = 'log_in' AND t.request_id NOT LIKE 'request %'
                """);
        }
        var (holder, _) = await JoinAsync(app, NewBrowser(app));
        await using var _2 = holder;
        var browser = NewBrowser(app);

        var asked = await AskAsync(browser, holder.Id);

        await holder.ApproveAsync(await holder.NextAsync<SessionRequested>());
        Assert.Equal("approved", (await WaitAsync(browser, asked.Text("ticket")!)).Text("status"));
    }

    [Fact]
    [Meets("GH-SEC-330")]
    public async Task Ids_of_documents_that_nobody_shows_keep_no_real_one_out()
    {
        await using var app = await App.StartAsync(kind, ("RateLimits:Enabled", "false"));
        for (var number = 0; number < 320; number++)
        {
            using var nobody = KeyPair.Generate();
            var id = new DocumentId(Gatehouse.Hypercore.Manifests.Manifest.SignedBy(nobody.PublicKey).Key);
            (await app.PostAsync(Accounts, Holder.Json("app_account", id.ToString()))).IsOk();
        }

        var (holder, _) = await JoinAsync(app, NewBrowser(app));

        await holder.DisposeAsync();
    }

    [Fact]
    [Meets("GH-SEC-327")]
    public async Task An_end_that_comes_after_the_identity_was_taken_away_deletes_no_account()
    {
        await using var app = await App.StartAsync(kind);
        var person = await app.JoinAsync(App.NewEmail());
        await using var holder = await LinkAsync(app, NewBrowser(app).As(person));
        var services = app.Services.GetRequiredService<PairServices>();
        var id = (string)(await app.Store.AskAsync("SELECT id FROM jlinx_pairs"))!;
        var read = (await services.Database.ReadAsync(db => Pairs.FindAsync(db, id), CancellationToken.None))!; // before, as it was
        await services.Database.TransactAsync(async db =>
        {
            await Gatehouse.Accounts.Identities.DeleteAsync(db, person.AccountId, read.IdentityId!);
            return true;
        }, CancellationToken.None);

        var outcome = await services.Database.TransactAsync(
            db => BlockEffects.ApplyAsync(
                db, read, (ulong)read.AccountRead, DocumentEvent.New(services.Clock, new DestroyedAccount()), read.Secrets, services),
            CancellationToken.None);

        Assert.Equal(BlockOutcome.Elsewhere, outcome);
        Assert.Equal(1, await app.Store.CountAsync("accounts"));
        await holder.NextAsync<DestroyedAccount>(); // by the unlinking
    }

    [Fact]
    public async Task An_account_with_an_address_outlives_its_only_identity()
    {
        await using var app = await App.StartAsync(kind);
        var browser = NewBrowser(app);
        var (holder, _) = await JoinAsync(app, browser);
        await using var _1 = holder;
        await app.Store.AskAsync("UPDATE accounts SET email = 'ada@example.com', email_key = 'ada@example.com'");

        await holder.AppendAsync(new DestroyedAccount());

        await Eventually.TrueAsync(async () => await app.Store.CountAsync("identities") == 0);
        Assert.Equal(1, await app.Store.CountAsync("accounts"));
        await IsGuestAsync(browser);
    }

    private string Blob(string text)
    {
        var hex = Convert.ToHexString(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));
        return kind == StoreKind.Sqlite ? $"X'{hex}'" : $"'\\x{hex}'::bytea";
    }
}

public sealed class FloodOnSqlite() : FloodTests(StoreKind.Sqlite);

public sealed class FloodOnPostgres() : FloodTests(StoreKind.Postgres);
