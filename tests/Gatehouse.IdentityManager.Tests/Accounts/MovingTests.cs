using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Tests.Support;

namespace Gatehouse.IdentityManager.Tests.Accounts;

/// <summary>An app that moves is followed, to where its origin says and nowhere else.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xUnit ends it by IAsyncLifetime.")]
public sealed class MovingTests : IAsyncLifetime
{
    private readonly NodeApp app = new();
    private readonly Person ada = new();

    public async Task InitializeAsync() => await ada.AddAsync(app.Offer());

    public async Task DisposeAsync()
    {
        await ada.DisposeAsync();
        app.Dispose();
    }

    [Fact]
    public async Task An_app_that_tells_that_it_moves_is_followed_at_once_and_after_a_restart()
    {
        app.Do("move");
        await app.HeardAsync("dialled_anew");
        await LogInAsync();
        await ada.StopAsync();
        await ada.StartAsync();
        await Eventually.TrueAsync(() => app.Events("dialled_anew").Count == 2);
    }

    [Fact]
    public async Task An_app_that_is_gone_is_looked_for_at_its_origin()
    {
        app.Do("move", new JsonObject { ["quietly"] = true });
        await app.HeardAsync("dialled_anew");
        await LogInAsync();
    }

    [Fact]
    public async Task Nobody_is_followed_to_where_another_did_is()
    {
        var lookedUp = app.Events("looked_up").Count;
        app.Do("move", new JsonObject { ["wrong"] = "did" });
        await Eventually.TrueAsync(() => app.Events("looked_up").Count > lookedUp);
        await LogInAsync(); // where it was
        Assert.Empty(app.Events("dialled_anew"));
    }

    [Fact]
    public async Task An_app_that_is_not_reached_in_one_way_is_reached_in_another()
    {
        app.Do("only_tcp");
        await LogInAsync();
        await ada.StopAsync();
        await ada.StartAsync();
        await LogInAsync();
    }

    private async Task LogInAsync()
    {
        var asked = app.Do("request");
        await ada.RequestedAsync();
        await ada.DoAsync(new Call(Call.Approve) { Request = "1", Code = (string?)asked["code"] });
        Assert.Equal("approved", (string?)(await app.HeardAsync("answered"))["answer"]);
    }
}
