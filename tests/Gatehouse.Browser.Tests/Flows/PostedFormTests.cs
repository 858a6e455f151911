using Gatehouse.Browser.Tests.Support;
using Gatehouse.Tests.Support;
using Microsoft.Playwright;

namespace Gatehouse.Browser.Tests.Flows;

/// <summary>A form that is sent is sent once, whatever impatient or doubtful hands do.</summary>
public sealed class PostedFormTests(Site site) : VisitorTests(site)
{
    [Theory, WithAndWithoutScript]
    public async Task Going_back_and_on_or_reloading_does_not_send_it_again(bool script)
    {
        var ada = await Site.JoinAsync("Ada");
        var visitor = await VisitAsync(ada, script);
        await visitor.GoAsync("/auth/users");
        await visitor.UnfoldAsync(Labels.AddAUser);
        await visitor.FillInAsync((Labels.Name, "Grace"), (Labels.AccountPassword, App.Password));
        await visitor.PressAsync(Labels.AddUser);
        await visitor.SeesAsync(Labels.UserAdded);
        await visitor.Page.ReloadAsync();
        await visitor.SeesAsync("Grace");
        await visitor.Page.GoBackAsync();
        await visitor.IsOnAsync(Labels.WhoIsIt);
        await visitor.Page.GoForwardAsync();
        await visitor.SeesAsync("Grace");

        var users = (await ada.GetAsync("/api/auth/users")).Json.GetProperty("users");
        Assert.Equal(2, users.GetArrayLength());
    }

    [Fact]
    public async Task A_double_click_signs_up_once()
    {
        var email = App.NewEmail();
        await using var way = TcpProxy.To("127.0.0.1", Site.App.Address.Port);
        var visitor = await VisitByAsync(way, new Look());
        await visitor.GoAsync("/auth/signup");
        await visitor.FillInAsync((Labels.Email, email), (Labels.Password, App.Password));
        await DoubleClickAsync(visitor.Button(Labels.SignUp), way);
        await visitor.IsOnAsync(Labels.CheckEmail);
        await Site.App.MailsSettledAsync();

        Assert.Single(await Site.App.MailsAsync(email));
    }

    [Fact]
    public async Task A_double_click_adds_a_user_once()
    {
        var ada = await Site.JoinAsync("Ada");
        await using var way = TcpProxy.To("127.0.0.1", Site.App.Address.Port);
        var visitor = await VisitByAsync(way, new Look());
        await visitor.TakeSessionAsync(ada);
        await visitor.GoAsync("/auth/users");
        await visitor.UnfoldAsync(Labels.AddAUser);
        await visitor.FillInAsync((Labels.Name, "Grace"), (Labels.AccountPassword, App.Password));
        await DoubleClickAsync(visitor.Button(Labels.AddUser), way);
        await visitor.SeesAsync("Grace");

        var users = (await ada.GetAsync("/api/auth/users")).Json.GetProperty("users");
        Assert.Equal(2, users.GetArrayLength());
    }

    /// <summary>Without JavaScript nobody stops the second click. Its mail is one too many, its account is not.</summary>
    [Fact]
    public async Task A_double_click_without_a_script_makes_one_account_all_the_same()
    {
        var email = App.NewEmail();
        await using var way = TcpProxy.To("127.0.0.1", Site.App.Address.Port);
        var visitor = await VisitByAsync(way, new Look { Script = false });
        visitor.Watch.Expect(410);
        await visitor.GoAsync("/auth/signup");
        await visitor.FillInAsync((Labels.Email, email), (Labels.Password, App.Password));
        await DoubleClickAsync(visitor.Button(Labels.SignUp), way);
        await visitor.IsOnAsync(Labels.CheckEmail);
        way.Pass();
        await Site.App.MailsSettledAsync();
        var links = (await Site.App.MailsAsync(email)).Select(mail => mail.Token).ToArray();
        Assert.InRange(links.Length, 1, 2);

        (await Site.App.VerifyAsync(links[0])).IsOk();
        foreach (var link in links)
        {
            await visitor.GoAsync("/auth/mail/verify/" + link);
            await visitor.IsOnAsync(Labels.LinkGone);
        }
    }

    /// <summary>The first form has reached us, and its answer not yet the browser, when the button is pressed again.</summary>
    private static async Task DoubleClickAsync(ILocator button, TcpProxy way)
    {
        way.SlowAnswers(TimeSpan.FromSeconds(1));
        await button.DblClickAsync(new() { Delay = 150 });
    }
}
