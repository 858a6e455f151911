using Gatehouse.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Gatehouse.Browser.Tests.Samples;

/// <summary>The panel in somebody's page, as element or as block: found by what page authors rely on too.</summary>
internal sealed class Panel(ILocator root)
{
    public const string WhoIsIt = "Who is it today?";
    public const string CheckMail = "Check your email";

    public ILocator Root => root;

    public ILocator Field(string name) => root.Locator($"input[name={name}]:visible");

    public ILocator Button(string name) => root.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <param name="tab">login or signup.</param>
    public Task ShowAsync(string tab) =>
        root.Locator($"[data-part=tab][data-name={tab}]:visible, [ld=switch][data-name={tab}]:visible").ClickAsync();

    public async Task SignUpAsync(string email, string name)
    {
        await Field("username").FillAsync(email);
        await Field("displayname").FillAsync(name);
        await Field("password").FillAsync(App.Password);
        await SubmitAsync();
    }

    public async Task LogInAsync(Person person, string? password = null)
    {
        await Field("username").FillAsync(person.Email);
        await Field("password").FillAsync(password ?? person.Password);
        await SubmitAsync();
    }

    public Task SubmitAsync() => root.Locator("[type=submit]:visible").ClickAsync();

    /// <summary>Waits until it says this where one can see it.</summary>
    public Task SaysAsync(string text) => Expect(root).ToContainTextAsync(text, new() { UseInnerText = true });

    public Task IsGoneAsync() => Expect(root.Locator("input:visible")).ToHaveCountAsync(0);
}
