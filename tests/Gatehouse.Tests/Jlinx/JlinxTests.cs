using System.Net;
using Gatehouse.Jlinx.Events;
using Gatehouse.Tests.SocialLogin;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Jlinx;

/// <summary>What the tests of identities of one's own begin with.</summary>
public abstract class JlinxTests
{
    internal const string SignUp = "/api/auth/jlinx/signup";
    internal const string LogIn = "/api/auth/jlinx/login";
    internal const string Accounts = "/api/auth/jlinx/accounts";

    internal static Traveller NewBrowser(App app) => new(app, null!);

    internal static async Task<Answer> OfferAsync(Traveller browser, string body = "{}")
    {
        var offer = await browser.PostAsync(SignUp, body);
        offer.IsOk();
        return offer;
    }

    internal static Task<Answer> WaitAsync(Traveller browser, string ticket, int seconds = 20) =>
        browser.GetAsync($"/api/auth/jlinx/tickets/{ticket}?wait={seconds}");

    /// <summary>Signs up, and in: the holder's program has posted its document, the browser has the session.</summary>
    internal static async Task<(Holder Holder, Answer Session)> JoinAsync(
        App app, Traveller browser, Func<Holder.Taking, Holder.Taking>? change = null)
    {
        var offer = await OfferAsync(browser);
        var holder = await new Holder(app, Holder.LinkOf(offer)).TakeAsync(change);
        (await app.PostAsync(Accounts, Holder.Json("app_account", holder.Id))).IsOk();
        var session = await WaitAsync(browser, offer.Text("ticket")!);
        session.IsOk();
        Assert.Equal("approved", session.Text("status"));
        await holder.NextAsync<AccountOpened>();
        return (holder, session);
    }

    internal static async Task<Answer> AskAsync(Traveller browser, string identifier)
    {
        var asked = await browser.PostAsync(LogIn, Holder.Json("identifier", identifier));
        asked.IsOk();
        return asked;
    }

    /// <summary>Waits until what was said in a document has been heard.</summary>
    internal static Task HeardAsync(App app, Holder holder) => Eventually.TrueAsync(async () =>
        await app.Store.CountAsync("jlinx_pairs", $"account_read >= {holder.Account.Length} OR state <> 'bound'") > 0);

    internal static async Task IsGuestAsync(Traveller browser) =>
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/auth/session")).Status);

    /// <summary>Adds an identity to the account that the browser is logged in to.</summary>
    internal static async Task<Holder> LinkAsync(App app, Traveller browser)
    {
        var offer = await browser.PostAsync("/api/auth/account/identities", Holder.Json("via", "jlinx"), await GrantAsync(browser));
        offer.IsOk();
        var holder = await new Holder(app, Holder.LinkOf(offer)).TakeAsync();
        (await app.PostAsync(Accounts, Holder.Json("app_account", holder.Id))).IsOk();
        Assert.Equal("approved", (await WaitAsync(browser, offer.Text("ticket")!)).Text("status"));
        await holder.NextAsync<AccountOpened>();
        return holder;
    }

    internal static async Task<(string Name, string Value)> GrantAsync(Traveller browser)
    {
        var opened = await browser.PostAsync("/api/auth/account/open", Holder.Json("password", App.Password));
        opened.IsOk();
        return ("Account-Grant", opened.Text("grant")!);
    }
}
