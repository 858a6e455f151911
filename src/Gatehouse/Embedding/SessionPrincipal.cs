using System.Globalization;
using System.Security.Claims;
using Gatehouse.Sessions;
using Gatehouse.Storage;

namespace Gatehouse.Embedding;

/// <summary>A session as ASP.NET Core's own code knows a caller.</summary>
internal static class SessionPrincipal
{
    public static ClaimsPrincipal Of(Session session)
    {
        var identity = new ClaimsIdentity(GatehouseDefaults.AuthenticationScheme);
        Add(ClaimTypes.NameIdentifier, session.AccountId);
        Add(ClaimTypes.Name, session.ProfileName ?? session.Username ?? session.Email);
        Add(ClaimTypes.Email, session.Email);
        Add(GatehouseClaims.SessionId, session.Id);
        Add(GatehouseClaims.UserId, session.UserId);
        Add(GatehouseClaims.AuthenticatedAt,
            UnixMicros.ToSeconds(session.CreatedAt).ToString(CultureInfo.InvariantCulture), ClaimValueTypes.Integer64);
        Add(GatehouseClaims.Method, MethodOf(session.Via));
        return new ClaimsPrincipal(identity);

        // The words of RFC 8176; there is none for another provider's word.
        static string MethodOf(string via) => via switch
        {
            SessionVia.Jlinx => "pop",
            SessionVia.Social => SessionVia.Social,
            _ => "pwd",
        };

        void Add(string type, string? value, string valueType = ClaimValueTypes.String)
        {
            if (value is not null)
                identity.AddClaim(new Claim(type, value, valueType, GatehouseDefaults.AuthenticationScheme));
        }
    }
}
