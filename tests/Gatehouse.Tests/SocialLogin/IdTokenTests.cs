using System.Text.Json.Nodes;
using Gatehouse.Tests.Support;

namespace Gatehouse.Tests.SocialLogin;

/// <summary>ID tokens that lie: each by the front door, in place of a good one.</summary>
public sealed class IdTokenTests : SocialTests, IAsyncLifetime
{
    private App app = null!;

    public async Task InitializeAsync() => app = await Stand.StartAsync(StoreKind.Sqlite);

    public async Task DisposeAsync() => await app.DisposeAsync();

    private async Task IsRefusedAsync(string what, string provider = "google")
    {
        var answer = await new Traveller(app, Stand).LogInAsync(provider, new Somebody("s"));

        Assert.True(answer.Header("Location") == "/auth/failed?code=provider_failed", $"{what}: {answer.Status} {answer.Body}");
        Assert.Equal(0, await app.Store.CountAsync("sessions"));
        Assert.Equal(0, await app.Store.CountAsync("identities"));
    }

    private async Task IsTakenAsync(string provider = "google") =>
        (await new Traveller(app, Stand).LogInAsync(provider, new Somebody("s"))).LeadsTo();

    [Theory]
    [InlineData("google")]
    [InlineData("line")]
    [InlineData("acme")]
    [Meets("GH-SEC-168", "GH-SEC-170")]
    public async Task Claims_that_are_not_right(string provider)
    {
        (string What, Action<JsonObject> Change)[] lies =
        [
            ("another issuer", claims => claims["iss"] = "https://evil.example"),
            ("no issuer", claims => claims.Remove("iss")),
            ("another audience", claims => claims["aud"] = "another-client"),
            ("several audiences and no party", claims => claims["aud"] = new JsonArray(provider + "-client", "another-client")),
            ("another party", claims => (claims["aud"], claims["azp"]) = (new JsonArray(provider + "-client"), "another-client")),
            ("a party that is no text", claims => claims["azp"] = 1),
            ("no audience", claims => claims.Remove("aud")),
            ("expired", claims => claims["exp"] = (long)claims["iat"]! - 60),
            ("no expiry", claims => claims.Remove("exp")),
            ("an expiry that is text", claims => claims["exp"] = "9999999999"),
            ("issued in the future", claims => claims["iat"] = (long)claims["iat"]! + 61),
            ("issued long ago", claims => claims["iat"] = (long)claims["iat"]! - 601),
            ("no time of issue", claims => claims.Remove("iat")),
            ("another nonce", claims => claims["nonce"] = new string('A', 43)),
            ("an empty nonce", claims => claims["nonce"] = ""),
            ("no nonce", claims => claims.Remove("nonce")),
            ("no subject", claims => claims.Remove("sub")),
            ("an empty subject", claims => claims["sub"] = ""),
            ("a subject that is a number", claims => claims["sub"] = 1),
            ("a subject with a control", claims => claims["sub"] = "a\nb"),
            ("a long subject", claims => claims["sub"] = new string('s', 256)),
        ];
        foreach (var (what, change) in lies)
        {
            Stand.Claims = change;
            await IsRefusedAsync(what, provider);
        }
        Stand.Claims = claims => claims["azp"] = provider + "-client";
        await IsTakenAsync(provider);
    }

    [Fact]
    [Meets("GH-SEC-170")]
    public async Task Algorithms_that_are_not_the_providers()
    {
        (string What, Func<JsonObject, string> Sign)[] forgeries =
        [
            ("none", claims => SigningKeyPair.Signed(new JsonObject { ["alg"] = "none" }, claims) + "."),
            ("None", claims => SigningKeyPair.Signed(new JsonObject { ["alg"] = "None" }, claims) + "."),
            ("no algorithm", claims => SigningKeyPair.Signed([], claims) + "."),
            ("HS256 by the public key", claims => SigningKeyPair.Hmac(claims, Stand.Key.PublicText)),
            ("HS256 by the client's secret", claims => SigningKeyPair.Hmac(claims, StandIns.Secret)),
            ("RS384 in name", claims => Stand.Key.Sign(claims, algorithm: "RS384")),
            ("another key under the known id", claims => new SigningKeyPair("key-1").Sign(claims)),
            ("an unknown key", claims => new SigningKeyPair("key-9").Sign(claims)),
            ("no signature", claims => Stand.Key.Sign(claims).Split('.') is var parts ? $"{parts[0]}.{parts[1]}." : ""),
            ("four parts", claims => Stand.Key.Sign(claims) + ".x"),
            ("two parts", claims => Stand.Key.Sign(claims) is var text ? text[..text.LastIndexOf('.')] : ""),
            ("padding", claims => Stand.Key.Sign(claims) + "="),
            ("a huge one", claims => Stand.Key.Sign(new JsonObject { ["pad"] = new string('x', 20_000), ["sub"] = claims["sub"]!.DeepClone() })),
            ("nothing", _ => ""),
        ];
        foreach (var (what, sign) in forgeries)
        {
            Stand.Sign = sign;
            await IsRefusedAsync(what);
        }
        Stand.Sign = null;
        await IsTakenAsync();
    }

