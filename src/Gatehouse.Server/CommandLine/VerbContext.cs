using System.CommandLine;
using Gatehouse.Configuration;
using Gatehouse.Hosting;
using Gatehouse.Storage;

namespace Gatehouse.Server.CommandLine;

/// <summary>What every verb works with: the terminal, the clock, and the settings, the same that the server reads.</summary>
internal sealed class VerbContext(Terminal terminal, TimeProvider clock, string[] settings)
{
    public Terminal Terminal => terminal;

    public TimeProvider Clock => clock;

    /// <summary>The settings on the command line, as they were given.</summary>
    public string[] Settings => settings;

    public Option<bool> AsJson { get; } = new("--json")
    {
        Description = "Answers in JSON, for machines.",
        Recursive = true,
    };

    /// <summary>Appsettings, environment and command line, in the server's own order.</summary>
    public (IConfiguration Configuration, bool Development) ReadConfiguration()
    {
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false", .. settings]);
        return (builder.Configuration, builder.Environment.IsDevelopment());
    }

    /// <summary>The house without its doors: what it is made of, on a database that is there and up to date.</summary>
    /// <param name="used">The settings that the verb uses, below <c>Gatehouse:</c>.</param>
    public async Task<House> OpenAsync(CancellationToken cancellationToken, params string[] used)
    {
        var (configuration, development) = ReadConfiguration();
        var read = SettingsReader.ReadFor(configuration, development, ["Database", .. used]);
        RequireFile(read.Database, "Gatehouse:Database");
        var house = new House(read, clock);
        try
        {
            RequireCurrent(await house.Get<Migrator>().CompareAsync(cancellationToken));
            return house;
        }
        catch
        {
            await house.DisposeAsync();
            throw;
        }
    }

    /// <summary>A verb looks at what is there; it doesn't leave an empty database where none was.</summary>
    public static void RequireFile(string connectionString, string what)
    {
        if (Database.FileOf(connectionString) is { } file && !File.Exists(file))
            throw new RefusedException($"{what}: there is no database at {file}. 'gatehouse migrate' makes one.");
    }

    public static void RequireOurs(SchemaState state)
    {
        if (state is SchemaState.Foreign)
            throw new RefusedException("The database was made by another line of releases than this program.");
    }

    private static void RequireCurrent(SchemaState state)
    {
        if (state is SchemaState.None or SchemaState.Behind)
            throw new RefusedException("The database's schema is not up to date. Run 'gatehouse migrate' first.");
        RequireOurs(state);
    }
}

/// <summary>The library's services as the server would have them; nothing is started.</summary>
internal sealed class House : IAsyncDisposable
{
    private readonly ServiceProvider services;

    public House(GatehouseSettings settings, TimeProvider clock)
    {
        var collection = new ServiceCollection();
        collection.AddSingleton(clock);
        collection.AddLogging();
        collection.AddGatehouse(settings);
        services = collection.BuildServiceProvider();
        Settings = settings;
    }

    public GatehouseSettings Settings { get; }

    public Database Database => Get<Database>();

    public T Get<T>() where T : notnull => services.GetRequiredService<T>();

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
