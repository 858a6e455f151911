using Gatehouse.IdentityManager.Accounts;
using Gatehouse.IdentityManager.Requests;

namespace Gatehouse.IdentityManager.Tests.Support;

/// <summary>A process that shows a request on the desktop.</summary>
internal static class Notifying
{
    public const string Code = "417";

    public static int Run(string origin, string browser)
    {
        var now = TimeProvider.System.GetUtcNow();
        new Notifier(TimeProvider.System).OnDesktop(new RequestRecord(
            "id", 1, origin, "App", "", "", now, Code, browser, true, now, now, [Code, "000", "001"]));
        return 0;
    }
}
