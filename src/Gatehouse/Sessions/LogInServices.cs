using Gatehouse.Accounts;
using Gatehouse.Http;
using Gatehouse.Mail;
using Gatehouse.Storage;

namespace Gatehouse.Sessions;

/// <summary>What logging in works with.</summary>
internal sealed record LogInServices(
    Database Database, AccountRules Rules, Credentials Credentials, RateLimiter Limiter, SessionStore Sessions,
    Authenticator Authenticator, SessionAnswers Answers, DeviceCookie Device, Outbox Outbox, TimeProvider Clock);
