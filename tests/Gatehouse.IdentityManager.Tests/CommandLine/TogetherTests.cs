using Gatehouse.IdentityManager.Tests.Support;

namespace Gatehouse.IdentityManager.Tests.CommandLine;

/// <summary>One process has the vault; others wait for it, or ask it.</summary>
public sealed class TogetherTests : IDisposable
{
    private readonly Vaults vaults = new();

    public TogetherTests() => vaults.Create().Dispose();

    public void Dispose() => vaults.Dispose();

    [Fact]
    public async Task Short_commands_at_the_same_instant_all_do_what_they_should()
    {
        var said = await Task.WhenAll(Enumerable.Range(0, 6).Select(number => Task.Run(
            () => Commands.RunAsync(vaults.Place, "profile", "set", $"key{number}", "value"))));
        Assert.All(said, each => Assert.Equal((0, ""), (each.Code, each.Error)));
        var shown = await Commands.RunAsync(vaults.Place, "profile", "show");
        Assert.Equal(6, shown.Out.Split("value").Length - 1);
    }

    [Fact]
    public async Task A_command_waits_for_another_that_does_not_answer_until_it_has_ended()
    {
        var hasSaid = new TaskCompletionSource();
        Task<Said> waiting;
        using (vaults.Open()) // as another command has it
        {
            waiting = Task.Run(() => Commands.RunAsync(
                vaults.Place, Vaults.Passphrase, _ => hasSaid.TrySetResult(), CancellationToken.None, "accounts"));
            await Task.WhenAny(waiting, hasSaid.Task);
            Assert.False(waiting.IsCompleted);
        }
        var said = await waiting;
        Assert.Equal(0, said.Code);
        Assert.Contains("Waiting until it has ended", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_one_serves_others_are_carried_out_by_it_without_the_passphrase()
    {
        using var stop = new CancellationTokenSource();
        var serving = Task.Run(() => Commands.RunAsync(vaults.Place, Vaults.Passphrase, stop.Token, "serve"));
        // One that starts at the same instant waits until the other answers.
        var set = await Commands.RunAsync(vaults.Place, "profile", "set", "name", "Ada");
        Assert.Equal(0, set.Code);
        await Eventually.TrueAsync(() => File.Exists(vaults.Place.Socket));
        var shown = await Commands.RunAsync(vaults.Place, "unknown here", CancellationToken.None, "profile", "show");
        Assert.Equal(0, shown.Code);
        Assert.Contains("Ada", shown.Out, StringComparison.Ordinal);
        var second = await Commands.RunAsync(vaults.Place, "serve");
        Assert.Equal((2, "Another jlinx serves this vault already."), (second.Code, second.Error.Trim()));
        await stop.CancelAsync();
        Assert.Equal(0, (await serving).Code);
        Assert.False(File.Exists(vaults.Place.Socket));
        vaults.Open().Dispose();
    }
}
