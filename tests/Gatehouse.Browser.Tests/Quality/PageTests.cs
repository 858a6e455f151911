using Gatehouse.Browser.Tests.Support;

namespace Gatehouse.Browser.Tests.Quality;

/// <summary>Every page in every state is good for everybody.</summary>
public abstract class PageTests(Site site) : VisitorTests(site)
{
    private protected static TheoryData<string> NamesOf(IReadOnlyList<State> states) => [.. states.Select(state => state.Name)];

    private protected async Task JudgeAsync(State state)
    {
        var visitor = await VisitAsync(new Look { Still = true });
        visitor.Watch.Expect(401, 403, 404, 409, 410, 422);
        await state.ArriveAsync(visitor, Site);
        await Judging.JudgeAsync(visitor.Page);
    }
}

public sealed class GuestPageTests(Site site) : PageTests(site)
{
    public static TheoryData<string> States => NamesOf(GuestStates.All);

    [Theory, MemberData(nameof(States))]
    public Task A_guests_page_is_good_for_everybody(string name) =>
        JudgeAsync(GuestStates.All.Single(state => state.Name == name));
}

public sealed class CustomerPageTests(Site site) : PageTests(site)
{
    public static TheoryData<string> States => NamesOf(CustomerStates.All);

    [Theory, MemberData(nameof(States))]
    public Task A_customers_page_is_good_for_everybody(string name) =>
        JudgeAsync(CustomerStates.All.Single(state => state.Name == name));
}

public sealed class SocialPageTests(SocialSite site) : PageTests(site), IClassFixture<SocialSite>
{
    public static TheoryData<string> States => NamesOf(SocialStates.All);

    private protected override Uri[] Friends => StandIn.Sites;

    [Theory, MemberData(nameof(States))]
    public Task A_page_with_providers_is_good_for_everybody(string name) =>
        JudgeAsync(SocialStates.All.Single(state => state.Name == name));
}

public sealed class JlinxPageTests(JlinxSite site) : PageTests(site), IClassFixture<JlinxSite>
{
    public static TheoryData<string> States => NamesOf(JlinxStates.All);

    private protected override Uri[] Friends => [site.Elsewhere];

    [Theory, MemberData(nameof(States))]
    public Task A_page_for_identities_of_ones_own_is_good_for_everybody(string name) =>
        JudgeAsync(JlinxStates.All.Single(state => state.Name == name));
}