    [Fact]
    [Meets("GH-SEC-171")]
    public async Task Lines_tokens_are_by_the_channel_secret_alone()
    {
        Stand.Sign = claims => Stand.Key.Sign(claims);
        await IsRefusedAsync("RS256", "line");
        Stand.Sign = claims => SigningKeyPair.Hmac(claims, "another secret");
        await IsRefusedAsync("another secret", "line");
        Stand.Sign = claims => SigningKeyPair.Hmac(claims, "");
        await IsRefusedAsync("an empty secret", "line");
        Stand.Sign = claims => SigningKeyPair.Hmac(claims, StandIns.Secret);
        await IsRefusedAsync("HS256 at Google", "google");
        await IsTakenAsync("line");
    }

    [Fact]
    [Meets("GH-SEC-170")]
    public async Task Every_bit_of_header_and_signature_counts()
    {
        var bit = 0;
        Stand.Sign = claims =>
        {
            var parts = Stand.Key.Sign(claims).Split('.');
            var bytes = Microsoft.AspNetCore.WebUtilities.WebEncoders.Base64UrlDecode(parts[2]);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            return $"{parts[0]}.{parts[1]}.{Microsoft.AspNetCore.WebUtilities.WebEncoders.Base64UrlEncode(bytes)}";
        };
        for (bit = 0; bit < 2048; bit += 61)
            await IsRefusedAsync($"bit {bit} of the signature");
        Stand.Sign = claims => Stand.Key.Sign(claims) is var text ? text.Replace('.', '_') : "";
        await IsRefusedAsync("no dots");
    }

    [Fact]
    [Meets("GH-SEC-183")]
    public async Task A_key_that_is_not_known_is_looked_for_once_a_minute()
    {
        await IsTakenAsync();
        Stand.Key = new SigningKeyPair("key-2");
        app.Clock.Advance(TimeSpan.FromSeconds(59));
        await IsRefusedBeforeTheKeyIsLookedForAsync();
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await IsTakenAsync();
        Assert.Equal(2, Fetches());

        Stand.Sign = claims => new SigningKeyPair("key-9").Sign(claims);
        var sessions = await app.Store.CountAsync("sessions");
        for (var i = 0; i < 5; i++)
            (await new Traveller(app, Stand).LogInAsync("google", new Somebody("s"))).IsFailed("provider_failed");
        Assert.Equal(2, Fetches());
        Assert.Equal(sessions, await app.Store.CountAsync("sessions"));
    }

    [Fact]
    [Meets("GH-SEC-183")]
    public async Task Keys_that_cannot_be_fetched_switch_nothing_off()
    {
        await IsTakenAsync();
        Stand.Instead = (request, _) => Task.FromResult(request.RequestUri!.AbsolutePath.EndsWith("/certs", StringComparison.Ordinal)
            ? new HttpResponseMessage(System.Net.HttpStatusCode.ServiceUnavailable)
            : null);

        app.Clock.Advance(TimeSpan.FromHours(2));
        await IsTakenAsync(); // by the keys of before
        app.Clock.Advance(TimeSpan.FromHours(23));
        (await new Traveller(app, Stand).LogInAsync("google", new Somebody("s"))).IsFailed("provider_failed");
    }

    [Fact]
    [Meets("GH-SEC-183")]
    public async Task A_key_that_was_withdrawn_is_good_for_an_hour_at_most()
    {
        await IsTakenAsync();
        Stand.Published = [new SigningKeyPair("key-2")];

        app.Clock.Advance(TimeSpan.FromHours(1));

        (await new Traveller(app, Stand).LogInAsync("google", new Somebody("s"))).IsFailed("provider_failed");
    }

    private async Task IsRefusedBeforeTheKeyIsLookedForAsync()
    {
        (await new Traveller(app, Stand).LogInAsync("google", new Somebody("s"))).IsFailed("provider_failed");
        Assert.Equal(1, Fetches());
    }

    private int Fetches() => Stand.Calls.Count(call => call.EndsWith("/certs", StringComparison.Ordinal));
}
