using System.Globalization;

namespace Gatehouse.Tests.Support;

/// <summary>Another culture for the length of a test: Turkish and Azeri lower "I" to a dotless i.</summary>
internal sealed class Culture : IDisposable
{
    private readonly CultureInfo before = CultureInfo.CurrentCulture;

    public Culture(string name) => CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(name);

    public void Dispose() => CultureInfo.CurrentCulture = before;
}
