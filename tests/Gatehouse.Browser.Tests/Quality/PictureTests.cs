using Gatehouse.Browser.Tests.Support;
using Gatehouse.Tests.Support;
using Microsoft.Playwright;

namespace Gatehouse.Browser.Tests.Quality;

/// <summary>
/// Takes a picture of every page in every state: <c>docs/pictures/make</c>. In an ordinary run only that of the first, to
/// see that it can be done, and puts it nowhere.
/// </summary>
public abstract class PictureTests(Site site) : VisitorTests(site)
{
    private static readonly string Folder = Path.Combine(Node.RepositoryRoot, "docs", "pictures");
    private static readonly bool Kept = Environment.GetEnvironmentVariable("GATEHOUSE_WRITE_PICTURES") is not null;

    private static readonly (string Name, ViewportSize Screen, ColorScheme Light)[] Looks =
    [
        ("phone-light", Look.Phone, ColorScheme.Light),
        ("phone-dark", Look.Phone, ColorScheme.Dark),
        ("desktop-light", Look.Desktop, ColorScheme.Light),
        ("desktop-dark", Look.Desktop, ColorScheme.Dark),
    ];

    private protected async Task TakeAsync(IReadOnlyList<State> states)
    {
        foreach (var state in Kept ? states : [states[0]])
        {
            var visitor = await VisitAsync(new Look { Still = true });
            visitor.Watch.Expect(401, 403, 404, 409, 410, 422);
            await state.ArriveAsync(visitor, Site);
            foreach (var look in Looks)
                Assert.NotEmpty(await TakeAsync(visitor.Page, state, look));
            await visitor.LeaveAsync();
        }
    }

    private static async Task<byte[]> TakeAsync(IPage page, State state, (string Name, ViewportSize Screen, ColorScheme Light) look)
    {
        await page.SetViewportSizeAsync(look.Screen.Width, look.Screen.Height);
        await page.EmulateMediaAsync(new() { ColorScheme = look.Light });
        return await page.ScreenshotAsync(new()
        {
            Path = Kept ? Path.Combine(Folder, $"{state.Name}-{look.Name}.png") : null,
            FullPage = true,
            Animations = ScreenshotAnimations.Disabled,
            Caret = ScreenshotCaret.Hide,
        });
    }
}

public sealed class GuestPictureTests(Site site) : PictureTests(site)
{
    [Fact]
    public Task Guests_pages_have_their_pictures_taken() => TakeAsync(GuestStates.All);
}

public sealed class CustomerPictureTests(Site site) : PictureTests(site)
{
    [Fact]
    public Task Customers_pages_have_their_pictures_taken() => TakeAsync(CustomerStates.All);
}

public sealed class SocialPictureTests(SocialSite site) : PictureTests(site), IClassFixture<SocialSite>
{
    private protected override Uri[] Friends => StandIn.Sites;

    [Fact]
    public Task Pages_with_providers_have_their_pictures_taken() => TakeAsync(SocialStates.All);
}

public sealed class JlinxPictureTests(JlinxSite site) : PictureTests(site), IClassFixture<JlinxSite>
{
    private protected override Uri[] Friends => [site.Elsewhere];

    [Fact]
    public Task Pages_for_identities_of_ones_own_have_their_pictures_taken() => TakeAsync(JlinxStates.All);
}
