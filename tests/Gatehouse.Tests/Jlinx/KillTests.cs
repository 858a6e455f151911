using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Jlinx;

/// <summary>
/// SIGKILL at every step of every flow, of the server or of the customer's program. Whoever began goes on where they were, as a person
/// would; nothing happens twice, and nothing that was acknowledged is lost.
/// </summary>
public abstract class KillTests(Side side) : IAsyncLifetime
{
    /// <summary>From before the command has been heard to after it was carried out, on most machines.</summary>
    private static readonly TimeSpan[] Moments =
        [TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(400)];

    private KilledPair pair = null!;

    public async Task InitializeAsync() => pair = await KilledPair.StartAsync();

    public async Task DisposeAsync() => await pair.DisposeAsync();

    [Fact]
    [Meets("GH-SEC-337")]
    public async Task A_sign_up_goes_on_and_makes_one_account()
    {
        using var offered = pair.NewBrowser();
        var offer = await offered.PostAsync("/api/auth/jlinx/signup", "{}");
        await pair.KillAsync(side);
        await pair.Program.DoAsync("add", offer.Text("link")!, "--yes");
        await pair.KillAsync(side);
        await IsApprovedAsync(offered, offer);
        await pair.IsWholeAsync();

        var accounts = 1;
        foreach (var moment in Moments)
        {
            using var browser = pair.NewBrowser();
            offer = await browser.PostAsync("/api/auth/jlinx/signup", "{}");
            string[] add = ["add", offer.Text("link")!, "--yes"];
            if ((await pair.KillDuringAsync(side, moment, add)).Code != 0)
                await pair.Program.DoAsync(add);
            await IsApprovedAsync(browser, offer);
            await pair.IsWholeAsync(++accounts);
        }
    }

    [Fact]
    [Meets("GH-SEC-337")]
    public async Task A_yes_lets_one_browser_in_once()
    {
        using var first = pair.NewBrowser();
        await pair.JoinAsync(first);
        var sessions = await pair.CountAsync("sessions");
        await LogInAsync(async _ => await pair.KillAsync(side), (request, code) => ApproveAsync(request, code));
        await LogInAsync(_ => Task.CompletedTask, async (request, code) =>
        {
            await pair.KillAsync(side);
            Assert.Equal(request, await pair.RequestAsync(code)); // it wasn't lost
            await ApproveAsync(request, code);
            await pair.KillAsync(side);
        });
        foreach (var moment in Moments)
        {
            await LogInAsync(_ => Task.CompletedTask, async (request, code) =>
            {
                if ((await pair.KillDuringAsync(side, moment, "approve", request, "--code", code)).Code != 0)
                    await pair.Program.RunAsync("approve", request, "--code", code); // nothing is left of it if it was done
            });
        }
        await pair.IsWholeAsync();
        Assert.Equal(sessions + 2 + Moments.Length, await pair.CountAsync("sessions"));

        async Task LogInAsync(Func<string, Task> asked, Func<string, string, Task> answer)
        {
            using var browser = pair.NewBrowser();
            var begun = await AskAsync(browser);
            await asked(begun.Text("code")!);
            await answer(await pair.RequestAsync(begun.Text("code")!), begun.Text("code")!);
            await IsApprovedAsync(browser, begun);
            Assert.Equal("expired", await browser.WaitAsync(begun));
        }
    }

    [Fact]
    [Meets("GH-SEC-337")]
    public async Task A_no_stays_one()
    {
        using var first = pair.NewBrowser();
        await pair.JoinAsync(first);
        var sessions = await pair.CountAsync("sessions");
        await LogInAsync(async request =>
        {
            await pair.KillAsync(side);
            await pair.Program.DoAsync("reject", request);
            await pair.KillAsync(side);
        });
        foreach (var moment in Moments)
        {
            await LogInAsync(async request =>
            {
                if ((await pair.KillDuringAsync(side, moment, "reject", request)).Code != 0)
                    await pair.Program.RunAsync("reject", request); // nothing is left of it if it was done
            });
        }
        Assert.Equal(sessions, await pair.CountAsync("sessions"));
        await pair.IsWholeAsync();

        async Task LogInAsync(Func<string, Task> answer)
        {
            using var browser = pair.NewBrowser();
            var begun = await AskAsync(browser);
            await answer(await pair.RequestAsync(begun.Text("code")!));
            Assert.Equal("rejected", await browser.WaitAsync(begun));
            Assert.False(await browser.IsInAsync());
        }
    }

    [Fact]
    [Meets("GH-SEC-337")]
    public async Task A_login_link_is_good_once()
    {
        using var first = pair.NewBrowser();
        var account = await pair.JoinAsync(first);
        var sessions = await pair.CountAsync("sessions");
        var link = new Uri((await pair.Program.DoAsync("login", account, "--print")).GetProperty("url").GetString()!).PathAndQuery;
        await pair.KillAsync(side);
        using var browser = pair.NewBrowser();
        await Eventually.TrueAsync(async () =>
        {
            await browser.PostFormAsync(link);
            return await browser.IsInAsync();
        }, "a login by the link", KilledPair.Patience);
        await pair.KillAsync(side);
        using var other = pair.NewBrowser();
        await other.PostFormAsync(link);

        Assert.False(await other.IsInAsync());
        Assert.Equal(sessions + 1, await pair.CountAsync("sessions"));
        await pair.IsWholeAsync();
    }

