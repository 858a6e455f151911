namespace Gatehouse.Tokens;

/// <summary>
/// What an access token says. Times are whole seconds since 1970 (NumericDate); ids have at most 64 visible ASCII
/// characters. <c>UserId</c> is null until a user is selected.
/// </summary>
internal sealed record AccessTokenClaims(
    string Issuer,
    string Subject,
    string Audience,
    long IssuedAt,
    long NotBefore,
    long ExpiresAt,
    string TokenId,
    string SessionId,
    string? UserId,
    long AuthTime);
