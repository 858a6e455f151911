namespace Gatehouse.Configuration;

/// <summary>Whether identities of one's own are a way in.</summary>
internal enum JlinxMode
{
    /// <summary>Where libsodium is found, and the public URL is https or this machine's.</summary>
    Auto,

    True,

    False,
}

/// <param name="Port">Of the TCP door for replication; null: there is the WebSocket alone.</param>
/// <param name="HasOrigin">Whether the public URL is one that can be vouched for: https, or this machine's own.</param>
internal sealed record JlinxSettings(JlinxMode Mode, int? Port, bool HasOrigin)
{
    /// <summary>Whether it is served here.</summary>
    public bool IsOn => Mode switch
    {
        JlinxMode.True => true,
        JlinxMode.False => false,
        _ => HasOrigin && Hypercore.Sodium.IsAvailable,
    };
}
