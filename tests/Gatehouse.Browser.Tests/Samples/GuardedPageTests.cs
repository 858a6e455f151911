using Gatehouse.Browser.Tests.Support;
using Gatehouse.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Gatehouse.Browser.Tests.Samples;

/// <summary>The panel in a page of an application that has Gatehouse in it.</summary>
public sealed class GuardedPageTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gatehouse-guarded-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Who_signs_up_in_the_applications_own_page_passes_its_guard()
    {
        var port = ServerProcess.FreePort();
        var site = new Uri($"http://127.0.0.1:{port}");
        await using var sample = await ServerProcess.StartSampleAsync("Guarded.dll", folder, port, $"PublicUrl={site}");
        var visitor = await Visitor.ComeAsync(site, new Look());
        await visitor.GoAsync("/");
        var panel = new Panel(visitor.Page.Locator("gatehouse-panel"));
        await panel.ShowAsync("signup");
        await panel.SignUpAsync("ada@example.com", "Ada");
        await panel.SaysAsync(Panel.CheckMail);

        var tab = await visitor.NewTabAsync();
        await tab.GoAsync(await LinkAsync(sample));
        await tab.FillAsync(Labels.Password, App.Password);
        await tab.PressAsync(Labels.Finish);
        await tab.IsOnAsync("Guarded"); // the application's own page is its home

        await panel.SaysAsync("You are logged in as Ada.");
        await visitor.FollowAsync("Who am I?");
        await Expect(visitor.Page.Locator("body")).ToHaveTextAsync("Hello, Ada.");
        await tab.Page.ReloadAsync();
        var other = new Panel(tab.Page.Locator("gatehouse-panel"));
        await other.Button(Labels.LogOut).ClickAsync();
        await Expect(other.Field("username")).ToBeVisibleAsync();
        await visitor.GoAsync("/me");
        await visitor.IsOnAsync(Labels.LogIn);
        await visitor.LeaveAsync();
        Assert.Empty(visitor.Watch.Complaints);
    }

    private static async Task<string> LinkAsync(ServerProcess sample)
    {
        var mailbox = await Eventually.AnswerAsync(
            () => sample.GetAsync("/dev/mail.json"), answer => answer.Json.GetProperty("mails").GetArrayLength() > 0);
        return mailbox.Json.GetProperty("mails")[0].GetProperty("links")[0].GetString()!;
    }
}
