namespace Gatehouse.Sessions;

/// <summary>Who a request comes from, as far as its credentials tell.</summary>
internal abstract record Caller
{
    private Caller()
    {
    }

    /// <summary>No credentials, or a cookie that leads nowhere.</summary>
    public sealed record Guest : Caller
    {
        public static Guest Instance { get; } = new();
    }

    /// <summary>A bearer token was presented and is no good; a cookie beside it doesn't help.</summary>
    public sealed record Refused : Caller
    {
        public static Refused Instance { get; } = new();
    }

    /// <param name="ByToken">Carried by an access token, not by the cookie.</param>
    public sealed record Known(Session Session, bool ByToken) : Caller;
}
