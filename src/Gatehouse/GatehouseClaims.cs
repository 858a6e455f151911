using System.Security.Claims;

namespace Gatehouse;

/// <summary>
/// Names the claims of a session beside <see cref="ClaimTypes.NameIdentifier"/> (the account's id),
/// <see cref="ClaimTypes.Name"/> (the selected user's name, else the username, else the email) and
/// <see cref="ClaimTypes.Email"/>; and reads the ids back. What another scheme says of the caller is not looked at.
/// </summary>
public static class GatehouseClaims
{
    /// <summary>The session's public handle. Not a secret.</summary>
    public const string SessionId = "sid";

    /// <summary>The selected user's id; there is none until a user is selected.</summary>
    public const string UserId = "user_id";

    /// <summary>When credentials were presented: Unix seconds.</summary>
    public const string AuthenticatedAt = "auth_time";

    /// <summary>How they were: <c>pwd</c> for a password (RFC 8176).</summary>
    public const string Method = "amr";

    /// <summary>Gets the id of the account whose session this is; null when it isn't one of ours.</summary>
    public static string? GetAccountId(this ClaimsPrincipal principal) => principal.Find(ClaimTypes.NameIdentifier);

    /// <summary>Gets the id of the selected user; null also when none is selected.</summary>
    public static string? GetUserId(this ClaimsPrincipal principal) => principal.Find(UserId);

    /// <summary>Gets the session's public handle; null when it isn't one of ours.</summary>
    public static string? GetSessionId(this ClaimsPrincipal principal) => principal.Find(SessionId);

    private static string? Find(this ClaimsPrincipal principal, string type)
    {
        ArgumentNullException.ThrowIfNull(principal);
        return principal.Identities
            .FirstOrDefault(identity => identity.AuthenticationType == GatehouseDefaults.AuthenticationScheme)
            ?.FindFirst(type)?.Value;
    }
}
