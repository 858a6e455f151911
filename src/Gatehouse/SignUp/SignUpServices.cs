using Gatehouse.Accounts;
using Gatehouse.Configuration;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Mail;
using Gatehouse.Sessions;
using Gatehouse.Storage;

namespace Gatehouse.SignUp;

/// <summary>What the flows of this folder work with.</summary>
internal sealed record SignUpServices(
    Database Database, GatehouseSettings Settings, AccountRules Rules, Credentials Credentials, RateLimiter Limiter,
    Outbox Outbox, Authenticator Authenticator, SessionStore Sessions, SessionAnswers Answers,
    EventDeliveries Deliveries, TimeProvider Clock);
