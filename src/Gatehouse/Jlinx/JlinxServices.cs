using Gatehouse.Accounts;
using Gatehouse.Configuration;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Mail;
using Gatehouse.Security;
using Gatehouse.Sessions;
using Gatehouse.SocialLogin;
using Gatehouse.SocialLogin.Providers;
using Gatehouse.Storage;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Jlinx;

/// <summary>What the documents are kept with.</summary>
internal sealed record PairServices(
    Database Database, SecretBox Box, GatehouseSettings Settings, SessionStore Sessions, Outbox Outbox, EventDeliveries Deliveries,
    IdentityProviders Providers, Waiters Waiters, TimeProvider Clock, MachineClock Machine, ILogger<DocumentServer> Log);

/// <summary>What the endpoints work with.</summary>
internal sealed record JlinxServices(
    DocumentServer Documents, PairServices Pairs, LogInServices LogIn, SocialServices Social, Grants Grants, SessionCookie Cookies,
    ServedFeatures Served)
{
    /// <summary>Whether this process serves identities of one's own.</summary>
    public bool IsServed => Documents.Did is not null && Served.Have(GatehouseFeatures.Jlinx);

    /// <summary>The provider's name that identities of one's own are kept under.</summary>
    public const string Provider = Identities.OwnProvider;
}
