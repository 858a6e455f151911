using Gatehouse.Invites;
using Gatehouse.SocialLogin.Providers;
using Gatehouse.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Gatehouse.Tests.Support;

/// <summary>For tests that don't see inside of the product.</summary>
internal static class Faking
{
    /// <summary>Foreign providers are the test's, by the test's clock.</summary>
    public static void FakeProviders(this IServiceCollection services, Func<TimeProvider, HttpMessageHandler> answers) => services.Replace(
        ServiceDescriptor.Singleton(provider => new ProviderHttp(answers(provider.GetRequiredService<TimeProvider>()))));

    /// <summary>An invite as the operator makes it: for anybody, or for an address.</summary>
    public static async Task<string> InviteAsync(this App app, string? email = null) =>
        (await app.Services.GetRequiredService<Database>().TransactAsync(
            db => InviteStore.CreateAsync(db, app.Clock, email, email, TimeSpan.FromDays(14)), CancellationToken.None)).Token.Reveal();
}
