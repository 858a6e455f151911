using System.Globalization;
using System.Net;
using System.Security.Authentication;
using StackExchange.Redis;

namespace Gatehouse.Storage;

/// <summary>
/// Where Redis is and how it is entered: <c>redis[s]://[:password@]host[:port][/database]</c>, or the client's own
/// <c>host:port,password=…,ssl=true,defaultDatabase=…</c>. Never shown: it may hold a password.
/// </summary>
internal sealed class RedisAddress
{
    private const int DefaultPort = 6379;
    private readonly ConfigurationOptions given;

    private RedisAddress(ConfigurationOptions given) => this.given = given;

    /// <summary>Whether what crosses a network on the way can be read or forged by somebody on the way.</summary>
    public bool IsExposed => !given.Ssl && !given.EndPoints.All(IsThisMachine);

    /// <summary>Host and port, for messages to the operator.</summary>
    public string Where => string.Join(", ", given.EndPoints.Select(Text));

    public bool IsTls => given.Ssl;

    public int Database => given.DefaultDatabase ?? 0;

    /// <summary>What is wrong with the text, without repeating it; null when nothing is.</summary>
    public static string? FaultOf(string text, out RedisAddress? address)
    {
        address = null;
        try
        {
            var (options, fault) = text.Contains("://", StringComparison.Ordinal)
                ? FromUrl(text)
                : (ConfigurationOptions.Parse(text, ignoreUnknown: false), null);
            if (fault is not null)
                return fault;
            if (options.EndPoints.Count == 0)
                return "names no host";
            address = new RedisAddress(options);
            return null;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or OverflowException)
        {
            return "is neither 'redis://host:6379' nor 'host:6379,password=...'";
        }
    }

    /// <summary>For one connection that fails rather than waits: who holds it begins again.</summary>
    public ConfigurationOptions ToOptions(TimeSpan connectWithin)
    {
        var options = given.Clone();
        options.AbortOnConnectFail = true;
        options.ConnectRetry = 1;
        options.ConnectTimeout = (int)connectWithin.TotalMilliseconds;
        options.SyncTimeout = (int)connectWithin.TotalMilliseconds;
        options.ResponseTimeout = (int)connectWithin.TotalMilliseconds;
        options.ClientName = "gatehouse";
        if (options.Ssl && options.SslProtocols is null)
            options.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13; // the client's own default is of 2017
        return options;
    }

    public override string ToString() => "Redis";

    private static (ConfigurationOptions Options, string? Fault) FromUrl(string text)
    {
        var options = new ConfigurationOptions();
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("redis" or "rediss") || url.Query.Length > 0)
            return (options, "is not a URL like 'redis://:password@host:6379/0' (or rediss:// with TLS)");
        var login = url.UserInfo.Split(':', 2);
        if (login[0] is not ("" or "default"))
            return (options, "names a user; Gatehouse logs in to Redis by password alone, as 'default'");
        options.EndPoints.Add(url.IdnHost, url.Port > 0 ? url.Port : DefaultPort);
        options.Password = login.Length == 2 ? Uri.UnescapeDataString(login[1]) : null;
        options.Ssl = url.Scheme == "rediss";
        var database = url.AbsolutePath.Trim('/');
        if (database.Length > 0)
            options.DefaultDatabase = int.Parse(database, NumberStyles.None, CultureInfo.InvariantCulture);
        return (options, null);
    }

    private static bool IsThisMachine(EndPoint point) => point switch
    {
        DnsEndPoint dns => dns.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase),
        IPEndPoint ip => IPAddress.IsLoopback(ip.Address),
        _ => false,
    };

    private static string Text(EndPoint point) => point is DnsEndPoint dns
        ? string.Create(CultureInfo.InvariantCulture, $"{dns.Host}:{dns.Port}")
        : point.ToString()!;
}
