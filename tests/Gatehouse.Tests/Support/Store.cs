using Npgsql;

namespace Gatehouse.Tests.Support;

/// <summary>The databases that every flow is tested on.</summary>
public enum StoreKind
{
    /// <summary>A file of its own for each app.</summary>
    Sqlite,

    /// <summary>A database of its own for each app, on the server that <c>./test</c> started.</summary>
    Postgres,
}

/// <summary>An empty database for one test, gone afterwards.</summary>
internal sealed class Store : IAsyncDisposable
{
    private static int counter;
    private readonly string name;
    private readonly StoreKind kind;

    private Store(StoreKind kind)
    {
        this.kind = kind;
        name = $"gatehouse_test_{Environment.ProcessId}_{Interlocked.Increment(ref counter)}";
        Folder = Path.Combine(Path.GetTempPath(), name);
    }

    /// <summary>A folder for this test's files.</summary>
    public string Folder { get; }

    public string ConnectionString => kind == StoreKind.Sqlite
        ? $"Data Source={Path.Combine(Folder, "gatehouse.db")}"
        : $"{Server};Database={name};Timeout=30;Command Timeout=30"; // a busy machine is no outage

    /// <summary>The server as <c>./test</c> tells of it. A missing one is a failure, not a skip.</summary>
    private static string Server => Environment.GetEnvironmentVariable("GATEHOUSE_TEST_POSTGRES")
        ?? throw new InvalidOperationException("GATEHOUSE_TEST_POSTGRES is not set. Run ./test, which starts PostgreSQL.");

    public static async Task<Store> CreateAsync(StoreKind kind)
    {
        var store = new Store(kind);
        Directory.CreateDirectory(store.Folder);
        if (kind == StoreKind.Postgres)
            await RunAsync($"CREATE DATABASE {store.name}");
        return store;
    }

    /// <summary>The same PostgreSQL database by a way that a test can take away.</summary>
    public (TcpProxy Proxy, string ConnectionString) ThroughProxy()
    {
        var direct = new NpgsqlConnectionStringBuilder(ConnectionString);
        var proxy = TcpProxy.To(direct.Host!, direct.Port);
        return (proxy, $"Host=127.0.0.1;Port={proxy.Port};Username={direct.Username};Database={name}");
    }

    /// <summary>Runs a statement as the database's owner would, past the product: to look, or to break something.</summary>
    public async Task<object?> AskAsync(string sql)
    {
        if (kind == StoreKind.Postgres)
        {
            await using var source = NpgsqlDataSource.Create(ConnectionString + ";Pooling=false");
            await using var command = source.CreateCommand(sql);
            return await command.ExecuteScalarAsync();
        }
        Gatehouse.Storage.SystemSqlite.Bind();
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var direct = connection.CreateCommand();
#pragma warning disable CA2100 // constants of the tests
        direct.CommandText = sql;
#pragma warning restore CA2100
        return await direct.ExecuteScalarAsync();
    }

    /// <summary>The rows of which a condition of the test's own holds.</summary>
    public async Task<long> CountAsync(string table, string where) => Convert.ToInt64(
        await AskAsync($"SELECT count(*) FROM {table} WHERE {where}"), System.Globalization.CultureInfo.InvariantCulture);

    public async Task<long> CountAsync(string table) => Convert.ToInt64(
        await AskAsync($"SELECT count(*) FROM {table}"), System.Globalization.CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        if (kind == StoreKind.Postgres)
            await RunAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        Directory.Delete(Folder, recursive: true);
    }

    private static async Task RunAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Server + ";Database=postgres;Pooling=false");
#pragma warning disable CA2100 // a name made above
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
