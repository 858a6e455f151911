using Gatehouse.Configuration;

namespace Gatehouse.Tests.Docs;

public sealed class SettingsPageTests
{
    [Fact]
    public void Every_setting_that_is_read_has_a_meaning_and_every_meaning_a_setting() => Assert.Equal(
        SettingsReader.AskAll().Keys.Order(StringComparer.Ordinal),
        SettingsReference.All.Select(setting => setting.Key).Order(StringComparer.Ordinal));

    [Fact]
    public void The_page_of_settings_is_current() => new GeneratedPage("settings.md", "Settings")
        .Says("ASP.NET Core configuration, read once at the start. A wrong, missing or unknown setting stops the start "
            + "with one message that names every fault. Keys stand below `Gatehouse:`. Items of a list are "
            + "`Gatehouse:AllowedOrigins:0` or `Gatehouse__AllowedOrigins__0`. Durations are `[d.]hh:mm:ss`. A setting "
            + "without a default is empty unless it is set.")
        .Table(
            ["Setting", "Environment variable", "Default", "Values", "Meaning", "Production refuses"],
            SettingsReference.All.Select(Row))
        .IsCurrent();

    private static string[] Row(SettingReference setting)
    {
        var asked = SettingsReader.AskAll()[setting.Key];
        return
        [
            $"`{setting.Key}`",
            $"`Gatehouse__{setting.Key.Replace(":", "__", StringComparison.Ordinal)}`",
            setting.Default ?? (asked.Default is { } fallback ? $"`{fallback}`" : ""),
            setting.Values ?? asked.Values,
            setting.Meaning,
            setting.Production ?? "",
        ];
    }
}
