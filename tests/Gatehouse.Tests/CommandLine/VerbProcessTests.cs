using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.CommandLine;

/// <summary>The program itself beside a running server: few, for starting it takes half a second.</summary>
public sealed class VerbProcessTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gatehouse-verb-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task An_invite_made_beside_a_running_server_works_at_its_front_door(StoreKind kind)
    {
        await using var store = await Store.CreateAsync(kind);
        await using var app = await App.StartOnAsync(store, new FakeClock(TimeProvider.System.GetUtcNow()), ("SignUp:Mode", "InviteOnly"));

        var said = (await RunAsync(store, "invite", "create", "--email", "bob@example.com")).Ended(0);

        (await app.PostAsync("/api/auth/signup", App.Json(
            ("email", "bob@example.com"), ("password", App.Password), ("invite", said.Lines[^1])))).IsOk();
        (await app.VerifyAsync((await app.MailAsync("bob@example.com")).Token)).IsOk();
    }

    [Fact]
    public async Task Without_a_terminal_nothing_is_deleted_unless_it_is_said_so()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        var alice = await app.JoinAsync();

        (await RunAsync(app.Store, "account", "delete", alice.Email)).Ended(2);
        (await app.LogInAsync(alice.Email)).IsOk();
        (await RunAsync(app.Store, "account", "delete", alice.Email, "--yes")).Ended(0);

        (await app.LogInAsync(alice.Email)).IsProblem(401, "invalid_credentials");
        Assert.Equal(0, await app.Store.CountAsync("accounts"));
    }

    [Fact]
    public async Task Doctor_ends_with_1_where_there_is_something_to_mend_and_writes_utf8()
    {
        var said = (await ServerProcess.RunVerbAsync(folder, "Production", "doctor")).Ended(1);

        Assert.Contains("✘ settings: Gatehouse:PublicUrl: ", said.Out, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder, "data")), "doctor makes nothing");
    }

    [Fact]
    public async Task What_it_does_not_know_ends_it_with_2() =>
        (await ServerProcess.RunVerbAsync(folder, "Development", "frobnicate")).Ended(2);

    [Fact]
    public async Task Serve_by_name_is_what_comes_of_no_verb()
    {
        var port = ServerProcess.FreePort();
        await using var server = ServerProcess.StartVerb(folder, port, "Development", "serve", "--urls", $"http://127.0.0.1:{port}");
        await server.ReadyAsync();

        Assert.Equal(0, await server.TerminateAsync());
    }

    private Task<Said> RunAsync(Store store, params string[] arguments) => ServerProcess.RunVerbAsync(
        folder, "Development", [.. arguments, "--Gatehouse:Database", store.ConnectionString]);
}
