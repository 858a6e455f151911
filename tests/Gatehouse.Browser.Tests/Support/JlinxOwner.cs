using Gatehouse.Tests.Support;

namespace Gatehouse.Browser.Tests.Support;

/// <summary>Ada, whose <c>jlinx</c> is running: the program that is shipped, with one vault for the tests of a class.</summary>
public sealed class JlinxOwner : IAsyncLifetime
{
    internal IdentityCommand Jlinx { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Jlinx = await IdentityCommand.CreateAsync();
        await Jlinx.ServeAsync();
    }

    public async Task DisposeAsync() => await Jlinx.DisposeAsync();

    /// <summary>Takes what a page offers; the account's number and id.</summary>
    internal async Task<(string Number, string Id)> AddAsync(string link)
    {
        var account = Assert.Single((await Jlinx.DoAsync("add", link, "--yes")).EnumerateArray());
        Assert.Equal("Open", account.GetProperty("state").GetString());
        return (account.GetProperty("number").ToString(), account.GetProperty("id").GetString()!);
    }

    /// <summary>Where an account stands by what <c>jlinx accounts</c> says.</summary>
    internal async Task<string?> StateAsync(string number) => (await Jlinx.DoAsync("accounts")).EnumerateArray()
        .Single(account => account.GetProperty("number").ToString() == number).GetProperty("state").GetString();
}
