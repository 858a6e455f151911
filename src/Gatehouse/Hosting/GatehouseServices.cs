using Gatehouse.Accounts;
using Gatehouse.Configuration;
using Gatehouse.Events;
using Gatehouse.Http;
using Gatehouse.Jlinx;
using Gatehouse.Mail;
using Gatehouse.Mail.Broker;
using Gatehouse.Mail.Templates;
using Gatehouse.Pages;
using Gatehouse.Recovery;
using Gatehouse.Security;
using Gatehouse.Security.Passwords;
using Gatehouse.Sessions;
using Gatehouse.Settings;
using Gatehouse.SignUp;
using Gatehouse.SocialLogin;
using Gatehouse.SocialLogin.Providers;
using Gatehouse.Storage;
using Gatehouse.Texts;
using Gatehouse.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gatehouse.Hosting;

/// <summary>What is made of what. The order of the groups is the order of the house, floor first.</summary>
internal static class GatehouseServices
{
    public const string CorsPolicy = "Gatehouse";

    public static void AddGatehouse(this IServiceCollection services, GatehouseSettings settings)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(settings).AddSingleton(new MachineClock(TimeProvider.System));
        services.AddSingleton(new Catalogue(settings.Pages.Language, settings.Pages.Texts));
        AddFloor(services, settings);
        AddMail(services, settings);
        AddAccounts(services, settings);
        AddSessions(services, settings);
        services.TryAddSingleton(_ => new ProviderHttp(ProviderHttp.NewHandler()));
        services.AddSingleton<IdentityProviders>().AddSingleton<SocialServices>();
        services.AddSingleton<OwnKeys>().AddSingleton<Waiters>().AddSingleton<PairServices>().AddSingleton<JlinxServices>();
        services.AddSingleton<DocumentServer>().AddSingleton<ReplicationEndpoint>();
        services.AddSingleton<SignUpServices>().AddSingleton<RecoveryServices>().AddSingleton<SettingsServices>();
        services.AddSingleton<SettingsPageServices>();
        services.AddSingleton<PageAssets>().AddSingleton<WebFiles>().AddSingleton<ProblemPages>(_ => ProblemPage.Of);
        services.AddSingleton<EventDeliveries>().AddSingleton<EventRelay>().AddSingleton<Housekeeping>();
        // Started in this order: nothing works on a schema or keys that aren't there yet.
        services.AddHostedService<Startup>();
        services.AddHostedService<Heartbeat>();
        services.AddHostedService<KeyWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<SessionFeed>());
        services.AddHostedService(provider => provider.GetRequiredService<Housekeeping>());
        AddSending(services, settings);
        services.AddHostedService(provider => provider.GetRequiredService<EventRelay>());
        services.AddHostedService(provider => provider.GetRequiredService<DocumentServer>());
        services.AddHostedService<Telemetry>();
        AddDrain(services, settings);
    }

    private static void AddDrain(IServiceCollection services, GatehouseSettings settings)
    {
        services.AddSingleton<Drain>();
        services.AddHostedService(provider => provider.GetRequiredService<Drain>());
        services.AddSingleton<IStartupFilter>(provider => provider.GetRequiredService<Drain>());
        services.PostConfigure<HostOptions>(host => Drain.KeepTime(host, settings));
    }

    private static void AddFloor(IServiceCollection services, GatehouseSettings settings)
    {
        services.AddSingleton(_ => Database.Open(settings.Database));
        if (settings.Redis is { } redis)
            services.AddSingleton(provider => new RedisStore(redis, provider.GetRequiredService<ILogger<RedisStore>>()));
        services.AddSingleton<Migrator>();
        services.AddSingleton(settings.Secrets);
        services.AddSingleton<SecretBox>();
        services.AddSingleton<LimitKeys>().AddSingleton<LocalLimits>().AddSingleton<LiveNodes>();
        services.AddSingleton(provider => LimitsOf(provider, settings));
        services.AddSingleton<RateLimiter>().AddSingleton<FrontDoor>().AddSingleton<ServedFeatures>();
        services.AddCors(cors => cors.AddPolicy(CorsPolicy, policy => policy
            .WithOrigins([.. settings.AllowedOrigins])
            .WithMethods("GET", "POST", "PATCH", "DELETE")
            .WithHeaders("Authorization", "Content-Type", "Account-Grant")
            .WithExposedHeaders(settings.Tokens.HeaderName, "Retry-After")
            .AllowCredentials()
            .SetPreflightMaxAge(TimeSpan.FromMinutes(10))));
        services.Configure<ForwardedHeadersOptions>(options => TrustProxies(options, settings.KnownProxies));
        services.ConfigureHttpJsonOptions(options => RequestSchemas.AddTo(options.SerializerOptions));
        services.AddOpenApi(ApiDescription.AddTo);
    }

    /// <summary>Where several nodes may be, they count in what they share; a node on SQLite is alone.</summary>
    private static LimitStore LimitsOf(IServiceProvider provider, GatehouseSettings settings)
    {
        LimitStore? shared = settings.Redis is not null ? ActivatorUtilities.CreateInstance<RedisLimits>(provider)
            : Database.IsPostgres(settings.Database) ? ActivatorUtilities.CreateInstance<SqlLimits>(provider)
            : null;
        return shared is null
            ? provider.GetRequiredService<LocalLimits>()
            : ActivatorUtilities.CreateInstance<SharedLimits>(provider, shared);
    }

    private static void AddMail(IServiceCollection services, GatehouseSettings settings)
    {
        if (settings.RabbitMq is not null)
            services.AddSingleton<BrokerConnections>().AddSingleton<BrokerMessage>();
        services.AddSingleton<Outbox>().AddSingleton<MailDelivery>().AddSingleton<MailRelay>();
        services.AddSingleton<MailLayout>().AddSingleton<AccountMails>().AddSingleton<AddressBudget>().AddSingleton<LinkMails>();
        services.AddSingleton<IMailKind, SignUpMail>().AddSingleton<IMailKind, ResendMail>();
        services.AddSingleton<IMailKind, RecoveryMail>().AddSingleton<IMailKind, PasswordChangedMail>();
        services.AddSingleton<IMailKind, EmailChangeMail>().AddSingleton<IMailKind, EmailChangeAskedMail>();
        services.AddSingleton<IMailKind, EmailChangedMail>().AddSingleton<IMailKind, GoodByeMail>();
        services.AddSingleton<IMailKind, IdentityLinkedMail>().AddSingleton<IMailKind, IdentityUnlinkedMail>()
            .AddSingleton<IMailKind, IdentityFrozenMail>();
        services.AddSingleton<IMailKind, NewDeviceMail>().AddSingleton<IMailKind, LogInAfterFailuresMail>();
    }

    /// <summary>With a broker mails go by it, else from the outbox.</summary>
    private static void AddSending(IServiceCollection services, GatehouseSettings settings)
    {
        if (settings.RabbitMq is null)
            services.AddHostedService(provider => provider.GetRequiredService<MailRelay>());
        else
            services.AddHostedService<MailPublisher>().AddHostedService<MailWorkers>();
        services.AddSingleton<OutboxWatch>().AddHostedService(provider => provider.GetRequiredService<OutboxWatch>());
    }

    private static void AddAccounts(IServiceCollection services, GatehouseSettings settings)
    {
        services.AddSingleton(_ => new PasswordHasher(settings.Passwords,
            [.. settings.Secrets.DeriveAll("password pepper").Select(PepperFrom)]));
        services.AddSingleton<FailedChecks>().AddSingleton<GuessingWatch>();
        services.AddSingleton<Credentials>().AddSingleton<AccountRules>();
    }

    private static Pepper PepperFrom(DerivedKey key) => Pepper.TryCreate(key.IdText, key.Reveal(), out var pepper)
        ? pepper
        : throw new InvalidOperationException("A derived key is always fit to be a pepper.");

    private static void AddSessions(IServiceCollection services, GatehouseSettings settings)
    {
        services.AddSingleton<SigningKeys>().AddSingleton<AccessTokens>();
        services.AddSingleton<DataProtectionKeys>().AddSingleton<KeyRotation>();
        services.AddSingleton<SessionCookie>().AddSingleton<DeviceCookie>();
        services.AddSingleton<SessionFeed>().AddSingleton<SessionStore>().AddSingleton<PendingRevocations>();
        if (settings.Redis is not null)
            services.AddSingleton<SharedSessions>();
        services.AddSingleton<Authenticator>().AddSingleton<SessionAnswers>().AddSingleton<Grants>();
        services.AddSingleton<LogInServices>().AddSingleton<LogOutServices>().AddSingleton<UserServices>();
    }

    /// <summary>Without known proxies no forwarded header is believed; with them the right-most untrusted hop is the client.</summary>
    private static void TrustProxies(ForwardedHeadersOptions options, IReadOnlyList<string> proxies)
    {
        // With no proxy listed the framework would believe everybody, and ASPNETCORE_FORWARDEDHEADERS_ENABLED asks it to.
        options.ForwardedHeaders = proxies.Count == 0
            ? ForwardedHeaders.None
            : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        options.ForwardLimit = null;
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
        {
            if (System.Net.IPNetwork.TryParse(proxy, out var network))
                options.KnownIPNetworks.Add(network);
            else
                options.KnownProxies.Add(System.Net.IPAddress.Parse(proxy));
        }
    }
}
