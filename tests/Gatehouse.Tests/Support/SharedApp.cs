namespace Gatehouse.Tests.Support;

/// <summary>One server for the tests of a class. Each test brings customers of its own.</summary>
public abstract class SharedApp(StoreKind kind) : IAsyncLifetime
{
    public StoreKind Kind => kind;

    internal App App { get; private set; } = null!;

    private protected virtual (string Key, string Value)[] Settings => [];

    public async Task InitializeAsync() => App = await App.StartAsync(kind, Settings);

    public async Task DisposeAsync() => await App.DisposeAsync();
}

public class SharedOnSqlite() : SharedApp(StoreKind.Sqlite);

public sealed class SharedOnPostgres() : SharedApp(StoreKind.Postgres);
