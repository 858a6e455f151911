using Gatehouse;

namespace Guarded;

/// <summary>Told after the fact, at least once: what it does may be done twice.</summary>
internal sealed partial class Welcome(ILogger<Welcome> log) : IGatehouseListener
{
    public Task AccountVerifiedAsync(AccountVerified verified, CancellationToken cancellationToken)
    {
        Log(verified.AccountId);
        return Task.CompletedTask;
    }

    [LoggerMessage(1, LogLevel.Information, "Welcome, account {AccountId}.")]
    private partial void Log(string accountId);
}
