namespace Gatehouse;

/// <summary>Names what an application refers to when it guards its own endpoints.</summary>
public static class GatehouseDefaults
{
    /// <summary>
    /// The authentication scheme: the bearer token alone where there is one, else the session cookie. It authenticates,
    /// challenges and forbids; logging in and out are endpoints.
    /// </summary>
    public const string AuthenticationScheme = "Gatehouse";
}
