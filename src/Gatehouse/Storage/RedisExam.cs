using StackExchange.Redis;

namespace Gatehouse.Storage;

/// <summary>Whether a Redis server is fit to be used: there, ours to enter, and new enough.</summary>
internal static class RedisExam
{
    private static readonly Version Oldest = new(6, 0);

    /// <summary>What is wrong, for the operator, without a password in it; null when nothing is.</summary>
    public static async Task<StoreFault?> TakeAsync(RedisAddress address, TimeSpan within, CancellationToken cancellationToken)
    {
        ConnectionMultiplexer? connection = null;
        try
        {
            connection = await ConnectionMultiplexer.ConnectAsync(address.ToOptions(within)).WaitAsync(within * 2, cancellationToken);
            var database = connection.GetDatabase();
            await database.PingAsync().WaitAsync(within, cancellationToken);
            var info = (string?)await database.ExecuteAsync("INFO", "server").WaitAsync(within, cancellationToken) ?? "";
            var line = info.Split('\n').FirstOrDefault(line => line.StartsWith("redis_version:", StringComparison.Ordinal));
            return Version.TryParse(line?["redis_version:".Length..].Trim(), out var version) && version < Oldest
                ? new($"the server is Redis {version}; update it to {Oldest} or later", IsFinal: true)
                : null;
        }
        catch (Exception exception) when (RedisStore.IsOutage(exception))
        {
            return Explain(exception, address);
        }
        finally
        {
            if (connection is not null)
                _ = connection.CloseAsync(allowCommandsToComplete: false);
        }
    }

    private static StoreFault Explain(Exception exception, RedisAddress address)
    {
        var said = exception.ToString();
        if (exception is RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure }
            || said.Contains("NOAUTH", StringComparison.Ordinal) || said.Contains("WRONGPASS", StringComparison.Ordinal)
            || said.Contains("AuthenticationFailure", StringComparison.Ordinal) || said.Contains("invalid password", StringComparison.Ordinal))
        {
            return new($"the server at {address.Where} refuses the password, or wants one", IsFinal: true);
        }
        if (exception is RedisServerException)
            return new($"the server at {address.Where} answers with an error: {exception.Message}", IsFinal: false); // or loads its data
        var how = address.IsTls ? "runs and speaks TLS" : "runs";
        return new($"nothing answers at {address.Where}: check the address, and that Redis {how}", IsFinal: false);
    }
}
