using System.Text;
using System.Text.Json.Nodes;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Tests.Support;

namespace Gatehouse.Jlinx.Tests.Events;

public sealed class EventTests
{
    private static readonly Head Head = new(3, Made.Same(5));
    private static readonly DocumentRef Ref = new(Made.IdOf(Made.Pair(2)), Head);
    private static readonly PublicKey Key = Made.Pair(6).PublicKey;

    private static readonly (DocType Type, EventBody Body)[] All =
    [
        (DocType.AppUser, new AccountOpened(Ref)),
        (DocType.AppUser, new SessionRequested(
            Made.Same(1), Made.Origin, Made.Noon, "042", "Firefox on Linux", IsNewPlace: true, Head)),
        (DocType.AppUser, new SecurityEvent("password_changed", Made.Noon, "", "")),
        (DocType.AppUser, new RedeemedOnetimeLoginLink(Made.Same(2))),
        (DocType.AppUser, new Rekey(Made.Same(3), 1)),
        (DocType.AppUser, new DestroyedAccount()),
        (DocType.AppAccount, new AccountAccepted(Made.Origin, Made.Secret)),
        (DocType.AppAccount, new SessionApproved("r-1", Made.Same(1), Made.Same(2), Made.Origin, Made.Noon, "999",
            Head)),
        (DocType.AppAccount, new SessionRejected("r-1", Made.Same(1), Block: true)),
        (DocType.AppAccount, new SessionEnded("r-1")),
        (DocType.AppAccount, new SetProfile("Ada 😀")),
        (DocType.AppAccount, new GeneratedOnetimeLoginLink(Made.Same(1), Made.Origin)),
        (DocType.AppAccount, new Rekey(Made.Same(3), 2)),
        (DocType.AppAccount, new DestroyedAccount()),
        (DocType.Did, new KeyAdded(Key)),
        (DocType.Did, new KeyRevoked(Key)),
        (DocType.Did, new ServiceSet([Made.Service()])),
        (DocType.Did, new Rotated(Made.IdOf(Made.Pair(2)))),
        (DocType.Did, new Deactivated()),
        (DocType.UserProfile, new ValueSet("name", "")),
        (DocType.UserProfile, new ValueDeleted("name")),
    ];

    // Members that may be missing, and values of another kind that may take their place.
    private static readonly string[] Optional = ["signupSecret", "block"];

    public static TheoryData<int> Each => [.. Enumerable.Range(0, All.Length)];

    [Theory]
    [MemberData(nameof(Each))]
    public void Each_is_read_as_it_was_written(int which)
    {
        var (type, body) = All[which];
        var json = new DocumentEvent("id-1", Made.Noon, body).Encode();
        Assert.True(DocumentEvent.TryRead(json, type, out var read));
        Assert.Equal(("id-1", Made.Noon), (read.Id, read.At));
        Assert.IsType(body.GetType(), read.Body);
        Assert.Equal(json, read.Encode());
    }

    [Theory]
    [MemberData(nameof(Each))]
    public void Each_is_known_in_its_own_documents_alone(int which)
    {
        var json = new DocumentEvent("id-1", Made.Noon, All[which].Body).Encode();
        foreach (var type in Enum.GetValues<DocType>())
        {
            Assert.True(DocumentEvent.TryRead(json, type, out var read));
            var isKnown = All.Any(one => one.Type == type && one.Body.GetType() == All[which].Body.GetType());
            Assert.Equal(isKnown, read.Body is not UnknownEvent);
        }
    }

    [Theory]
    [MemberData(nameof(Each))]
    public void Members_that_are_missing_wrong_or_too_many_make_it_malformed(int which)
    {
        var (type, body) = All[which];
        var whole = Encoding.UTF8.GetString(new DocumentEvent("id-1", Made.Noon, body).Encode());
        var data = (JsonObject)JsonNode.Parse(whole)!["data"]!;
        foreach (var name in data.Select(member => member.Key).ToArray())
        {
            Assert.Equal(Optional.Contains(name), IsRead(type, Change(whole, inner => inner.Remove(name))));
            foreach (var wrong in new[] { "null", "-1", "0.5", "[1]", "{\"x\":1}", "\"\\u0000\"",
                $"\"{new string('x', 1025)}\"" })
            {
                Assert.False(IsRead(type, Change(whole, inner => inner[name] = JsonNode.Parse(wrong))),
                    $"{name} is {wrong}");
            }
        }
        Assert.False(IsRead(type, Change(whole, inner => inner["more"] = 1)));
        Assert.True(IsRead(type, Change(whole, inner => inner["ext"] = JsonNode.Parse("""{"more":1}"""))));
        Assert.False(IsRead(type, Change(whole, inner => inner["ext"] = 1)));
        foreach (var name in new[] { "type", "id", "at", "data" })
        {
            var root = (JsonObject)JsonNode.Parse(whole)!;
            root.Remove(name);
            Assert.False(IsRead(type, root.ToJsonString()), name);
        }
        Assert.False(IsRead(type, whole[..^1] + ",\"more\":1}"));
        Assert.True(IsRead(type, whole[..^1] + ",\"ext\":{\"more\":1}}"));
    }

