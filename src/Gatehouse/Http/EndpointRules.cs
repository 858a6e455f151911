using Microsoft.AspNetCore.Builder;

namespace Gatehouse.Http;

/// <summary>Who may call an endpoint.</summary>
internal enum Access
{
    /// <summary>Anybody; what it does is decided by the body, a link or nothing.</summary>
    Anyone,

    /// <summary>The holder of a live session, by cookie or bearer.</summary>
    Session,

    /// <summary>The holder of a live session who presented the credentials again within minutes.</summary>
    Grant,
}

/// <summary>
/// What the route table says of an endpoint: one line, read by the front door and by the tests. A route without it is
/// not served (GH-SEC-207).
/// </summary>
internal sealed record EndpointRules(Access Access, IReadOnlyList<LimitName> Limits)
{
    /// <summary>True for the two calls that need no proof of the same site: leaving, and an identity manager's post-back.</summary>
    public bool CrossOriginAllowed { get; init; }

    /// <summary>A page for people: HTML, forms allowed, a content policy of its own.</summary>
    public bool Page { get; init; }
}

internal static class EndpointRulesExtensions
{
    /// <summary>Declares who may call and which budgets a call draws on, directly or by what it finds.</summary>
    public static T For<T>(this T builder, Access access, params LimitName[] limits) where T : IEndpointConventionBuilder =>
        builder.WithMetadata(new EndpointRules(access, limits));

    public static T ForPage<T>(this T builder, params LimitName[] limits) where T : IEndpointConventionBuilder =>
        builder.WithMetadata(new EndpointRules(Access.Anyone, limits) { Page = true });
}
