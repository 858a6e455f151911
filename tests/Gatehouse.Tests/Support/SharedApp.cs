namespace Gatehouse.Tests.Support;

/// <summary>One server for the tests of a class. Each brings customers of its own; settings are the defaults.</summary>
public abstract class SharedApp(StoreKind kind) : IAsyncLifetime
{
    public StoreKind Kind => kind;

    internal App App { get; private set; } = null!;

    public async Task InitializeAsync() => App = await App.StartAsync(kind);

    public async Task DisposeAsync() => await App.DisposeAsync();
}

public sealed class SharedOnSqlite() : SharedApp(StoreKind.Sqlite);

public sealed class SharedOnPostgres() : SharedApp(StoreKind.Postgres);
