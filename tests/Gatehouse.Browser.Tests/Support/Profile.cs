using Gatehouse.Tests.Support;

namespace Gatehouse.Browser.Tests.Support;

/// <summary>The folder in which a Chromium of its own keeps what it knows, with the preferences a test gives it.</summary>
internal sealed class Profile : IAsyncDisposable
{
    private Profile(string folder) => Folder = folder;

    public string Folder { get; }

    /// <param name="preferences">JSON, as Chromium itself writes it.</param>
    public static async Task<Profile> CreateAsync(string preferences)
    {
        var profile = new Profile(Directory.CreateTempSubdirectory("gatehouse-profile").FullName);
        var own = Directory.CreateDirectory(Path.Combine(profile.Folder, "Default"));
        await File.WriteAllTextAsync(Path.Combine(own.FullName, "Preferences"), preferences);
        return profile;
    }

    public async ValueTask DisposeAsync() => await Eventually.TrueAsync(TryDelete, "the end of Chromium's last process");

    /// <summary>False while a process of Chromium still writes into it.</summary>
    private bool TryDelete()
    {
        try
        {
            Directory.Delete(Folder, recursive: true);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
