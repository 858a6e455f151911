using System.Net.Sockets;
using Npgsql;

namespace Gatehouse.Storage;

/// <summary>Whether a PostgreSQL server is fit to be used: there, ours to enter, and new enough.</summary>
internal static class PostgresExam
{
    public const int Oldest = 15;

    private const int ConnectSeconds = 5;

    /// <summary>What is wrong, for the operator, without a password in it; null when nothing is.</summary>
    public static async Task<StoreFault?> TakeAsync(string connectionString, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            Timeout = ConnectSeconds,
            CommandTimeout = ConnectSeconds,
        };
        var where = $"{settings.Host}:{settings.Port}";
        try
        {
            await using var connection = new NpgsqlConnection(settings.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            var version = connection.PostgreSqlVersion;
            return version.Major < Oldest
                ? new($"the server is PostgreSQL {version}; update it to {Oldest} or later", IsFinal: true)
                : null;
        }
        catch (PostgresException exception)
        {
            var words = exception.SqlState switch
            {
                PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
                    $"the server at {where} refuses the user '{settings.Username}' or the password",
                PostgresErrorCodes.InvalidCatalogName =>
                    $"the server at {where} has no database '{settings.Database}'; create it: CREATE DATABASE \"{settings.Database}\"",
                PostgresErrorCodes.InsufficientPrivilege =>
                    $"the user '{settings.Username}' may not connect to the database '{settings.Database}'",
                _ => $"the server at {where} answers with {exception.SqlState}: {exception.MessageText}",
            };
            return new(words, IsFinal: exception.SqlState != PostgresErrorCodes.CannotConnectNow); // it is starting up
        }
        catch (NpgsqlException exception)
        {
            return exception.InnerException is SocketException or TimeoutException or IOException
                ? new($"nothing answers at {where}: check the address, and that PostgreSQL runs", IsFinal: false)
                : new($"the server at {where} can't be entered: {exception.Message}", IsFinal: true);
        }
    }
}
