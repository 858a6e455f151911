using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Gatehouse.Tests.Support;

/// <summary>A Redis process of one test's own, to be configured, stopped, frozen and killed.</summary>
internal sealed class OwnRedis : IAsyncDisposable
{
    private readonly string[] options;
    private Process process;

    private OwnRedis(int port, string[] options)
    {
        (Port, this.options) = (port, options);
        process = Launch();
    }

    public int Port { get; }

    public static async Task<OwnRedis> StartAsync(params string[] options)
    {
        var redis = new OwnRedis(ServerProcess.FreePort(), options);
        await redis.ListeningAsync();
        return redis;
    }

    public async Task RestartAsync()
    {
        process = Launch();
        await ListeningAsync();
    }

    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>The process is there, takes connections, and does nothing.</summary>
    public Task FreezeAsync() => SignalAsync("-STOP");

    public Task ThawAsync() => SignalAsync("-CONT");

    public async ValueTask DisposeAsync()
    {
        await ThawAsync();
        await KillAsync();
    }

    private Process Launch()
    {
        var start = new ProcessStartInfo("redis-server") { RedirectStandardOutput = true, UseShellExecute = false };
        string[] arguments =
        [
            "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
            "--loglevel", "warning", .. options,
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var launched = Process.Start(start)!;
        launched.BeginOutputReadLine();
        return launched;
    }

    private async Task ListeningAsync()
    {
        for (var tries = 0; tries < 300; tries++)
        {
            try
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Port));
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50);
            }
        }
        throw new TimeoutException("Redis did not start.");
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [signal, process.Id.ToString(CultureInfo.InvariantCulture)])!;
        await kill.WaitForExitAsync();
    }
}
