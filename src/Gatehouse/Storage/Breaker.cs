using System.Diagnostics;
using Polly;
using Polly.CircuitBreaker;

namespace Gatehouse.Storage;

/// <summary>
/// Spares callers the wait for a database that doesn't answer: once nearly all calls of the last seconds have failed,
/// further ones fail at once, and one a second is let through to see whether it is back (GH-SEC-299, 300).
/// </summary>
internal sealed class Breaker
{
    private const double NearlyAll = 0.9; // a pool that runs dry under load fails some calls, which is no outage
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongSilence = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(1);

    private readonly ResiliencePipeline pipeline = new ResiliencePipelineBuilder()
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<StoreUnavailableException>(),
            FailureRatio = NearlyAll,
            MinimumThroughput = 5,
            SamplingDuration = Window,
            BreakDuration = TryAgainAfter,
        })
        .Build();

    /// <param name="call">Must throw <see cref="StoreUnavailableException"/> for an outage, and for nothing else.</param>
    /// <exception cref="StoreUnavailableException">It failed, or nobody asked.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await pipeline.ExecuteAsync(
                static async (call, _) => await JudgeAsync(call), call, CancellationToken.None);
        }
        catch (BrokenCircuitException exception)
        {
            throw new StoreUnavailableException("The database hasn't answered lately.", exception);
        }
    }

    /// <summary>Who leaves after a second of silence has met an outage, whether or not they stayed to be told.</summary>
    private static async Task<T> JudgeAsync<T>(Func<Task<T>> call)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            return await call();
        }
        catch (OperationCanceledException exception) when (Stopwatch.GetElapsedTime(began) > LongSilence)
        {
            throw new StoreUnavailableException("The database didn't answer before the caller left.", exception);
        }
    }
}
