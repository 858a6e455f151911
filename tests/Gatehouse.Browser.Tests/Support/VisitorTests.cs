using Gatehouse.Tests.Support;

namespace Gatehouse.Browser.Tests.Support;

/// <summary>Tests with visitors. At the end of each test its visitors leave, and must have nothing to complain about.</summary>
public abstract class VisitorTests(Site site) : IClassFixture<Site>, IAsyncLifetime
{
    private readonly List<Visitor> visitors = [];
    private readonly List<Profile> profiles = [];

    private protected Site Site => site;

    /// <summary>Others whom pages of the site may lead to.</summary>
    private protected virtual Uri[] Friends => [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var visitor in visitors)
            await visitor.LeaveAsync();
        foreach (var profile in profiles)
            await profile.DisposeAsync();
        var complaints = visitors.SelectMany(visitor => visitor.Watch.Complaints).ToArray();
        Assert.True(complaints.Length == 0, string.Join('\n', complaints));
    }

    private protected Task<Visitor> VisitAsync(bool script) => VisitAsync(new Look { Script = script });

    private protected async Task<Visitor> VisitAsync(Look look) => Welcome(await Visitor.ComeAsync(site.App.Address, look, Friends));

    /// <summary>A visitor on a way that the test can make slow or take away.</summary>
    private protected async Task<Visitor> VisitByAsync(TcpProxy way, Look look) =>
        Welcome(await Visitor.ComeAsync(new Uri($"http://127.0.0.1:{way.Port}"), look));

    /// <summary>A visitor who is logged in already.</summary>
    private protected async Task<Visitor> VisitAsync(Person person, Look look)
    {
        var visitor = await VisitAsync(look);
        await visitor.TakeSessionAsync(person);
        return visitor;
    }

    private protected Task<Visitor> VisitAsync(Person person, bool script = true) =>
        VisitAsync(person, new Look { Script = script });

    /// <summary>A visitor whose browser nobody shares, set up as the test says and as Chromium is out of the box.</summary>
    private protected async Task<Visitor> VisitWithOwnChromiumAsync(Look look, string preferences = "{}")
    {
        var profile = await Profile.CreateAsync(preferences);
        profiles.Add(profile);
        return Welcome(await Visitor.UseAsync(await Chromium.StartAsync(profile, look, site.App.Address), site.App.Address));
    }

    private Visitor Welcome(Visitor visitor)
    {
        visitors.Add(visitor);
        return visitor;
    }
}
