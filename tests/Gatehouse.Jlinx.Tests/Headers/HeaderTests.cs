using System.Text;
using System.Text.Json.Nodes;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Tests.Support;

namespace Gatehouse.Jlinx.Tests.Headers;

public sealed class HeaderTests
{
    private static readonly KeyPair Document = Made.Pair(1);
    private static readonly string[] Optional = ["nextKeyHash", "prev", "endpoint", "ext"];

    public static TheoryData<int> Each => [.. Enumerable.Range(0, Made.Headers().Count())];

    [Theory]
    [MemberData(nameof(Each))]
    public void It_is_read_as_it_was_written(int which)
    {
        var header = Made.Headers().ElementAt(which);
        var block = HeaderCodec.Write(header, Made.KeyOf(Document), Document);
        Assert.True(HeaderCodec.TryRead(block, Made.KeyOf(Document), out var read));
        Assert.True(read.IsProvenBy([Document.PublicKey]));
        Assert.Equal(block, HeaderCodec.Write(read.Header, Made.KeyOf(Document), Document));
        Assert.Equivalent(header with { Nonce = default }, read.Header with { Nonce = default });
    }

    [Theory]
    [MemberData(nameof(Each))]
    public void Every_member_is_there_and_nothing_else_is(int which)
    {
        var whole = Text(which);
        AssertRead(whole);
        foreach (var path in PathsOf(JsonNode.Parse(whole)!))
        {
            var name = path[^1] as string;
            var mayLack = path.Length == 1 && Optional.Contains(name);
            if (name is not null and not "app")
                Assert.True(mayLack == IsRead(Without(whole, path)), $"without {string.Join('.', path)}");
            foreach (var wrong in new[] { "null", "true", "1", "0.5", "-1", "\"\"", "\"x\"", "[]", "[1]", "{}",
                "{\"x\":1}" })
            {
                var changed = With(whole, path, wrong);
                var isFine = changed == whole || (wrong == "[]" && name == "service") || (wrong == "\"x\""
                    && name == "name")
                    || (wrong == "1" && name is "length" or "jlinx");
                Assert.True(isFine == IsRead(changed), $"{string.Join('.', path)} is {wrong}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Each))]
    public void What_is_not_known_is_refused_but_in_ext(int which)
    {
        var whole = Text(which);
        foreach (var path in PathsOf(JsonNode.Parse(whole)!).Where(path => path[^1] is string).Append(["x"]))
        {
            var root = JsonNode.Parse(whole)!;
            var holder = path.Aggregate(root, (node, step) => step is int i ? node[i]! : node[(string)step] ?? node);
            if (holder is not JsonObject inside)
                continue;
            inside["more"] = 1;
            Assert.False(IsRead(root.ToJsonString()), $"more in {string.Join('.', path)}");
            inside.Remove("more");
            inside["ext"] = JsonNode.Parse("""{"more":[1,{"proof":"u"}]}""");
            Assert.True(IsRead(root.ToJsonString()), $"ext in {string.Join('.', path)}");
            inside["ext"] = 1;
            Assert.False(IsRead(root.ToJsonString()), $"bad ext in {string.Join('.', path)}");
        }
        foreach (var other in new[] { "app", "signup", "enc", "ref", "service", "endpoint", "nextKeyHash", "prev" })
        {
            if (JsonNode.Parse(whole)![other] is not null)
                continue;
            var value = Enumerable.Range(0, Made.Headers().Count()).Select(i => JsonNode.Parse(Text(
                i))![other]).First(node => node is not null)!;
            var mayHave = which == 0 && (other is "nextKeyHash" or "prev");
            Assert.True(mayHave == IsRead(With(whole, [other], value.ToJsonString())), $"{other} too");
        }
    }

    [Theory]
    [InlineData("1")]
    [InlineData("0")]
    [InlineData(" Did")]
    [InlineData("did")]
    [InlineData("Did,AppUser")]
    [InlineData("Did, Did")]
    [InlineData("+0")]
    [InlineData("Person")]
    public void A_type_is_named_exactly(string type)
    {
        AssertRead(Text(0));
        Assert.False(IsRead(With(Text(0), ["docType"], $"\"{type}\"")));
    }

    [Fact]
    public void Values_out_of_their_bounds_are_refused()
    {
        var (user, account) = (Text(2), Text(3));
        string[] times =
        [
            "2026-11-20T12:00:00", "2026-11-20T12:00:00+00:00", "2026-11-20 12:00:00Z", "2026-11-20T12:00Z",
                "2026-13-20T12:00:00Z",
            "2026-11-31T12:00:00Z", "2026-11-20T24:00:00Z", "2026-11-20T12:00:60Z", "2026-11-20t12:00:00z",
                " 2026-11-20T12:00:00Z",
            "2026-11-20T12:00:00.12345678Z", "2026-11-20T12:00:00,5Z", "26-11-20T12:00:00Z", "２026-11-20T12:00:00Z",
                "0000-01-01T00:00:00Z",
        ];
        Assert.All(times, time => Assert.False(IsRead(With(user, ["created"], $"\"{time}\"")), time));
        Assert.All(["2026-11-20T12:00:00.5Z", "2028-02-29T23:59:59Z"], (string time) =>
            Assert.True(IsRead(With(user, ["created"], $"\"{time}\"")), time));
        Assert.All(["0", "10001", "9007199254740991"], (string length) =>
            Assert.False(IsRead(With(account, ["ref", "length"], length)), length));
        Assert.True(IsRead(With(account, ["ref", "length"], "10000")));
        Assert.False(IsRead(With(user, ["jlinx"], "2")));
        Assert.False(IsRead(With(user, ["enc", "epoch"], "1")));
        Assert.False(IsRead(With(user, ["kind"], "\"KeyValueStore\"")));
        Assert.True(IsRead(With(user, ["app", "name"], $"\"{new string('n', 64)}\"")));
        Assert.False(IsRead(With(user, ["app", "name"], $"\"{new string('n', 65)}\"")));
        Assert.All(["\\u0000", "\\u001b[2J", "\\n", "\\u0085", "\\u2028", "\\u202e", "\\u2066", "\\u2069"], (
            string escaped) =>
            Assert.False(IsRead(With(user, ["app", "name"], $"\"x{escaped}x\"")), escaped));
        Assert.True(IsRead(With(user, ["app", "name"], "\"\\u05d0 \\u200f\\ud83d\\ude00\"")));
        Assert.False(IsRead(With(user, ["app", "origin"], "\"https://app.example/\"")));
        var service = JsonNode.Parse(user)!["service"]![0]!.ToJsonString();
        Assert.True(IsRead(With(user, ["service"], $"[{service},{service},{service},{service}]")));
        Assert.False(IsRead(With(user, ["service"], $"[{service},{service},{service},{service},{service}]")));
    }

    [Theory]
    [InlineData("hypercore-ws", "wss://app.example/x?y", true)]
    [InlineData("hypercore-ws", "ws://localhost:5000/x", true)]
    [InlineData("hypercore-ws", "https://app.example/x", false)]
    [InlineData("hypercore-ws", "tcp://app.example:1", false)]
    [InlineData("hypercore-ws", "wss://user@app.example/x", false)]
    [InlineData("hypercore-ws", "wss://app.example/x#y", false)]
    [InlineData("hypercore-ws", "/x", false)]
    [InlineData("hypercore-ws", "wss://bücher.example/x", false)]
    [InlineData("hypercore-ws", "wss://app.example/ü", false)]
    [InlineData("hypercore-ws", " wss://app.example/x", false)]
    [InlineData("hypercore-tcp", "tcp://app.example:4977", true)]
    [InlineData("hypercore-tcp", "tcp://[2001:db8::1]:4977", true)]
    [InlineData("hypercore-tcp", "tcp://app.example", false)]
    [InlineData("hypercore-tcp", "tcp://app.example:0", false)]
    [InlineData("hypercore-tcp", "tcp://app.example:4977/x", false)]
    [InlineData("hypercore-tcp", "tcp://app.example:4977?x", false)]
    [InlineData("hypercore-tcp", "tcp://user:word@app.example:4977", false)]
    [InlineData("hypercore-tcp", "file:///etc/passwd", false)]
    [InlineData("hypercore-udp", "udp://app.example:4977", false)]
    public void A_service_is_reached_as_its_type_says(string type, string address, bool taken)
    {
        var changed = With(With(Text(2), ["service", 0, "type"], $"\"{type}\""), ["service", 0, "endpoint"],
            $"\"{address}\"");
        Assert.Equal(taken, IsRead(changed));
    }

    [Fact]
    public void One_that_nobody_could_read_is_not_written()
    {
        var key = Made.KeyOf(Document);
        var user = Made.AppUser(Document);
        Assert.Throws<ArgumentException>(() => HeaderCodec.Write(user with { App = null }, key, Document));
        Assert.Throws<ArgumentException>(() => HeaderCodec.Write(user with { SignUp = null }, key, Document));
        Assert.Throws<ArgumentException>(() => HeaderCodec.Write(user with { Nonce = new byte[15] }, key, Document));
        Assert.Throws<ArgumentException>(
            () => HeaderCodec.Write(user with { App = new AppName(Made.Origin, "\u202e") }, key, Document));
        var far = Made.Service("wss://app.example/" + new string('x', 480));
        var longest = user with
        {
            Services = [far, far, far, far],
            Endpoint = new Uri(Made.Origin.Uri, new string('x', 480)),
        };
        HeaderCodec.Write(longest, key, Document);
        var longer = Made.Service("wss://app.example/" + new string('&', 480)); // six bytes each
        Assert.Throws<ArgumentException>(
            () => HeaderCodec.Write(longest with { Services = [far, longer] }, key, Document));
    }

    private static string Text(int which)
    {
        var block = HeaderCodec.Write(Made.Headers().ElementAt(which), Made.KeyOf(Document), Document);
        var text = Encoding.UTF8.GetString(block);
        return text[..text.LastIndexOf(",\"proof\"", StringComparison.Ordinal)] + "}";
    }

    private static void AssertRead(string text) => Assert.True(IsRead(text), text);

    /// <summary>Proven well, so that it is only what it says that decides.</summary>
    private static bool IsRead(string text) =>
        HeaderCodec.TryRead(Made.Prove(text[..^1], Document, Document), Made.KeyOf(Document), out _);

    private static IEnumerable<object[]> PathsOf(JsonNode node) => node switch
    {
        JsonObject members => members.SelectMany(member => PathsOf(member.Value!)
            .Select(path => (object[])[member.Key, .. path]).Append([member.Key])),
        JsonArray items => items.SelectMany((item, i) => PathsOf(item!).Select(path => (object[])[i, .. path])),
        _ => [],
    };

    private static string Without(string json, object[] path)
    {
        var root = JsonNode.Parse(json)!;
        ((JsonObject)Holder(root, path)).Remove((string)path[^1]);
        return root.ToJsonString();
    }

    private static string With(string json, object[] path, string value)
    {
        var root = JsonNode.Parse(json)!;
        var holder = Holder(root, path);
        if (path[^1] is int index)
            holder[index] = JsonNode.Parse(value);
        else
            holder[(string)path[^1]] = JsonNode.Parse(value);
        return root.ToJsonString();
    }

    private static JsonNode Holder(JsonNode root, object[] path) =>
        path[..^1].Aggregate(root, (node, step) => step is int index ? node[index]! : node[(string)step]!);
}
