using System.Net;
using System.Security.Cryptography;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Jlinx;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Names;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Jlinx;

/// <summary>Links by which the customer's program opens the site.</summary>
public abstract class LoginLinkTests(StoreKind kind) : JlinxTests
{
    private const string Site = "http://localhost:8080";

    [Fact]
    [Meets("GH-SEC-337")]
    public async Task Of_sixteen_that_open_one_link_one_is_in_and_the_program_is_told()
    {
        await using var app = await App.StartAsync(kind);
        var (holder, joined) = await JoinAsync(app, NewBrowser(app));
        await using var _1 = holder;
        var (path, said) = await AnnounceAsync(holder);
        var browsers = Enumerable.Range(0, 16).Select(_ => NewBrowser(app)).ToArray();

        var answers = await App.AtOnceAsync(16, i => browsers[i].PostFormAsync(path));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.SeeOther);
        Assert.Equal(15, answers.Count(answer => answer.Status == HttpStatusCode.Gone));
        Assert.Equal(2, await app.Store.CountAsync("sessions", $"account_id = '{joined.Text("account", "id")}'"));
        Assert.Equal(said.TokenHash, (await holder.NextAsync<RedeemedOnetimeLoginLink>()).Body.TokenHash);
        Assert.Single(browsers, browser => browser.HasSession);
    }

    [Theory]
    [InlineData("fetched", true)]
    [InlineData("late", false)]
    [InlineData("of another origin", false)]
    [InlineData("never announced", false)]
    [InlineData("taken back", false)]
    [InlineData("its identity is gone", false)]
    [Meets("GH-SEC-337", "GH-SEC-338")]
    public async Task A_link_is_good_for_two_minutes_here_and_until_it_is_taken_back(string what, bool isGood)
    {
        await using var app = await App.StartAsync(kind);
        var (holder, _) = await JoinAsync(app, NewBrowser(app));
        await using var _1 = holder;
        var (path, said) = await AnnounceAsync(holder, what == "of another origin" ? "https://elsewhere.example" : Site);
        await HeardAsync(app, holder);
        var browser = NewBrowser(app);
        switch (what)
        {
            case "fetched":
                (await NewBrowser(app).GetAsync(path)).IsOk();
                break;
            case "late":
                app.Clock.Advance(TimeSpan.FromMinutes(2));
                break;
            case "never announced":
                path = PathOf(RandomNumberGenerator.GetBytes(32));
                break;
            case "taken back":
                await holder.AppendAsync(new SessionEnded(said.Id));
                await HeardAsync(app, holder);
                break;
            case "its identity is gone":
                await holder.AppendAsync(new DestroyedAccount());
                await HeardAsync(app, holder);
                break;
        }

        var answer = await browser.PostFormAsync(path);

        Assert.Equal(isGood ? HttpStatusCode.SeeOther : HttpStatusCode.Gone, answer.Status);
        Assert.Equal(isGood, browser.HasSession);
        Assert.Equal(isGood ? 2 : what == "its identity is gone" ? 0 : 1, await app.Store.CountAsync("sessions"));
    }

    private static async Task<(string Path, (string Id, Bytes32 TokenHash) Said)> AnnounceAsync(Holder holder, string site = Site)
    {
        Assert.True(WebOrigin.TryParse(site, out var origin));
        var token = RandomNumberGenerator.GetBytes(32);
        var said = DocumentEvent.New(TimeProvider.System, new GeneratedOnetimeLoginLink(Labels.LoginToken(token), origin));
        await holder.AppendAsync(said);
        return (PathOf(token), (said.Id, Labels.LoginToken(token)));
    }

    private static string PathOf(byte[] token) => $"/auth/jlinx/open/{System.Buffers.Text.Base64Url.EncodeToString(token)}";
}

public sealed class LoginLinkOnSqlite() : LoginLinkTests(StoreKind.Sqlite);

public sealed class LoginLinkOnPostgres() : LoginLinkTests(StoreKind.Postgres);
