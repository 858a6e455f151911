using Gatehouse.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gatehouse.Browser.Tests.Support;

/// <summary>Somebody with a browser: does what a person can see and do. Things are found by what they are called.</summary>
internal sealed class Visitor
{
    private const int MostStops = 50;

    /// <summary>Names the element with the focus when nothing around it shows that, or it is out of sight.</summary>
    private const string UnseenFocus = """
        () => {
          const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
          const { top, bottom } = document.activeElement.getBoundingClientRect();
          const seen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && bottom > 0 && top < innerHeight;
          return seen || document.activeElement === document.body ? "" : document.activeElement.outerHTML;
        }
        """;

    private readonly IBrowserContext context;

    private Visitor(IBrowserContext context, IPage page, Watch watch) => (this.context, Page, Watch) = (context, page, watch);

    public IPage Page { get; private init; }

    public Watch Watch { get; }

    public string Path => new Uri(Page.Url).PathAndQuery;

    /// <param name="friends">Others that pages of the site may ask.</param>
    public static async Task<Visitor> ComeAsync(Uri site, Look look, params Uri[] friends)
    {
        var browser = await Chromium.BrowserAsync();
        return await UseAsync(await browser.NewContextAsync(look.ToOptions(site)), [site, .. friends]);
    }

    /// <summary>With a browser that the test has set up in its own way.</summary>
    public static async Task<Visitor> UseAsync(IBrowserContext context, params Uri[] sites)
    {
        context.SetDefaultTimeout(Chromium.PatienceMilliseconds);
        var watch = new Watch(context, sites);
        return new Visitor(context, await context.NewPageAsync(), watch);
    }

    /// <summary>The same browser, another tab.</summary>
    public async Task<Visitor> NewTabAsync() => new(context, await context.NewPageAsync(), Watch);

    /// <summary>The window that something opens.</summary>
    public async Task<Visitor> InWindowAsync(Func<Task> cause) => new(context, await Page.RunAndWaitForPopupAsync(cause), Watch);

    /// <summary>Goes to an address: a path of ours, or a link out of a mail.</summary>
    public async Task GoAsync(string address) => await Page.GotoAsync(address);

    public ILocator Field(string label) => Page.GetByLabel(label, new() { Exact = true }).And(Page.Locator("input"));

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    /// <summary>A part of a page with a heading of its own: the settings have several with the same words in them.</summary>
    public ILocator Section(string name) => Page.GetByRole(AriaRole.Region, new() { Name = name, Exact = true });

    public Task FillAsync(string label, string text) => Field(label).FillAsync(text);

    public Task PressAsync(string button) => Button(button).ClickAsync();

    public Task FollowAsync(string link) => Link(link).First.ClickAsync();

    /// <summary>Opens what is folded away, e.g. "Add a user".</summary>
    public Task UnfoldAsync(string summary) => Folded(summary).ClickAsync();

    public ILocator Folded(string summary) => Page.Locator("summary").Filter(new() { HasText = summary });

    public async Task FillInAsync(params (string Label, string Text)[] fields)
    {
        foreach (var (label, text) in fields)
            await FillAsync(label, text);
    }

    /// <summary>Waits until this page is there: each has one main heading.</summary>
    public Task IsOnAsync(string heading) =>
        Expect(Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync(heading);

    /// <summary>Waits until the page says this somewhere in its text.</summary>
    public Task SeesAsync(string text) => Expect(Page.Locator("main")).ToContainTextAsync(text);

    public Task SeesNotAsync(string text) => Expect(Page.Locator("body")).Not.ToContainTextAsync(text);

    /// <summary>Waits until a form came back with this field to blame.</summary>
    public Task IsRefusedAsync(string label) => Expect(Field(label)).ToHaveAttributeAsync("aria-invalid", "true");

    /// <summary>Waits until a form came back with a refusal that no one field is to blame for.</summary>
    public Task IsAlertedAsync() => Expect(Page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();

    public Task KeyAsync(string key) => Page.Keyboard.PressAsync(key);

    /// <summary>Goes on by Tab until this has the focus. At each stop on the way one must see where the focus is.</summary>
    public async Task TabToAsync(ILocator target)
    {
        await Expect(target).ToBeVisibleAsync();
        for (var stops = 0; stops < MostStops; stops++)
        {
            await KeyAsync("Tab");
            Assert.Equal("", await Page.EvaluateAsync<string>(UnseenFocus));
            if (await target.EvaluateAsync<bool>("element => element === document.activeElement"))
                return;
        }
        Assert.Fail($"Tab never came to {target}.");
    }

    /// <summary>Goes to a field by Tab and types into it.</summary>
    public async Task TypeAsync(string label, string text)
    {
        await TabToAsync(Field(label));
        await Page.Keyboard.TypeAsync(text);
    }

    /// <summary>Logs in on the login page, wherever that leads to.</summary>
    public async Task LogInAsync(Person person, string? password = null)
    {
        await FillInAsync((Labels.EmailOrUsername, person.Email), (Labels.Password, password ?? person.Password));
        await PressAsync(Labels.LogIn);
    }

    /// <summary>Goes to a provider by what the page offers, and agrees there to log in as somebody.</summary>
    public async Task ContinueAsync(string title, Stranger stranger)
    {
        await FollowAsync(Labels.ContinueWith + title);
        await AgreeAsync(stranger);
    }

    /// <summary>On the provider's page.</summary>
    public async Task AgreeAsync(Stranger stranger)
    {
        await FillAsync(Labels.WhoAreYou, stranger.Subject);
        await PressAsync(Labels.Continue);
    }

    /// <summary>Goes to the settings and presents the password for them.</summary>
    public async Task OpenSettingsAsync(Person person)
    {
        await GoAsync("/auth/settings");
        await FillAsync(Labels.Password, person.Password);
        await PressAsync(Labels.OpenSettings);
        await Expect(Section(Labels.DevicesPart)).ToBeVisibleAsync();
    }

    /// <summary>Logs out one of the other devices in the open settings.</summary>
    public Task EndADeviceAsync() => Section(Labels.DevicesPart).GetByRole(AriaRole.Listitem)
        .GetByRole(AriaRole.Button, new() { Name = Labels.LogOut }).First.ClickAsync();

    /// <summary>Is logged in with a session that was made elsewhere.</summary>
    public Task TakeSessionAsync(Person person) => context.AddCookiesAsync(
        [new() { Name = "gatehouse", Value = person.Cookie, Url = person.App.Address.ToString(), HttpOnly = true, SameSite = SameSiteAttribute.Strict }]);

    /// <summary>Whether the browser holds a session of ours.</summary>
    public async Task<bool> HasSessionAsync() =>
        (await context.CookiesAsync()).Any(cookie => cookie.Name == "gatehouse" && cookie.Value.Length > 0);

    public async Task LeaveAsync() => await context.CloseAsync();
}
