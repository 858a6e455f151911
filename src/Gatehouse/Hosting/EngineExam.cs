using Gatehouse.Configuration;
using Gatehouse.Mail.Broker;
using Gatehouse.Storage;

namespace Gatehouse.Hosting;

/// <summary>
/// Before a start: the servers that the settings name must be there and let us in. One that is only starting up beside us
/// gets some time; then the start ends with one message that says of each what to mend. An outage later stops nothing.
/// </summary>
internal static class EngineExam
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(500);

    /// <param name="broker">Null where mails go by none.</param>
    /// <exception cref="SettingsFaultException">It names every server that can't be used.</exception>
    public static async Task RequireAsync(
        GatehouseSettings settings, BrokerConnections? broker, CancellationToken cancellationToken)
    {
        var exams = new List<Task<IReadOnlyList<string>>>();
        if (Database.IsPostgres(settings.Database))
            exams.Add(TakeAsync("Database", token => PostgresExam.TakeAsync(settings.Database, token), cancellationToken));
        if (settings.Redis is { } redis)
            exams.Add(TakeAsync("Redis", token => RedisStore.ExamineAsync(redis, token), cancellationToken));
        if (broker is not null)
            exams.Add(TakeAsync(broker, cancellationToken));
        string[] faults = [.. (await Task.WhenAll(exams)).SelectMany(found => found)];
        if (faults.Length > 0)
            throw new SettingsFaultException(faults);
    }

    private static async Task<IReadOnlyList<string>> TakeAsync(
        string setting, Func<CancellationToken, Task<StoreFault?>> examine, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        StoreFault? fault = null;
        try
        {
            while ((fault = await examine(limit.Token)) is { IsFinal: false })
                await Task.Delay(AskAgainAfter, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            fault ??= new StoreFault("the server takes the connection and doesn't answer", IsFinal: false);
        }
        return fault is null ? [] : [$"Gatehouse:{setting}: {fault.Words}."];
    }

    private static async Task<IReadOnlyList<string>> TakeAsync(BrokerConnections broker, CancellationToken cancellationToken)
    {
        try
        {
            await broker.RequireUsableAsync(cancellationToken);
            return [];
        }
        catch (SettingsFaultException exception)
        {
            return exception.Faults;
        }
    }
}