    [Fact]
    [Meets("GH-SEC-327", "GH-SEC-337")]
    public async Task What_its_owner_destroys_stays_destroyed_on_both_sides()
    {
        foreach (var moment in Moments)
        {
            using var browser = pair.NewBrowser();
            var account = await pair.JoinAsync(browser);
            if ((await pair.KillDuringAsync(side, moment, "destroy", account, "--yes")).Code != 0)
                await pair.Program.RunAsync("destroy", account, "--yes"); // nothing is left of it if it was done
            await IsGoneAsync(browser);
        }
        using var last = pair.NewBrowser();
        await pair.Program.DoAsync("destroy", await pair.JoinAsync(last), "--yes");
        await pair.KillAsync(side);
        await IsGoneAsync(last);
    }

    [Fact]
    [Meets("GH-SEC-327", "GH-SEC-337")]
    public async Task What_is_deleted_at_the_server_ends_at_the_program_too()
    {
        using var browser = pair.NewBrowser();
        await pair.JoinAsync(browser);
        var opening = await browser.PostAsync("/api/auth/account/open", """{"via":"jlinx"}""");
        await pair.KillAsync(side);
        var code = opening.Text("code")!;
        await ApproveAsync(await pair.RequestAsync(code), code);
        await pair.KillAsync(side);
        var opened = await browser.ComeAsync(opening);
        Assert.Equal("approved", opened.Text("status"));

        (await browser.DeleteAsync("/api/auth/account", ("Account-Grant", opened.Text("grant")!))).IsOk();
        await pair.KillAsync(side);

        await IsGoneAsync(browser);
    }

    [Fact]
    [Meets("GH-SEC-327", "GH-SEC-337")]
    public async Task What_is_unlinked_at_the_server_ends_at_the_program_and_the_account_stays()
    {
        using var browser = pair.NewBrowser();
        await KilledPair.JoinByMailAsync(browser);
        var opened = await browser.PostAsync("/api/auth/account/open", """{"password":"correct horse battery"}""");
        var grant = ("Account-Grant", opened.Text("grant")!);
        var offer = await browser.PostAsync("/api/auth/account/identities", """{"via":"jlinx"}""", grant);
        await pair.KillAsync(side);
        await pair.Program.DoAsync("add", offer.Text("link")!, "--yes");
        await pair.KillAsync(side);
        Assert.Equal("approved", await browser.WaitAsync(offer));
        await pair.IsWholeAsync();

        var identity = (await browser.GetAsync("/api/auth/account", grant)).Json.GetProperty("identities")[0];
        (await browser.DeleteAsync($"/api/auth/account/identities/{identity.GetProperty("id").GetString()}", grant)).IsOk();
        await pair.KillAsync(side);

        await IsEndedAsync();
        Assert.Equal(1, await pair.CountAsync("accounts"));
        Assert.Equal(0, await pair.CountAsync("identities"));
        Assert.True(await browser.IsInAsync());
    }

    private async Task<Answer> AskAsync(PlainBrowser browser)
    {
        var id = (await pair.Program.DoAsync("accounts")).EnumerateArray().Last().GetProperty("id").GetString();
        var asked = await browser.PostAsync("/api/auth/jlinx/login", $$"""{"identifier":"{{id}}"}""");
        asked.IsOk();
        return asked;
    }

    private async Task ApproveAsync(string request, string code) => await pair.Program.DoAsync("approve", request, "--code", code);

    private static async Task IsApprovedAsync(PlainBrowser browser, Answer begun)
    {
        Assert.Equal("approved", await browser.WaitAsync(begun));
        Assert.True(await browser.IsInAsync());
    }

    private async Task IsGoneAsync(PlainBrowser browser)
    {
        await IsEndedAsync();
        Assert.Equal(0, await pair.CountAsync("accounts"));
        Assert.Equal(0, await pair.CountAsync("sessions"));
        Assert.False(await browser.IsInAsync());
    }

    private async Task IsEndedAsync()
    {
        await Eventually.TrueAsync(async () => await pair.CountAsync("jlinx_pairs", "state <> 'ended'") == 0, "the end of the pair", KilledPair.Patience);
        await Eventually.TrueAsync(
            async () => (await pair.StatesAsync()).All(state => state == "Destroyed"), "the end at the program", KilledPair.Patience);
        Assert.Equal(0, await pair.CountAsync("core_evidence"));
        Assert.Equal(0, await pair.CountAsync("jlinx_pairs", "length(secrets) > 0"));
    }
}

public sealed class KilledServerTests() : KillTests(Side.Server);

public sealed class KilledProgramTests() : KillTests(Side.Program);
