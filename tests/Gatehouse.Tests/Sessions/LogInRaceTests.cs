using Gatehouse.Tests.Support;
using Npgsql;

namespace Gatehouse.Tests.Sessions;

/// <summary>PostgreSQL alone: SQLite has one writer, so nothing goes while a login is written.</summary>
public sealed class LogInRaceTests(SharedOnPostgres shared) : IClassFixture<SharedOnPostgres>
{
    private const string Waiting = """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO sessions%'
        """;

    private readonly App app = shared.App;
    private readonly string email = App.NewEmail();

    [Theory]
    [Meets("GH-SEC-215", "GH-SEC-269")]
    [InlineData("users", "account_id", 200)]
    [InlineData("accounts", "id", 401)]
    public async Task A_login_while_what_it_is_for_goes_looks_again_and_is_no_error(string table, string column, int status)
    {
        var alice = await app.JoinAsync(email);
        await using var source = NpgsqlDataSource.Create(app.Store.ConnectionString + ";Pooling=false");
        await using var connection = await source.OpenConnectionAsync();
        await using var going = await connection.BeginTransactionAsync();
#pragma warning disable CA2100 // constants of the test
        await using var delete = new NpgsqlCommand($"DELETE FROM {table} WHERE {column} = '{alice.AccountId}'", connection, going);
#pragma warning restore CA2100
        await delete.ExecuteNonQueryAsync();
        var login = app.LogInAsync(email);
        while (!login.IsCompleted && (long)(await app.Store.AskAsync(Waiting))! == 0)
        {
            // The login isn't there yet.
        }

        await going.CommitAsync();

        Assert.Equal(status, (int)(await login).Status);
    }
}
