using System.Diagnostics;
using System.Net;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gatehouse.Tests.Hosting;

/// <summary>A node that is told to stop says so first, and serves on until the balancers have heard.</summary>
public sealed class DrainTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly string folder = Directory.CreateTempSubdirectory("gatehouse-drain-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    [Meets("GH-SEC-310")]
    public async Task Under_load_no_request_fails_until_it_stops_listening()
    {
        var length = TimeSpan.FromSeconds(3);
        await using var server = await ServerProcess.StartReadyAsync(
            folder, ServerProcess.FreePort(), "Development", $"Shutdown:Drain={length:c}");
        var time = Stopwatch.StartNew();
        var callers = Enumerable.Range(0, 4).Select(_ => CallUntilItIsGoneAsync(server, time)).ToArray();

        var told = time.Elapsed;
        var ended = server.TerminateAsync();
        var endings = await Task.WhenAll(callers);

        Assert.Equal(0, await ended);
        // However slow this machine is, the drain can only have begun after the signal, and ended later than that.
        Assert.All(endings, ending => Assert.True(ending.At >= told + length - TimeSpan.FromMilliseconds(100), ending.What));
        Assert.All(endings, ending => Assert.True(ending.AnsweredDraining > 0, "Nothing was answered while it drained."));
        Assert.Contains("Told to stop: serving for 00:00:03 more", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    [Meets("GH-SEC-310")]
    public async Task An_application_with_gatehouse_in_it_drains_with_all_that_it_serves()
    {
        var length = TimeSpan.FromSeconds(7); // nothing else in the house waits this long
        var app = await App.EmbedAsync(StoreKind.Sqlite, Embedding.Host.Nothing, Embedding.Host.Map, ("Shutdown:Drain", $"{length:c}"));
        using var customer = app.NewClient();
        Assert.NotEqual(true, (await customer.GetAsync("/open")).Headers.ConnectionClose);

        app.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        var stopping = app.DisposeAsync().AsTask();
        await app.Clock.ArmedAsync(length);

        foreach (var (path, status) in ((string, HttpStatusCode)[])[("/open", HttpStatusCode.OK), ("/healthz", HttpStatusCode.OK),
            ("/readyz", HttpStatusCode.ServiceUnavailable), ("/api/auth/session", HttpStatusCode.Unauthorized)])
        {
            using var answer = await customer.GetAsync(path);
            Assert.Equal(status, answer.StatusCode);
            Assert.True(answer.Headers.ConnectionClose, path);
        }
        Assert.False(stopping.IsCompleted);
        app.Clock.Advance(length);
        await stopping.WaitAsync(Patience);
        await Assert.ThrowsAsync<HttpRequestException>(() => customer.GetAsync("/open"));
    }

    /// <summary>Asks for three things in turn; each must be answered as ever, until nobody listens.</summary>
    private static async Task<Ending> CallUntilItIsGoneAsync(ServerProcess server, Stopwatch time)
    {
        var draining = 0;
        while (time.Elapsed < Patience)
        {
            try
            {
                (await server.GetAsync("/api/auth/session")).IsProblem(401, "unauthenticated");
                (await server.GetAsync("/healthz")).IsOk();
                var ready = await server.GetAsync("/readyz");
                if (ready.Status == HttpStatusCode.OK)
                    continue;
                Assert.Equal("draining", ready.Text("status"));
                Assert.Equal("close", ready.Header("Connection"));
                draining++;
            }
            catch (HttpRequestException exception)
            {
                return new Ending(time.Elapsed, draining, exception.ToString());
            }
        }
        throw new TimeoutException("It never stopped listening.");
    }

    private sealed record Ending(TimeSpan At, int AnsweredDraining, string What);
}
