using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Gatehouse.IdentityManager.Control;
using Gatehouse.IdentityManager.Tests.Support;

namespace Gatehouse.IdentityManager.Tests.Accounts;

[SuppressMessage("Design", "CA1001", Justification = "xUnit ends it by IAsyncLifetime.")]
public sealed class KilledSignUpTests : IAsyncLifetime
{
    private const int Rounds = 8;

    private readonly NodeApp app = new();
    private readonly Person ada = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await ada.DisposeAsync();
        app.Dispose();
    }

    [Fact]
    public async Task Killed_at_any_moment_of_a_sign_up_it_has_all_of_the_account_or_nothing()
    {
        for (var round = 1; round <= Rounds; round++)
        {
            var link = app.Offer();
            await ada.StopAsync();
            using (var child = new Child("add", ada.Place.Home, link))
            {
                Assert.Equal("begun", await child.ReadLineAsync());
                await Task.Delay(RandomNumberGenerator.GetInt32(1, 400)); // where it is then is left to chance
                await child.KillAsync();
            }
            await ada.StartAsync();
            // What was begun goes on by itself, as if nothing had been.
            await Eventually.TrueAsync(async () =>
                (await ada.DoAsync(new Call(Call.Accounts))).Accounts!.All(account => account.State == AccountState.Open));
            await ada.AddAsync(link);
            Assert.Equal(round, (await ada.DoAsync(new Call(Call.Accounts))).Accounts!.Count);
            Assert.Equal(round, app.Events("accepted").Count);
            Assert.Empty(app.Events("refused"));
        }
    }
}
