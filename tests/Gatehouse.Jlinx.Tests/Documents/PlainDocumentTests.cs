using System.Text;
using System.Text.Json;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Tests.Support;

namespace Gatehouse.Jlinx.Tests.Documents;

public sealed class PlainDocumentTests
{
    private static readonly KeyPair Signer = Made.Pair(1);

    [Fact]
    public async Task Of_a_profile_the_last_value_of_each_key_counts()
    {
        var core = await Made.CoreAsync(
            Signer, Made.Profile(Signer), new ValueSet("name", "Ada"), new ValueSet("city", "London"),
            new ValueSet("name", "Augusta"), new ValueDeleted("city"), new ValueDeleted("none"), new ValueSet("Name",
                ""));
        await core.AppendAsync([new byte[] { 1, 2 }, Made.Plain(new SetProfile("Eve")), "{}"u8.ToArray()]);
        var profile = await Profile.ReadAsync(core);
        Assert.Equal(
            [("Name", ""), ("name", "Augusta")],
            profile.Values.Select(pair => (pair.Key, pair.Value)).OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Of_a_document_no_more_is_read_than_it_may_have()
    {
        var blocks = Enumerable.Range(0, DocumentLimits.Blocks + 5)
            .Select(i => i < DocumentLimits.Blocks ? Made.Plain(new ValueSet("at", "well")) : Made.Plain(new ValueSet(
                "at", "no")));
        var profile = await Profile.ReadAsync(await Made.CoreAsync(Signer, [.. blocks]));
        Assert.Equal("well", profile.Values["at"]);
    }

    [Fact]
    public void What_an_origin_says_is_read_as_it_was_written()
    {
        var known = new WellKnown(Made.IdOf(Signer), [Made.Service(), Made.Service("tcp://app.example:4977")]);
        Assert.True(WellKnown.TryRead(known.Encode(), out var read));
        Assert.Equal(known.Did, read.Did);
        Assert.Equal(known.Services, read.Services);
        var text = Encoding.UTF8.GetString(known.Encode());
        Assert.True(IsRead(text[..^1] + ",\"ext\":{\"more\":1}}"));
        Assert.False(IsRead(text[..^1] + ",\"more\":1}"));
        Assert.False(IsRead(text[..^1] + $",\"did\":\"{known.Did.Did}\"}}"));
        Assert.False(IsRead(text.Replace("did:jlinx:", "jlinx:", StringComparison.Ordinal)));
        Assert.False(IsRead(text.Replace("service", "services", StringComparison.Ordinal)));
        Assert.False(IsRead(text + new string(' ', WellKnown.MaxBytes)));
        Assert.False(IsRead(""));
        var garbage = new Garbage(9);
        for (var i = 0; i < 10_000; i++)
            WellKnown.TryRead(garbage.Mutate(known.Encode()), out _);
    }

    [Fact]
    public async Task A_did_is_shown_in_the_form_of_the_w3c()
    {
        using var added = Made.Pair(2);
        var did = await Made.ReadDidAsync(
            Signer, Made.Did(Signer, isApp: true), new KeyAdded(added.PublicKey), new Deactivated());
        using var json = JsonDocument.Parse(DidJson.Write(did));
        var root = json.RootElement;
        Assert.Equal("https://www.w3.org/ns/did/v1", root.Get("@context")[0].Text);
        Assert.Equal(did.Id.Did, root.Get("id").Text);
        Assert.Equal("https://app.example", root.Get("alsoKnownAs")[0].Text);
        Assert.Equal(2, root.Get("verificationMethod").GetArrayLength());
        Assert.Equal(did.Id.Did, root.Get("verificationMethod")[1].Get("controller").Text);
        Assert.Equal("z6Mkon3Necd6NkkyfoGoHxid2znGc59LU3K7mubaRcFbLfLX", root.Get("verificationMethod")[0].Get(
            "publicKeyMultibase").Text);
        Assert.Equal($"{did.Id.Did}#key-2", root.Get("authentication")[1].Text);
        Assert.Equal("tcp://app.example:4977/", root.Get("service")[1].Get("serviceEndpoint").Text + "/");
        Assert.True(root.Get("deactivated").GetBoolean());
    }

    private static bool IsRead(string json) => WellKnown.TryRead(Encoding.UTF8.GetBytes(json), out _);
}