    [Theory]
    [InlineData("type", "\"\"")]
    [InlineData("type", "\"Session Ended\"")]
    [InlineData("type", "\"Session1\"")]
    [InlineData("type", "\"Séance\"")]
    [InlineData("type", "1")]
    [InlineData("id", "\"\"")]
    [InlineData("id", "\"a b\"")]
    [InlineData("id", "\"a_b\"")]
    [InlineData("id", "\"é\"")]
    [InlineData("id", "1")]
    [InlineData("at", "\"2026-11-20T10:00:00\"")]
    [InlineData("at", "\"2026-11-20T10:00:00+01:00\"")]
    [InlineData("at", "1763632800")]
    [InlineData("data", "[]")]
    [InlineData("data", "null")]
    public void What_is_around_the_data_has_its_form(string name, string value)
    {
        var root = JsonNode.Parse(Made.Plain(new SessionEnded("r")).Span)!;
        Assert.True(IsRead(DocType.AppAccount, root.ToJsonString()));
        root[name] = JsonNode.Parse(value);
        Assert.False(IsRead(DocType.AppAccount, root.ToJsonString()));
    }

    [Fact]
    public void Lengths_are_bounded()
    {
        foreach (var name in new[] { "type", "id" })
        {
            var root = JsonNode.Parse(Made.Plain(new SessionEnded("r")).Span)!;
            root[name] = new string('x', 64);
            Assert.True(IsRead(DocType.AppAccount, root.ToJsonString()));
            root[name] = new string('x', 65);
            Assert.False(IsRead(DocType.AppAccount, root.ToJsonString()));
        }
        Assert.True(IsRead(DocType.UserProfile, Plain(new ValueSet("k", new string('v', 1024)))));
        Assert.False(IsRead(DocType.UserProfile, Plain(new ValueSet("k", new string('v', 1025)))));
        Assert.False(IsRead(DocType.AppAccount, Plain(new SetProfile(new string('n', 65)))));
        Assert.False(IsRead(DocType.AppAccount, Plain(new SetProfile(""))));
        Assert.False(IsRead(DocType.AppAccount, Plain(new SetProfile("Ada\u202e"))));
        Assert.False(IsRead(DocType.AppAccount, Plain(new SetProfile("Ada\n"))));
        Assert.False(IsRead(DocType.Did, Plain(new ServiceSet([.. Enumerable.Repeat(Made.Service(), 5)]))));
        Assert.False(DocumentEvent.TryRead(new byte[DocumentLimits.BlockBytes + 1], DocType.Did, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("1234")]
    [InlineData("12a")]
    [InlineData("１２３")]
    [InlineData("-12")]
    public void A_code_has_three_digits(string code)
    {
        Assert.False(IsRead(DocType.AppUser, Plain(
            new SessionRequested(Made.Same(1), Made.Origin, Made.Noon, code, "", false, Head))));
        Assert.False(IsRead(DocType.AppAccount, Plain(
            new SessionApproved("r", Made.Same(1), Made.Same(2), Made.Origin, Made.Noon, code, Head))));
    }

    [Fact]
    public void A_head_is_of_a_length_that_a_document_can_have()
    {
        foreach (var length in new ulong[] { 0, 10_001, 1UL << 52 })
        {
            var head = new Head(length, Made.Same(5));
            Assert.False(IsRead(DocType.AppAccount, Plain(
                new SessionApproved("r", Made.Same(1), Made.Same(2), Made.Origin, Made.Noon, "123", head))));
            Assert.False(IsRead(DocType.AppUser, Plain(new AccountOpened(new DocumentRef(Ref.Id, head)))));
        }
    }

    [Fact]
    public void Older_names_mean_what_they_meant()
    {
        var approved = Plain(new SessionApproved("r", Made.Same(1), Made.Same(2), Made.Origin, Made.Noon, "123", Head));
        var rejected = Plain(new SessionRejected("r", Made.Same(1), Block: false));
        Assert.IsType<SessionRejected>(Read(Named(rejected, "SessionDenied"))!.Body);
        Assert.IsType<SessionApproved>(Read(Resolved(approved, "true"))!.Body);
        Assert.IsType<SessionRejected>(Read(Resolved(rejected, "false"))!.Body);
        Assert.Null(Read(Resolved(rejected, "true")));
        Assert.Null(Read(Resolved(approved, "false")));
        Assert.Null(Read(Named(approved, "SessionRequestResolved")));
        Assert.All(["1", "\"true\"", "null", "[]"], (string not) => Assert.Null(Read(Resolved(approved, not))));
        Assert.Null(Read(Named(approved, "SessionDenied")));
        Assert.IsType<UnknownEvent>(Read(Named(rejected, "sessiondenied"))!.Body);

        var closed = """{"type":"AccountClosed","id":"1","at":"2026-11-20T10:00:00Z","data":{"any":[{}]}}""";
        Assert.IsType<DestroyedAccount>(Read(closed, DocType.AppUser)!.Body);
        Assert.IsType<UnknownEvent>(Read(closed)!.Body);
        var offered = closed.Replace("AccountClosed", "AccountOffered", StringComparison.Ordinal);
        Assert.IsType<UnknownEvent>(Read(offered, DocType.AppUser)!.Body);
    }

    [Fact]
    public void An_account_accepted_without_the_secret_has_none()
    {
        foreach (var body in new[] { new AccountAccepted(Made.Origin, null), new AccountAccepted(Made.Origin, (
            byte[]?)null) })
        {
            var json = Plain(body);
            Assert.DoesNotContain("signupSecret", json, StringComparison.Ordinal);
            Assert.Null(((AccountAccepted)Read(json)!.Body).Secret);
            Assert.Equal(json, Encoding.UTF8.GetString(Read(json)!.Encode()));
        }
    }

    [Fact]
    public void A_contradictory_answer_is_malformed()
    {
        var approved = Plain(new SessionApproved("r", Made.Same(1), Made.Same(2), Made.Origin, Made.Noon, "123", Head));
        Assert.Null(Read(approved.Replace("\"data\":{", "\"data\":{\"accepted\":true,", StringComparison.Ordinal)));
        Assert.Null(Read(approved.Replace("\"data\":{", "\"data\":{\"accepted\":false,", StringComparison.Ordinal)));
        Assert.Null(Read(approved.Replace("\"data\":{", "\"data\":{\"block\":true,", StringComparison.Ordinal)));
        Assert.Null(Read(approved.Replace("{\"type\"", "{\"type\":\"SessionRejected\",\"type\"",
            StringComparison.Ordinal)));
        Assert.Null(Read(approved.Replace("{\"type\"", "{\"typ\\u0065\":\"SessionRejected\",\"type\"",
            StringComparison.Ordinal)));
    }

    [Fact]
    public void An_event_that_happens_now_has_an_id_of_its_own()
    {
        var one = DocumentEvent.New(TimeProvider.System, new Deactivated());
        var other = DocumentEvent.New(TimeProvider.System, new Deactivated());
        Assert.False(one.Id == other.Id);
        Assert.True(DocumentEvent.TryRead(one.Encode(), DocType.Did, out var read));
        Assert.Equal(one.Id, read.Id);
    }

    [Fact]
    public void Mutated_events_are_read_or_refused()
    {
        var garbage = new Garbage(6);
        var seeds = All.Select(one => new DocumentEvent("id-1", Made.Noon, one.Body).Encode()).ToArray();
        for (var i = 0; i < 10_000; i++)
        {
            var json = garbage.Mutate(seeds[garbage.Next(seeds.Length)]);
            foreach (var type in Enum.GetValues<DocType>())
            {
                if (!DocumentEvent.TryRead(json, type, out var read) || read.Body is UnknownEvent)
                    continue;
                Assert.True(DocumentEvent.TryRead(read.Encode(), type, out var again));
                Assert.Equal(read.Encode(), again.Encode());
            }
        }
    }

    private static string Plain(EventBody body) => Encoding.UTF8.GetString(Made.Plain(body).Span);

    private static string Named(string json, string name)
    {
        var root = JsonNode.Parse(json)!;
        root["type"] = name;
        return root.ToJsonString();
    }

    private static string Resolved(string json, string accepted)
    {
        var root = JsonNode.Parse(Named(json, "SessionRequestResolved"))!;
        ((JsonObject)root["data"]!).Remove("block");
        root["data"]!["accepted"] = JsonNode.Parse(accepted);
        return root.ToJsonString();
    }

    private static string Change(string json, Action<JsonObject> change)
    {
        var root = JsonNode.Parse(json)!;
        change((JsonObject)root["data"]!);
        return root.ToJsonString();
    }

    private static DocumentEvent? Read(string json, DocType type = DocType.AppAccount) =>
        DocumentEvent.TryRead(Encoding.UTF8.GetBytes(json), type, out var read) ? read : null;

    private static bool IsRead(DocType type, string json) => Read(json, type) is not null;
}
