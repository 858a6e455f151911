using Gatehouse.Configuration;
using Gatehouse.Storage;

namespace Gatehouse.Hosting;

/// <summary>
/// Before a start: what the settings name must be there and let us in. A server that is only starting up beside us gets
/// some time; then the start ends with one message that says what to mend. An outage later stops nothing.
/// </summary>
internal static class EngineExam
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(500);

    /// <exception cref="SettingsFaultException">It names every server that can't be used.</exception>
    public static async Task RequireAsync(
        IReadOnlyList<Engine> engines, CancellationToken cancellationToken)
    {
        var faults = await Task.WhenAll(engines.Select(engine => ExamineAsync(engine, cancellationToken)));
        string[] found = [.. faults.OfType<string>()];
        if (found.Length > 0)
            throw new SettingsFaultException(found);
    }

    /// <summary>PostgreSQL and Redis, where the settings name them.</summary>
    public static IEnumerable<Engine> StoresOf(GatehouseSettings settings)
    {
        if (Database.IsPostgres(settings.Database))
            yield return new Engine("Gatehouse:Database", token => PostgresExam.TakeAsync(settings.Database, token));
        if (settings.Redis is { } redis)
            yield return new Engine("Gatehouse:Redis", token => RedisStore.ExamineAsync(redis, token));
    }

    private static async Task<string?> ExamineAsync(Engine engine, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        string? fault = null;
        try
        {
            while ((fault = await engine.Examine(limit.Token)) is not null)
                await Task.Delay(AskAgainAfter, limit.Token);
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"{engine.Setting}: {fault ?? "there is no answer"}.";
        }
    }
}

/// <param name="Examine">What is wrong with it, in words; null when nothing is.</param>
internal sealed record Engine(string Setting, Func<CancellationToken, Task<string?>> Examine);
