using System.Globalization;
using Gatehouse.Tests.Mail.Broker;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Outages;

/// <summary>What a node depends on.</summary>
public enum Engine
{
    PostgreSql,
    Redis,
    RabbitMq,
    Smtp,
}

/// <summary>What can become of it.</summary>
public enum Fault
{
    /// <summary>Connections are refused, those there were are cut.</summary>
    Stopped,

    /// <summary>Connections are taken; nothing is ever answered.</summary>
    Hung,

    /// <summary>Everything arrives, each piece late.</summary>
    Slow,

    /// <summary>Every connection there is breaks; new ones are good.</summary>
    Reset,

    /// <summary>It is there, and has forgotten what it held.</summary>
    Emptied,
}

/// <summary>A node over the real PostgreSQL, Redis, RabbitMQ and a mail server, each behind a proxy, on a clock that runs.</summary>
internal sealed class Scene : IAsyncDisposable
{
    private const int Hurry = 50;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private readonly CancellationTokenSource ended = new();
    private readonly FakeClock clock = new();
    private readonly TestBroker broker = new();
    private readonly TcpProxy toBroker = TestBroker.Proxy();
    private readonly MailServer mail = new();
    private readonly TcpProxy toMail;
    private readonly Task running;
    private Store store = null!;
    private SharedRedis redis = null!;
    private TcpProxy toDatabase = null!;
    private int hurried; // how many wait for something that takes the node's time

    private Scene()
    {
        toMail = TcpProxy.To("127.0.0.1", mail.Port);
        running = RunClockAsync();
    }

    public App App { get; private set; } = null!;

    public static async Task<Scene> StartAsync()
    {
        var scene = new Scene { store = await Store.CreateAsync(StoreKind.Postgres), redis = await SharedRedis.CreateAsync() };
        (scene.toDatabase, var database) = scene.store.ThroughProxy();
        scene.App = await App.StartOnAsync(scene.store, scene.clock, scene.broker.SettingsBy(scene.toBroker,
        [
            .. scene.mail.Settings.Where(setting => setting.Key != "Mail:Smtp:Port"),
            ("Mail:Smtp:Port", scene.toMail.Port.ToString(CultureInfo.InvariantCulture)),
            ("Database", database), ("Redis", scene.redis.AddressThroughProxy),
            ("RateLimits:Enabled", "true"), .. Unlimited(),
        ]));
        return scene;
    }

    public void Break(Engine engine, Fault fault)
    {
        var proxy = ProxyOf(engine);
        switch (fault)
        {
            case Fault.Stopped: proxy.Cut(); break;
            case Fault.Hung: proxy.Hang(); break;
            case Fault.Slow: proxy.Slow(TimeSpan.FromMilliseconds(20)); break;
            case Fault.Reset: proxy.Reset(); break;
            default: mail.Hold = new TaskCompletionSource(); break; // so that something is in the broker's hands when it forgets
        }
    }

    public Task ForgetAsync(Engine engine) => engine == Engine.Redis ? redis.EmptyAsync() : broker.DeleteAsync(broker.Queue);

    /// <summary>Everything is as it was, and time flies until the node says so itself.</summary>
    public async Task HealAsync(Engine engine)
    {
        ProxyOf(engine).Pass();
        mail.Hold?.TrySetResult();
        mail.Hold = null;
        await Eventually.AnswerAsync(() => App.GetAsync("/readyz"), answer => answer.Status == System.Net.HttpStatusCode.OK
            && answer.Json.GetProperty("parts").EnumerateObject().All(part => part.Value.GetString() == "ok"));
    }

    /// <summary>Waits for the mails to an address, letting the time pass in which they are tried again.</summary>
    public async Task MailedAsync(string address, int mails)
    {
        await HurriedAsync(() => Eventually.TrueAsync(() => MailsTo(address) >= mails, "mails"));
        Assert.Equal(mails, MailsTo(address));
    }

    /// <summary>Waits until no mail is on its way, also one that an outage has put off.</summary>
    public Task MailsSettledAsync() => HurriedAsync(App.MailsSettledAsync);

    public int MailsTo(string address) => mail.Accepted.Where(accepted => accepted.To == address)
        .DistinctBy(accepted => accepted.Id, StringComparer.Ordinal).Count();

    public async ValueTask DisposeAsync()
    {
        foreach (var engine in Enum.GetValues<Engine>())
            ProxyOf(engine).Pass();
        await ended.CancelAsync();
        await running;
        await App.DisposeAsync();
        await toDatabase.DisposeAsync();
        await toBroker.DisposeAsync();
        await toMail.DisposeAsync();
        await mail.DisposeAsync();
        await broker.DisposeAsync();
        await redis.DisposeAsync();
        await store.DisposeAsync();
        ended.Dispose();
    }

    private TcpProxy ProxyOf(Engine engine) => engine switch
    {
        Engine.PostgreSql => toDatabase,
        Engine.Redis => redis.Proxy,
        Engine.RabbitMq => toBroker,
        _ => toMail,
    };

    /// <summary>Limits count, and nobody here meets one.</summary>
    private static IEnumerable<(string Key, string Value)> Unlimited() =>
        Enum.GetNames<Gatehouse.Http.LimitName>().Select(name => ($"RateLimits:{name}:Permits", "10000"));

    /// <summary>Flows settle side by side: time flies until the last of them has.</summary>
    private async Task HurriedAsync(Func<Task> wait)
    {
        Interlocked.Increment(ref hurried);
        try
        {
            await wait();
        }
        finally
        {
            Interlocked.Decrement(ref hurried);
        }
    }

    private async Task RunClockAsync()
    {
        while (!ended.IsCancellationRequested)
        {
            await Task.Delay(Tick, CancellationToken.None);
            clock.Advance(Volatile.Read(ref hurried) > 0 ? Tick * Hurry : Tick);
        }
    }
}
