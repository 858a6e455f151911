using Microsoft.Playwright;

namespace Gatehouse.Browser.Tests.Support;

/// <summary>The one Chromium of the suite, Debian's own. Each visitor gets a profile of their own in it.</summary>
internal static class Chromium
{
    /// <summary>How long anything may take before it counts as not happening: the machine may be slow and busy.</summary>
    public const float PatienceMilliseconds = 60_000;

    private const string Executable = "/usr/bin/chromium";

    /// <summary>No sandbox: the tests may run as root in a container; it visits nobody but our own server.</summary>
    private static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    private static readonly Lazy<Task<IPlaywright>> Driver = new(() => Task.Run(StartDriverAsync));
    private static readonly Lazy<Task<IBrowser>> Shared = new(() => Task.Run(StartAsync));

    public static Task<IPlaywright> PlaywrightAsync() => Driver.Value;

    /// <summary>It ends with the process: the driver goes when nobody holds its other end, and takes Chromium along.</summary>
    public static Task<IBrowser> BrowserAsync() => Shared.Value;

    /// <summary>Another one. It keeps pages for the back button, which Playwright turns off.</summary>
    public static async Task<IBrowserContext> StartAsync(Profile profile, Look look, Uri site) =>
        await (await PlaywrightAsync()).Chromium.LaunchPersistentContextAsync(profile.Folder, new BrowserTypeLaunchPersistentContextOptions
        {
            ExecutablePath = Executable,
            Args = Arguments,
            BaseURL = site.ToString(),
            JavaScriptEnabled = look.Script,
            IgnoreDefaultArgs = ["--disable-back-forward-cache"],
        });

    private static async Task<IPlaywright> StartDriverAsync()
    {
        Assertions.SetDefaultExpectTimeout(PatienceMilliseconds);
        return await Playwright.CreateAsync();
    }

    private static async Task<IBrowser> StartAsync() => await (await PlaywrightAsync()).Chromium.LaunchAsync(new BrowserTypeLaunchOptions
    {
        ExecutablePath = Executable,
        Args = [.. Arguments, $"--host-resolver-rules={(await StandIn.SharedAsync()).ResolverRules}"],
    });
}
