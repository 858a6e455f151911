namespace Gatehouse.Tests.Support;

/// <summary>Waits for what must come to be, however slow the machine.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static Task TrueAsync(Func<bool> condition, string what = "what was waited for") =>
        TrueAsync(() => Task.FromResult(condition()), what);

    /// <param name="patience">For what takes its time by itself.</param>
    public static async Task TrueAsync(
        Func<Task<bool>> condition, string what = "what was waited for", TimeSpan? patience = null)
    {
        using var limit = new CancellationTokenSource(patience ?? Patience);
        while (!await condition())
        {
            if (limit.IsCancellationRequested)
                throw new TimeoutException("It never came to: " + what);
            await Task.Delay(20, CancellationToken.None);
        }
    }

    /// <summary>The first answer that is as wanted.</summary>
    public static async Task<Answer> AnswerAsync(Func<Task<Answer>> send, Func<Answer, bool> isWanted)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            var answer = await send();
            if (isWanted(answer))
                return answer;
            Assert.False(limit.IsCancellationRequested, $"Still {(int)answer.Status}: {answer.Body}");
            await Task.Delay(20, CancellationToken.None);
        }
    }
}
