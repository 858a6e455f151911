using Gatehouse.Configuration;

namespace Gatehouse.Server.CommandLine.Health;

/// <summary>What doctor looks at: the settings as far as they can be read, and the house made of them.</summary>
internal sealed class Patient(IConfiguration configuration, bool development, TimeProvider clock) : IAsyncDisposable
{
    private readonly (GatehouseSettings Settings, IReadOnlyList<string> Faults) read =
        SettingsReader.Inspect(configuration, development);

    private House? house;

    public GatehouseSettings Settings => read.Settings;

    public IReadOnlyList<string> Faults => read.Faults;

    public TimeProvider Clock => clock;

    public House House => house ??= new House(Settings, clock);

    /// <summary>The file that the secret key is read from; null when it comes with the configuration.</summary>
    public string? KeyFile
    {
        get
        {
            var secrets = configuration.GetSection($"{SettingsSection.Root}:Secrets");
            if (!string.IsNullOrWhiteSpace(secrets["Key"]) || secrets.GetSection("Key").GetChildren().Any())
                return null;
            return string.IsNullOrWhiteSpace(secrets["KeyFile"])
                ? SettingsReader.DevelopmentKey
                : secrets["KeyFile"]!.Trim();
        }
    }

    /// <summary>Whether the settings below a key are wrong, so that what is made of them tells nothing.</summary>
    public bool HasFault(string key) => Faults.Any(fault =>
        fault.StartsWith($"{SettingsSection.Root}:{key}:", StringComparison.OrdinalIgnoreCase));

    public ValueTask DisposeAsync() => house?.DisposeAsync() ?? ValueTask.CompletedTask;
}
