using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Tests.Support;

namespace Gatehouse.IdentityManager.Tests.Control;

[SuppressMessage("Design", "CA1001", Justification = "xUnit ends it by IAsyncLifetime.")]
public sealed class ControlTests : IAsyncLifetime
{
    private readonly Person ada = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await ada.DisposeAsync();

    [Fact]
    public async Task Another_process_is_answered_as_this_one_is()
    {
        await using var server = ControlServer.Open(ada.Place, ada.Desk);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ada.Place.Socket));
        await using var remote = new RemoteDesk(ada.Place);
        Assert.Null((await AskAsync(remote, new Call(Call.SetProfile) { Key = "name", Value = "Ada" })).Fault);
        Assert.Equal("Ada", (await ada.DoAsync(new Call(Call.Profile))).Profile!["name"]);
        Assert.True((await AskAsync(remote, new Call(Call.Reject) { Request = "7" })).IsNothing);
        Assert.NotNull((await AskAsync(remote, new Call("of the next release"))).Fault);
    }

    [Fact]
    public async Task Who_watches_is_told_until_they_go_or_the_other_ends()
    {
        var server = ControlServer.Open(ada.Place, ada.Desk);
        await using var remote = new RemoteDesk(ada.Place);
        using var leaving = new CancellationTokenSource();
        await using (var left = remote.AskAsync(new Call(Call.Watch), leaving.Token).GetAsyncEnumerator(leaving.Token))
        {
            Assert.True(await left.MoveNextAsync());
            Assert.Empty(left.Current.Requests!);
            var next = left.MoveNextAsync();
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
        }
        await using var stays = remote.AskAsync(new Call(Call.Watch), CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await stays.MoveNextAsync());
        await server.DisposeAsync();
        Assert.True(await stays.MoveNextAsync());
        Assert.Contains("ended", stays.Current.Fault, StringComparison.Ordinal);
        Assert.False(await stays.MoveNextAsync());
        Assert.False(File.Exists(ada.Place.Socket));
    }

    [Fact]
    public async Task An_answer_that_fails_inside_is_told_and_the_next_is_given()
    {
        await using var failing = new FailingDesk();
        await using var server = ControlServer.Open(ada.Place, failing);
        await using var remote = new RemoteDesk(ada.Place);
        for (var time = 0; time < 2; time++)
            Assert.Contains("a bug", (await AskAsync(remote, new Call(Call.Accounts))).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_of_another_release_is_told_as_such()
    {
        using var listening = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listening.Bind(new UnixDomainSocketEndPoint(ada.Place.Socket));
        listening.Listen();
        var serving = Task.Run(async () =>
        {
            for (var visits = 0; visits < 2; visits++) // the first only looks whether anybody is there
            {
                using var visitor = await listening.AcceptAsync();
                if (await visitor.ReceiveAsync(new byte[1024]) > 0)
                    await visitor.SendAsync("{\"accounts\":7}\n"u8.ToArray());
            }
        });
        var said = await Commands.RunAsync(ada.Place, "accounts");
        Assert.Equal((2, ""), (said.Code, said.Out));
        Assert.Contains("of another release", said.Error, StringComparison.Ordinal);
        await serving;
    }

    [Fact]
    public async Task A_new_passphrase_is_required_to_be_long_whoever_asks()
    {
        await using var server = ControlServer.Open(ada.Place, ada.Desk);
        await using var remote = new RemoteDesk(ada.Place);
        var call = new Call(Call.ChangePassphrase) { Passphrase = Vaults.Passphrase };
        Assert.NotNull((await AskAsync(remote, call with { Secret = "short" })).Fault);
        Assert.NotNull((await AskAsync(remote, call with { Secret = "" })).Fault);
        await ada.StopAsync();
        await ada.StartAsync(); // by the passphrase of before
    }

    [Fact]
    public async Task A_new_passphrase_is_taken_of_who_knows_the_old_one_alone()
    {
        await using var server = ControlServer.Open(ada.Place, ada.Desk);
        await using var remote = new RemoteDesk(ada.Place);
        var call = new Call(Call.ChangePassphrase) { Secret = "another that is long" };
        foreach (var wrong in (string?[])[null, "", Vaults.Passphrase + "x"])
        {
            var refused = await AskAsync(remote, call with { Passphrase = wrong });
            Assert.Equal("The passphrase is wrong.", refused.Fault);
        }
        Assert.Null((await AskAsync(remote, new Call(Call.ChangePassphrase) { Passphrase = Vaults.Passphrase })).Fault);
        await ada.StopAsync();
        await ada.StartAsync(); // by the passphrase of before
    }

    private static async Task<Reply> AskAsync(RemoteDesk desk, Call call)
    {
        Reply? last = null;
        await foreach (var reply in desk.AskAsync(call, CancellationToken.None))
            last = reply;
        return last!;
    }

    private sealed class FailingDesk : IDesk
    {
        public async IAsyncEnumerable<Reply> AskAsync(
            Call call, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            yield return new Reply { Note = "so far well" };
            throw new InvalidOperationException("a bug");
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
