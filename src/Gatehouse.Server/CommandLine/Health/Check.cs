namespace Gatehouse.Server.CommandLine.Health;

/// <summary>What one check found. Name and status are for machines and stay; the words are for people.</summary>
/// <param name="Advice">What to do; null when there is nothing to.</param>
internal sealed record Check(string Name, CheckStatus Status, string Detail, string? Advice = null)
{
    /// <summary>A check is an answer within seconds, also where a host is dead.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    public static Check Ok(string name, string detail, string? advice = null) =>
        new(name, CheckStatus.Ok, detail, advice);

    public static Check Warn(string name, string detail, string advice) => new(name, CheckStatus.Warn, detail, advice);

    public static Check Mend(string name, string detail, string advice) => new(name, CheckStatus.Mend, detail, advice);

    public static Check Skipped(string name, string why) => new(name, CheckStatus.Skipped, why);

    /// <summary>Examines within the limit; a failure that an operator can mend is a finding, not an end.</summary>
    /// <param name="advice">What to do when it fails or doesn't answer.</param>
    public static async Task<Check> ExamineAsync(
        string name, string advice, Func<CancellationToken, Task<Check>> examine, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            var examining = Task.Run(() => examine(limit.Token), cancellationToken);
            return await examining.WaitAsync(Limit * 2, cancellationToken);
        }
        catch (Exception exception) when (exception is OperationCanceledException or TimeoutException
            && !cancellationToken.IsCancellationRequested)
        {
            return Mend(name, $"no answer within {Limit.TotalSeconds:0} seconds", advice);
        }
        catch (Exception exception) when (Verbs.Explain(exception) is { } explained)
        {
            return Mend(name, explained, advice);
        }
    }
}

internal enum CheckStatus
{
    Ok,

    /// <summary>Works, but could be better; nothing has to be done at once.</summary>
    Warn,

    Mend,

    /// <summary>Couldn't be looked at, because of something else that is to be mended.</summary>
    Skipped,
}
