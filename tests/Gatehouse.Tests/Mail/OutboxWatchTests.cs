using Gatehouse.Mail;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Tests.Mail;

/// <summary>Only the disk bounds the outbox, so somebody is told in time.</summary>
public sealed class OutboxWatchTests
{
    [Fact]
    [Meets("GH-SEC-292")]
    public async Task A_long_outbox_is_told_of_once_and_is_in_nobody_s_way()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);
        await app.JoinAsync(); // the relay has begun: it took back what a relay before it had claimed
        var watch = app.Services.GetRequiredService<OutboxWatch>();
        await InsertAsync(app, 0, OutboxWatch.Long - 1);
        await watch.LookAsync(CancellationToken.None);
        Assert.DoesNotContain("OutboxIsLong", app.Logs.Text, StringComparison.Ordinal);
        await InsertAsync(app, OutboxWatch.Long, 1);

        await watch.LookAsync(CancellationToken.None);
        await watch.LookAsync(CancellationToken.None);

        Assert.Equal(2, app.Logs.Text.Split("OutboxIsLong").Length);
        await app.SignUpAsync("bob@example.com"); // what waits for later holds up nothing
        var said = await Operator.Of(app).RunAsync("doctor");
        Assert.Contains("! outbox: 10000 mails wait", said.Out, StringComparison.Ordinal);
    }

    private static async Task InsertAsync(App app, long first, long count) => await app.Store.AskAsync($"""
        WITH RECURSIVE n(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {first + count})
        INSERT INTO mail_outbox (id, kind, recipient, created_at, due_at, tries)
        SELECT 'later-' || i, 'recovery', 'x', {Gatehouse.Storage.UnixMicros.NowMicros(app.Clock)}, {long.MaxValue}, 1 FROM n
        """);
}
