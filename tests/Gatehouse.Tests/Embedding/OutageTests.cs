using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Embedding;

/// <summary>The database goes away under an application: nobody is told to log in again, and what is open stays open.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    private readonly FakeClock clock = new();
    private Store store = null!;
    private TcpProxy proxy = null!;
    private App app = null!;

    public async Task InitializeAsync()
    {
        store = await Store.CreateAsync(StoreKind.Postgres);
        (proxy, var connectionString) = store.ThroughProxy();
        app = await App.EmbedOnAsync(store, clock, Host.Nothing, Host.Map, ("Database", connectionString));
    }

    public async Task DisposeAsync()
    {
        proxy.Pass();
        await app.DisposeAsync();
        await proxy.DisposeAsync();
        await store.DisposeAsync();
    }

    [Fact]
    public async Task A_guarded_endpoint_answers_503_and_the_cookie_stays()
    {
        var person = await app.JoinAsync();
        var bearer = App.Bearer(await person.TakeTokenAsync());
        proxy.Cut();

        foreach (var answer in (Answer[])[await person.GetAsync("/guarded"), await app.GetAsync("/guarded", bearer)])
        {
            answer.IsProblem(503, "unavailable");
            Assert.Matches("^[1-9][0-9]*$", answer.Header("Retry-After"));
            Assert.Empty(answer.SetCookies);
            Assert.Null(answer.Header("WWW-Authenticate"));
        }
        var page = await person.GetAsync("/guarded", ("Sec-Fetch-Mode", "navigate"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.Status);
        Assert.StartsWith("text/html", page.Header("Content-Type"), StringComparison.Ordinal);

        proxy.Pass();
        Assert.Equal("Hello, Alice.", (await person.GetAsync("/guarded")).Body);
    }

    [Fact]
    public async Task An_open_endpoint_goes_on_for_guests()
    {
        var person = await app.JoinAsync();
        proxy.Cut();

        var answer = await person.GetAsync("/open");

        Assert.Equal("Hello, guest.", answer.Body);
        Assert.Empty(answer.SetCookies);
        Assert.Equal("Hello, guest.", (await app.GetAsync("/open")).Body);
        (await app.GetAsync("/guarded")).IsProblem(401, "unauthenticated"); // who presents nothing isn't anybody
    }
}
