using Gatehouse.Storage;

namespace Gatehouse.Server.CommandLine.Health;

/// <summary>Redis: there, and ours to use.</summary>
internal static class RedisChecks
{
    private const string Name = "redis";

    public static async Task<IReadOnlyList<Check>> ExamineAsync(Patient patient, CancellationToken cancellationToken)
    {
        if (patient.HasFault("Redis"))
            return [Check.Skipped(Name, "see settings")];
        if (patient.Settings.Redis is not { } redis)
            return [Check.Ok(Name, "none: nodes share by the database alone")];
        const string Advice = "check Gatehouse:Redis, and that Redis runs";
        var reached = await Check.ExamineAsync(Name, Advice, async token =>
            await RedisStore.ExamineAsync(redis, token) is { } fault
                ? Check.Mend(Name, fault.Words, Advice)
                : Check.Ok(Name, $"{redis.Where} answers"), cancellationToken);
        var transport = redis.IsExposed
            ? Check.Mend("redis_tls", "the way to Redis is not encrypted", "use a rediss:// URL in Gatehouse:Redis")
            : Check.Ok("redis_tls", "on this machine, or encrypted");
        return [reached, transport];
    }
}
