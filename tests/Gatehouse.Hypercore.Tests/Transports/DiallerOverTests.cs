using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Streams;
using Gatehouse.Hypercore.Tests.Support;
using Gatehouse.Hypercore.Transports;
using static Gatehouse.Hypercore.Tests.Support.Cores;
using static Gatehouse.Hypercore.Tests.Support.Eventually;

namespace Gatehouse.Hypercore.Tests.Transports;

/// <summary>Dialling by whatever connects.</summary>
public sealed class DiallerOverTests
{
    [Fact]
    public async Task Peers_meet_over_any_stream_and_again_over_the_next()
    {
        var writer = await WriterAsync("a");
        var reader = await Core.OpenAsync(new MemoryCoreStore(), writer.Key);
        var time = new ManualTime();
        await using var one = new Peer().With(writer);
        await using var two = new Peer(time).With(reader);
        Duplex? last = null;
        await using var dialler = Dialler.Over(two.Replicator, _ => Task.FromResult<Stream>(Meet()), one.PublicKey);
        Assert.Equal("a", await reader.TextAsync(0));

        await last!.DisposeAsync();
        await writer.AppendAsync(Block("b"));
        while (!reader.Has(1))
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Duplex Meet()
        {
            var (here, there) = Duplex.Create();
            last = there;
            _ = one.Replicator.AttachAsync(there, isInitiator: false);
            return here;
        }
    }

    [Fact]
    public async Task Nobody_there_is_told_from_a_bug_and_neither_ends_the_dialling()
    {
        await using var peer = new Peer();
        var told = new TaskCompletionSource<Exception>();
        var disposed = new TaskCompletionSource<Exception>();
        await using var misused = Dialler.Over(
            peer.Replicator,
            _ => throw new ObjectDisposedException("a bug"),
            failed: exception => disposed.TrySetResult(exception));
        await UntilAsync(() => misused.LastEnd == ConnectionEnd.Failed);
        Assert.IsType<ObjectDisposedException>(await disposed.Task);
        await using var absent = Dialler.Over(peer.Replicator, _ => throw new IOException("nobody"));
        await using var broken = Dialler.Over(
            peer.Replicator, _ => throw new FormatException("a bug"), failed: exception => told.TrySetResult(exception));
        await UntilAsync(() => absent.LastEnd == ConnectionEnd.Unreachable);
        await UntilAsync(() => broken.LastEnd == ConnectionEnd.Failed);
        Assert.Equal("a bug", (await told.Task).Message);
    }

    [Fact]
    public async Task Connecting_is_given_up_when_the_dialler_is_disposed()
    {
        await using var peer = new Peer();
        var isTold = new TaskCompletionSource();
        var dialler = Dialler.Over(peer.Replicator, async cancellationToken =>
        {
            isTold.SetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return Stream.Null;
        });
        await isTold.Task;
        await dialler.DisposeAsync();
        await dialler.DisposeAsync(); // as whoever owns it may
        Assert.Equal(ConnectionEnd.Stopped, dialler.LastEnd);
    }

    [Fact]
    public async Task Who_accepts_and_then_says_nothing_is_given_up_and_dialled_again()
    {
        var time = new ManualTime();
        await using var peer = new Peer(time);
        var dials = 0;
        await using var dialler = Dialler.Over(peer.Replicator, async cancellationToken =>
        {
            dials++;
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return Stream.Null;
        });
        await UntilAsync(() => dials == 1);
        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Null(dialler.LastEnd);

        time.Advance(TimeSpan.FromSeconds(0.2));

        await UntilAsync(() => dialler.LastEnd == ConnectionEnd.Unreachable);
        await UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(0.1)); // the pause may not have begun yet
            return dials == 2;
        });
    }
}
