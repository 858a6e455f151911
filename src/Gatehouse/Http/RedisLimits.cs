using Gatehouse.Storage;
using StackExchange.Redis;

namespace Gatehouse.Http;

/// <summary>
/// Counts in Redis: one budget for all nodes, one step of a script each. All keys of a budget carry its name in braces, so
/// that they lie together in a cluster; none tells whom it is about.
/// </summary>
internal sealed class RedisLimits(RedisStore redis, LimitKeys keys, TimeProvider clock) : LimitStore
{
    private const int Refused = 1;
    private const int Full = 2;

    public override async Task<TimeSpan?> TryTakeAsync(Budget budget) => WaitOf(await RunAsync(budget, "take"));

    public override async Task<TimeSpan?> PeekAsync(Budget budget) => WaitOf(await RunAsync(budget, "peek"));

    public override async Task<Attempt?> TryBeginAsync(Budget budget)
    {
        var (answer, value) = await RunAsync(budget, "begin");
        return answer switch
        {
            Refused => Attempt.Refused(UnixMicros.ToSpan(value)),
            Full => null,
            _ => new Attempt(outcome => EndAsync(budget, value, outcome), null),
        };
    }

    public override Task ForgiveAsync(Budget budget) => RunAsync(budget, "forgive");

    private async Task<AttemptEnd> EndAsync(Budget budget, long place, AttemptOutcome outcome)
    {
        var told = outcome switch
        {
            AttemptOutcome.Failed => "failed",
            AttemptOutcome.Succeeded => "succeeded",
            _ => "abandoned",
        };
        var (before, exhausted) = await RunAsync(budget, "end", place, told);
        return new AttemptEnd((int)before, exhausted == 1);
    }

    private static TimeSpan? WaitOf((long Answer, long Value) told) =>
        told.Answer == Refused ? UnixMicros.ToSpan(told.Value) : null;

    private async Task<(long, long)> RunAsync(Budget budget, params RedisValue[] verb)
    {
        var name = "gatehouse:limit:{" + keys.Of(budget) + "}:";
        RedisKey[] three = [name + "stamps", name + "places", name + "row"];
        RedisValue[] arguments =
        [
            verb[0], clock.NowMicros(), budget.Rule.Permits, UnixMicros.Of(budget.Rule.Window),
            UnixMicros.Of(Stamps.LongestWait), UnixMicros.Of(Stamps.Remembered), UnixMicros.Of(Stamps.PlaceLife), .. verb[1..],
        ];
        var answer = await redis.RunAsync(async database =>
        {
            try
            {
                return await database.ScriptEvaluateAsync(RedisLimitScript.Text, three, arguments);
            }
            catch (RedisServerException exception) when (exception.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
            {
                // Restarted or emptied since it learnt the script. It has done nothing, and now it is sent the text again.
                return await database.ScriptEvaluateAsync(RedisLimitScript.Text, three, arguments);
            }
        }, CancellationToken.None);
        var parts = (long[])answer!;
        return (parts[0], parts[1]);
    }
}
