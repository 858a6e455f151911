using Gatehouse.Accounts;
using Gatehouse.Configuration;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Jlinx;
using Gatehouse.Mail;
using Gatehouse.Sessions;
using Gatehouse.SocialLogin;
using Gatehouse.Storage;

namespace Gatehouse.Settings;

/// <summary>What the flows of an account's settings work with.</summary>
internal sealed record SettingsServices(
    Database Database, GatehouseSettings Settings, Authenticator Authenticator, Grants Grants, AccountRules Rules,
    Credentials Credentials, RateLimiter Limiter, Outbox Outbox, SessionStore Sessions, SessionAnswers Answers, DeviceCookie Device,
    EventDeliveries Deliveries, SocialServices Social, JlinxServices Jlinx, TimeProvider Clock);
