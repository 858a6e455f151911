using System.Globalization;
using Gatehouse.IdentityManager.Ui;

namespace Gatehouse.IdentityManager.Tests.Ui;

public sealed class PageTests
{
    [Theory]
    [InlineData("da-DK")]
    [InlineData("fi-FI")]
    [InlineData("id-ID")]
    [InlineData("th-TH")]
    [InlineData("fa-IR")]
    [InlineData("ar-SA")]
    public void A_time_is_the_same_in_every_country(string culture)
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
            Assert.Equal(
                "<time datetime=\"2026-11-20T10:20:30Z\">2026-11-20 10:20 UTC</time>",
                Page.Time(new DateTimeOffset(2026, 11, 20, 12, 20, 30, TimeSpan.FromHours(2))));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
