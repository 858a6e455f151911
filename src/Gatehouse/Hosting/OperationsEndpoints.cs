using Gatehouse.Http;
using Gatehouse.Mail.Broker;
using Gatehouse.Storage;
using Gatehouse.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Gatehouse.Hosting;

/// <summary>Health for load balancers, the OpenAPI document for machines.</summary>
internal static class OperationsEndpoints
{
    private const int AfterTheApplication = 1; // an embedding application's own health check at one of these paths wins

    private static readonly string[] Reading = ["GET", "HEAD"]; // many monitors ask by HEAD

    public static void MapOperations(this IEndpointRouteBuilder root)
    {
        var routes = root.MapGroup("").WithOrder(AfterTheApplication);
        routes.MapMethods("/healthz", Reading, () => (IResult)new JsonAnswer("""{"status":"ok"}"""u8.ToArray()))
            .For(Access.Anyone).WithTags("Operations")
            .WithSummary("Tells that the process answers.");
        routes.MapMethods("/readyz", Reading, Ready).For(Access.Anyone).WithTags("Operations")
            .WithSummary("Tells whether this node can serve (database, schema, clock, keys) and is going to: not while it drains.");
        routes.MapOpenApi("/openapi/{documentName}.json").For(Access.Anyone).WithTags("Operations")
            .WithSummary("The OpenAPI document, as v1.");
    }

    /// <summary>Whether this node can serve: by part, without versions, addresses or reasons.</summary>
    private static async Task<IResult> Ready(
        Drain drain, Migrator migrator, Database store, MachineClock machine, SigningKeys keys, IServiceProvider services,
        CancellationToken cancellationToken)
    {
        if (drain.HasBegun) // at once, whatever the database does meanwhile
            return new JsonAnswer("""{"status":"draining"}"""u8.ToArray(), StatusCodes.Status503ServiceUnavailable);
        var (database, schema, clock) = await LookAsync(migrator, store, machine, cancellationToken);
        var ready = database && schema && clock;
        return new JsonAnswer(JsonBytes.Object(json =>
        {
            json.WriteString("status", ready ? "ready" : "unavailable");
            json.WriteStartObject("parts");
            json.WriteString("database", database ? "ok" : "unavailable");
            json.WriteString("schema", schema ? "ok" : database ? "behind" : "unknown");
            json.WriteString("clock", clock ? "ok" : database ? "apart" : "unknown");
            json.WriteString("keys", keys.IsLoaded ? "ok" : "missing");
            // Without these two this node serves all the same, so they don't make it unready.
            if (services.GetService<RedisStore>() is { } redis)
                json.WriteString("redis", redis.IsUp ? "ok" : "unavailable");
            if (services.GetService<BrokerConnections>() is { } broker)
                json.WriteString("rabbitmq", broker.IsConnected ? "ok" : "unavailable");
            json.WriteEndObject();
        }), ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<(bool Database, bool Schema, bool Clock)> LookAsync(
        Migrator migrator, Database store, MachineClock machine, CancellationToken cancellationToken)
    {
        try
        {
            var facts = await store.DescribeAsync(cancellationToken);
            return (true, !await migrator.IsBehindAsync(cancellationToken), facts.DriftFrom(machine.Time) is null);
        }
        catch (StoreUnavailableException)
        {
            return (false, false, false);
        }
    }
}
