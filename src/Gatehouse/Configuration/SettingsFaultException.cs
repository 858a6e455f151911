namespace Gatehouse.Configuration;

/// <summary>The settings can't be run with. The message names every fault, a line each, so one try mends them all.</summary>
public sealed class SettingsFaultException : Exception
{
    internal SettingsFaultException(IReadOnlyList<string> faults)
        : base("Gatehouse can't start with these settings:\n" + string.Join('\n', faults.Select(fault => "  - " + fault))) =>
        Faults = faults;

    /// <summary>One sentence per fault, beginning with the setting's full name.</summary>
    public IReadOnlyList<string> Faults { get; }
}
