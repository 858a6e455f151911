using Gatehouse.Configuration;
using Gatehouse.Hosting;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Hosting;

public sealed class FrameworkVersionsTests
{
    [Theory]
    [Meets("GH-SEC-261")]
    [InlineData("10.0.0")]
    [InlineData("10.0.1")]
    [InlineData("10.0.6")]
    [InlineData("10.0.6+commit")]
    public void A_release_that_accepts_forged_cookies_is_refused(string version)
    {
        var fault = Assert.Throws<SettingsFaultException>(
            () => FrameworkVersions.RequireSafe(FrameworkVersions.Parse(version)));

        Assert.Contains("CVE-2026-40372", Assert.Single(fault.Faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("9.0.12")]
    [InlineData("10.0.7+commit")]
    [InlineData("10.0.12")]
    [InlineData("11.0.0-preview.1+commit")]
    public void Any_other_is_taken(string version) => FrameworkVersions.RequireSafe(FrameworkVersions.Parse(version));

    [Theory]
    [InlineData("10.0.12", true)]
    [InlineData("10.0.13", false)]
    [InlineData("10.1.0", false)]
    public void A_release_before_the_newest_known_fix_is_outdated(string version, bool outdated) =>
        Assert.Equal(outdated, FrameworkVersions.IsOutdated(FrameworkVersions.Parse(version)));

    [Fact]
    public void The_versions_are_those_of_this_runtime()
    {
        Assert.Equal(Environment.Version.Major, FrameworkVersions.AspNetCore.Major);
        Assert.True(FrameworkVersions.DataProtection.Build >= 0);
    }

    [Fact]
    [Meets("GH-SEC-261")]
    public async Task A_start_on_an_outdated_release_says_so_once()
    {
        await using var app = await App.StartAsync(StoreKind.Sqlite);

        var lines = app.Logs.Text.Split('\n').Count(line => line.Contains("FrameworkOutdated", StringComparison.Ordinal));

        Assert.Equal(FrameworkVersions.IsOutdated(FrameworkVersions.AspNetCore) ? 1 : 0, lines);
    }
}
