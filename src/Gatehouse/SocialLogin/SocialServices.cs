using Gatehouse.Accounts;
using Gatehouse.Configuration;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Sessions;
using Gatehouse.SocialLogin.Providers;
using Microsoft.Extensions.Logging;

namespace Gatehouse.SocialLogin;

/// <summary>What logging in at a provider works with.</summary>
internal sealed record SocialServices(
    IdentityProviders Providers, GatehouseSettings Settings, ServedFeatures Served, LogInServices LogIn, Credentials Credentials,
    Grants Grants, SessionCookie Cookies, EventDeliveries Deliveries, ILogger<IdentityProviders> Log);
