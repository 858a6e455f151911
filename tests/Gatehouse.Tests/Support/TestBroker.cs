using System.Diagnostics;
using System.Text;
using RabbitMQ.Client;

namespace Gatehouse.Tests.Support;

/// <summary>
/// What uses the broker runs one after the other: some of it stops the broker for everybody.
/// </summary>
[CollectionDefinition(Name)]
public sealed class BrokerTests
{
    public const string Name = "RabbitMQ";
}

/// <summary>
/// A queue for one test on the RabbitMQ that <c>./test</c> started, and what another user of that broker could do to it.
/// A missing broker is a failure, not a skip.
/// </summary>
internal sealed class TestBroker : IAsyncDisposable
{
    private static int counter;
    private readonly Lazy<Task<IConnection>> connection = new(() => new ConnectionFactory { Uri = new Uri(Url) }.CreateConnectionAsync());

    public string Queue { get; } = $"gatehouse_test_{Environment.ProcessId}_{Interlocked.Increment(ref counter)}";

    public string DeadQueue => Queue + ".dead";

    public static string Url => Environment.GetEnvironmentVariable("GATEHOUSE_TEST_RABBITMQ")
        ?? throw new InvalidOperationException("GATEHOUSE_TEST_RABBITMQ is not set. Run ./test, which starts RabbitMQ.");

    /// <summary>For an app: this broker and queue, and what else the test sets.</summary>
    public (string Key, string Value)[] Settings(params (string Key, string Value)[] others) => At(Url, others);

    /// <summary>The same by a way that a test can take away.</summary>
    public (string Key, string Value)[] SettingsBy(TcpProxy proxy, params (string Key, string Value)[] others) =>
        At(UrlBy(proxy), others);

    public static string UrlBy(TcpProxy proxy) => new UriBuilder(Url) { Port = proxy.Port }.Uri.ToString();

    public static TcpProxy Proxy() => TcpProxy.To("127.0.0.1", new Uri(Url).Port);

    /// <summary>Runs what an operator of the broker would: <c>rabbitmqctl</c>.</summary>
    public static async Task ControlAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("GATEHOUSE_TEST_RABBITMQCTL")
            ?? throw new InvalidOperationException("GATEHOUSE_TEST_RABBITMQCTL is not set. Run ./test."), arguments);
        using var control = Process.Start(start)!;
        await control.WaitForExitAsync();
        Assert.Equal(0, control.ExitCode);
    }

    public Task PublishAsync(string text) => PublishAsync(Encoding.UTF8.GetBytes(text));

    public async Task PublishAsync(byte[] body)
    {
        await using var channel = await OpenAsync();
        await channel.BasicPublishAsync("", Queue, body);
    }

    public async Task<long> CountAsync(string queue)
    {
        await using var channel = await OpenAsync();
        return await channel.MessageCountAsync(queue);
    }

    /// <summary>Waits until so many messages are in the dead-letter queue, and returns them.</summary>
    public async Task<IReadOnlyList<string>> DeadAsync(int count)
    {
        await Eventually.TrueAsync(async () => await CountAsync(DeadQueue) >= count, $"{count} dead letters");
        return await TakeAllAsync(DeadQueue);
    }

    /// <summary>Takes every message out of a queue.</summary>
    public async Task<IReadOnlyList<string>> TakeAllAsync(string queue)
    {
        await using var channel = await OpenAsync();
        var bodies = new List<string>();
        while (await channel.BasicGetAsync(queue, autoAck: true) is { } message)
            bodies.Add(Encoding.UTF8.GetString(message.Body.Span));
        return bodies;
    }

    public async Task DeclareAsync(string queue, Dictionary<string, object?> arguments)
    {
        await using var channel = await OpenAsync();
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments);
    }

    public async Task DeleteAsync(string queue)
    {
        await using var channel = await OpenAsync();
        await channel.QueueDeleteAsync(queue);
    }

    public async ValueTask DisposeAsync()
    {
        await DeleteAsync(Queue);
        await DeleteAsync(DeadQueue);
        await (await connection.Value).DisposeAsync();
    }

    private (string Key, string Value)[] At(string url, (string Key, string Value)[] others) =>
        [("RabbitMq", url), ("Mail:Queue", Queue), .. others];

    private async Task<IChannel> OpenAsync() => await (await connection.Value).CreateChannelAsync();
}
