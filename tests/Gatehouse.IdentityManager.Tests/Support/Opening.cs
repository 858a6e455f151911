using Gatehouse.IdentityManager.CommandLine;

namespace Gatehouse.IdentityManager.Tests.Support;

/// <summary>A process that opens an address in the browser, and says whether it did.</summary>
internal static class Opening
{
    public static int Run(string url)
    {
        Console.WriteLine(Browser.TryOpen(url));
        return 0;
    }
}
