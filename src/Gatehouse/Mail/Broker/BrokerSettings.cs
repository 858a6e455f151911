namespace Gatehouse.Mail.Broker;

/// <summary>How to reach RabbitMQ: <c>amqp(s)://user:password@host:port/vhost</c>.</summary>
internal sealed record BrokerSettings(string Host, int Port, string User, string Password, string VirtualHost, bool IsTls)
{
    private const int PlainPort = 5672;
    private const int TlsPort = 5671;

    /// <summary>Whether what crosses a network on the way can be read by somebody there, the password first (GH-SEC-229).</summary>
    public bool IsExposed => !IsTls && !new UriBuilder("amqp", Host).Uri.IsLoopback;

    /// <summary>Null, and what is wrong without repeating the text: it may hold a password.</summary>
    public static BrokerSettings? Parse(string text, out string? fault)
    {
        fault = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("amqp" or "amqps") || url.Host.Length == 0
            || url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            fault = "is not a URL like amqps://user:password@host:5671/vhost";
            return null;
        }
        if (url.UserInfo.Split(':') is not [{ Length: > 0 } user, { Length: > 0 } password])
        {
            fault = "needs a user and a password before the host, with reserved characters percent-encoded";
            return null;
        }
        if (url.AbsolutePath.Count(character => character == '/') > 1)
        {
            fault = "may have one virtual host after the port; a slash in its name is written %2F";
            return null;
        }
        var isTls = url.Scheme == "amqps";
        var path = Uri.UnescapeDataString(url.AbsolutePath.TrimStart('/'));
        return new BrokerSettings(
            url.IdnHost, url.Port > 0 ? url.Port : isTls ? TlsPort : PlainPort, Uri.UnescapeDataString(user),
            Uri.UnescapeDataString(password), path.Length == 0 ? "/" : path, isTls);
    }

    // The generated one would print the password.
    public override string ToString() =>
        $"{(IsTls ? "amqps" : "amqp")}://{Host}:{Port}/{(VirtualHost == "/" ? "" : VirtualHost)}";
}
