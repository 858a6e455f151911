using System.Net;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.Pages;

/// <summary>Pages of plotdb ask for the panel's block by either of its names, and keep working.</summary>
public sealed class BlockAddressTests(SharedOnSqlite shared) : IClassFixture<SharedOnSqlite>
{
    [Fact]
    public async Task The_block_answers_by_either_name_in_either_folder_in_any_version()
    {
        using var client = new HttpClient { BaseAddress = shared.App.Address };
        var block = await client.GetStringAsync("/assets/block/auth/main/index.html");

        foreach (var path in Addresses())
            Assert.Equal(block, await client.GetStringAsync(path));

        Assert.Contains("type=\"@plotdb/block\"", block, StringComparison.Ordinal);
        using var other = await client.GetAsync("/assets/block/other/main/index.html");
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }

    private static IEnumerable<string> Addresses() =>
        from folder in (string[])["block", "lib"]
        from name in (string[])["auth", "@servebase/auth"]
        from file in (string[])["main/index.html", "main/base.html", "0.0.1/index.html"]
        select $"/assets/{folder}/{name}/{file}";
}
