using Gatehouse.Configuration;
using Gatehouse.Security;
using Gatehouse.Storage;
using Gatehouse.Tokens;
using Microsoft.Extensions.Configuration;

namespace Gatehouse.Benchmarks;

/// <summary>
/// Many good tokens of one session, signed with the key of the server whose data lies below the current folder: so many
/// that the server can't remember them all and has to verify each.
/// </summary>
internal static class TokenSigner
{
    public static async Task WriteAsync(string publicUrl, string token, int count, CancellationToken cancellationToken)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Gatehouse:PublicUrl", publicUrl)]).Build();
        var settings = SettingsReader.Read(configuration, development: true);
        await using var database = Database.Open(settings.Database);
        using var keys = new SigningKeys(database, new SecretBox(settings.Secrets), settings, TimeProvider.System);
        await keys.EnsureAsync(cancellationToken);
        var rules = new AccessTokenRules(settings.Tokens.Issuer, settings.Tokens.Audience, settings.Tokens.Lifetime);
        var now = UnixMicros.ToSeconds(TimeProvider.System.NowMicros());
        var claims = AccessToken.Read(token, keys.Ring, rules, now)
            ?? throw new InvalidOperationException("The token is not one of this folder's server.");
        var tokens = new string[count];
        Parallel.For(0, count, number => tokens[number] =
            AccessToken.Write(claims with { TokenId = Ids.New(TimeProvider.System) }, keys.Signer));
        foreach (var each in tokens)
            await Console.Out.WriteLineAsync(each);
    }
}
