using Gatehouse.Configuration;
using Gatehouse.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Gatehouse.Tests.Configuration;

public sealed class SocialSettingsTests
{
    private static (IReadOnlyList<SocialSettings> Social, IReadOnlyList<string> Faults) Read(
        bool development, params (string Key, string Value)[] settings)
    {
        var values = settings.ToDictionary(pair => "Gatehouse:Social:" + pair.Key, pair => (string?)pair.Value, StringComparer.OrdinalIgnoreCase);
        values["Gatehouse:Secrets:Key"] = App.Key;
        var (read, faults) = SettingsReader.Inspect(new ConfigurationBuilder().AddInMemoryCollection(values).Build(), development);
        return (read.Social, [.. faults.Where(fault => fault.Contains("Social", StringComparison.Ordinal))]);
    }

    [Fact]
    public void A_known_provider_needs_client_and_secret_and_is_known_by_its_name()
    {
        var (social, faults) = Read(false, ("google:ClientId", " id "), ("google:ClientSecret", "secret"), ("LINE:ClientId", "1"), ("LINE:ClientSecret", "2"));

        Assert.Empty(faults);
        Assert.Equal(["Google google", "LINE line"], social.Select(one => $"{one.Title} {one.Name}").Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal("id", social.Single(one => one.Name == "google").ClientId);
        Assert.DoesNotContain("secret", string.Join(' ', social), StringComparison.Ordinal);
    }

    [Fact]
    public void One_of_ones_own_names_its_issuer()
    {
        var (social, faults) = Read(false,
            ("acme:ClientId", "id"), ("acme:ClientSecret", "s"), ("acme:Authority", "https://login.example.com/realms/a"),
            ("acme:Title", "Acme & Sons"), ("acme:Scopes", "openid"), ("acme:Algorithm", "ES256"));

        Assert.Empty(faults);
        var acme = Assert.Single(social);
        Assert.Equal(("Acme & Sons", "openid", IdTokenAlgorithm.ES256), (acme.Title, acme.Scopes, acme.Algorithm));
    }

    [Theory]
    [InlineData("google:ClientId", "x", "Social:google:ClientSecret: is missing")]
    [InlineData("google:ClientSecret", "x", "Social:google:ClientId: is missing")]
    [InlineData("google:Authority", "https://evil.example", "that of google is known")]
    [InlineData("google:Algorithm", "ES256", "that of google is known")]
    [InlineData("acme:ClientId", "x", "Social:acme:Authority: is missing")]
    [InlineData("acme:Authority", "http://login.example.com", "is not an https URL")]
    [InlineData("acme:Authority", "http://127.0.0.1:9000", "is not an https URL")]
    [InlineData("acme:Authority", "https://login.example.com/?a=b", "is not an https URL")]
    [InlineData("acme:Authority", "login.example.com", "is not an https URL")]
    [InlineData("acme:Algorithm", "none", "is not RS256 or ES256")]
    [InlineData("acme:Algorithm", "HS256", "is not RS256 or ES256")]
    [InlineData("google:ClientSecrt", "x", "no such setting")]
    [InlineData("jlinx:ClientId", "x", "is a path of ours")]
    [InlineData("account:ClientId", "x", "is a path of ours")]
    [InlineData("a_b:ClientId", "x", "lower-case letters")]
    [Meets("GH-SEC-184", "GH-SEC-258")]
    public void What_is_wrong_stops_the_start(string key, string value, string fault)
    {
        var (social, faults) = Read(false, (key, value));

        Assert.Contains(faults, each => each.Contains(fault, StringComparison.Ordinal));
        Assert.Empty(social);
    }

    [Fact]
    public void Development_takes_an_issuer_on_this_machine()
    {
        var (social, faults) = Read(true, ("acme:ClientId", "x"), ("acme:ClientSecret", "y"), ("acme:Authority", "http://127.0.0.1:9000"));

        Assert.Empty(faults);
        Assert.Single(social);
        Assert.NotEmpty(Read(true, ("acme:ClientId", "x"), ("acme:ClientSecret", "y"), ("acme:Authority", "http://login.example.com")).Faults);
    }

    [Fact]
    public void What_is_empty_is_not_there() => Assert.Equal(
        (0, 0), Read(false, ("google:ClientId", ""), ("google:ClientSecret", " ")) is var (social, faults) ? (social.Count, faults.Count) : default);
}
