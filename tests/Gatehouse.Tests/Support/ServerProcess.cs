using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gatehouse.Tests.Support;

/// <summary>The server as it is shipped: a process of its own, with a working folder of its own.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly string[] Inherited = ["ASPNETCORE_", "DOTNET_", "GATEHOUSE", "OTEL_"];
    private readonly Process process;
    private readonly ConcurrentQueue<string> lines = new();

    private ServerProcess(Process process, int port)
    {
        this.process = process;
        Http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri($"http://127.0.0.1:{port}"),
        };
        process.OutputDataReceived += (_, line) => lines.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => lines.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public HttpClient Http { get; }

    /// <summary>What it has said so far, to both of its outputs.</summary>
    public string Output => string.Join('\n', lines);

    /// <summary>Starts it; settings as <c>Key=value</c> below <c>Gatehouse:</c>.</summary>
    public static ServerProcess Start(string folder, int port, string environment, params string[] settings) => Start(
        folder, port, environment,
        ["--urls", $"http://127.0.0.1:{port}", .. settings.Select(setting => "--Gatehouse:" + setting)], "Gatehouse.Server.dll");

    /// <summary>Starts a sample in Development and waits until it listens.</summary>
    public static async Task<ServerProcess> StartSampleAsync(string program, string folder, int port, params string[] settings)
    {
        var server = Start(folder, port, "Development",
            ["--urls", $"http://127.0.0.1:{port}", .. settings.Select(setting => "--Gatehouse:" + setting)], program);
        await server.ReadyAsync();
        return server;
    }

    public static async Task<ServerProcess> StartReadyAsync(string folder, int port, string environment, params string[] settings)
    {
        var server = Start(folder, port, environment, settings);
        await server.ReadyAsync();
        return server;
    }

    /// <summary>A port that nobody listens on at this moment.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async Task ReadyAsync()
    {
        var since = Stopwatch.StartNew();
        while (since.Elapsed < Patience && !process.HasExited)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "/readyz") { Headers = { Host = "localhost" } };
                using var answer = await Http.SendAsync(request);
                return; // whatever it says: it listens
            }
            catch (HttpRequestException)
            {
                await Task.Delay(20);
            }
        }
        throw new InvalidOperationException("The server did not start: " + Output);
    }

    /// <summary>Waits for it to end by itself; its exit code.</summary>
    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode;
    }

    /// <summary>SIGKILL: nothing of it runs any more, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, as a service manager sends it; the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        return await ExitAsync();
    }

    public Task<Answer> PostAsync(
        string path, string json, CancellationToken cancellationToken, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, json, cancellationToken, headers);

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, path, null, CancellationToken.None, headers);

    public async Task<Answer> SendAsync(
        HttpMethod method, string path, string? json, CancellationToken cancellationToken,
        params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request, cancellationToken);
        return await Answer.ReadAsync(response);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Http.Dispose();
        process.Dispose();
    }

    /// <summary>Starts it with these arguments and no others.</summary>
    public static ServerProcess StartVerb(string folder, int port, string environment, params string[] arguments) =>
        Start(folder, port, environment, arguments, "Gatehouse.Server.dll");

    /// <summary>Runs a verb of the command line to its end; nobody sits at its terminal.</summary>
    public static async Task<Said> RunVerbAsync(string folder, string environment, params string[] arguments)
    {
        using var verb = Process.Start(StartInfo(folder, environment, arguments, "Gatehouse.Server.dll"))!;
        using var limit = new CancellationTokenSource(Patience);
        var (output, error) = (verb.StandardOutput.ReadToEndAsync(limit.Token), verb.StandardError.ReadToEndAsync(limit.Token));
        verb.StandardInput.Close();
        await verb.WaitForExitAsync(limit.Token);
        return new Said(verb.ExitCode, await output, await error);
    }

    private static ServerProcess Start(string folder, int port, string environment, string[] arguments, string program) =>
        new(Process.Start(StartInfo(folder, environment, arguments, program))!, port);

    private static ProcessStartInfo StartInfo(string folder, string environment, string[] arguments, string program)
    {
        Directory.CreateDirectory(folder);
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, program), .. arguments])
            start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys.Where(IsOurs).ToArray())
            start.Environment.Remove(name);
        start.Environment["DOTNET_ENVIRONMENT"] = environment;
        return start;
    }

    private static bool IsOurs(string name) => name is not "DOTNET_ROOT"
        && Inherited.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
