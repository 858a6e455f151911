using System.Globalization;
using System.Text.Json;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.Jlinx.Json;

/// <summary>
/// Takes the members of an object one by one. Whoever has taken all asks <see cref="AreAllTaken"/>: it is false when
/// one was missing, was not what it must be, or was there without being asked for; what was taken means nothing then.
/// </summary>
internal sealed class Members
{
    private const string Extension = "ext";
    private static readonly string[] TimeFormats = ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"];

    private readonly JsonElement element;
    private bool isWell;
    private int left;

    public Members(JsonElement element)
    {
        this.element = element;
        isWell = element.ValueKind == JsonValueKind.Object;
        if (!isWell)
            return;
        left = element.GetPropertyCount();
        if (Has(Extension))
            Take(Extension, JsonValueKind.Object);
    }

    public bool AreAllTaken => isWell && left == 0;

    public static string FormatTime(DateTimeOffset time) =>
        time.ToUniversalTime().ToString(TimeFormats[0], CultureInfo.InvariantCulture);

    /// <summary>For a time that another gave: all of it, or it is another time.</summary>
    public static string FormatWhole(DateTimeOffset time) =>
        time.ToUniversalTime().ToString(TimeFormats[1], CultureInfo.InvariantCulture);

    public bool Has(string name) => isWell && element.TryGetProperty(name, out _);

    /// <summary>
    /// A text of 1 to so many characters. None of them is a control character, ends a line or turns the direction of
    /// writing: what is shown beside it, an origin perhaps, stays where it is.
    /// </summary>
    public string Text(string name, int most)
    {
        var text = AnyText(name, most);
        return Check(text.Length > 0) ? text : "";
    }

    /// <summary>The same, or empty.</summary>
    public string AnyText(string name, int most)
    {
        var text = Take(name, JsonValueKind.String)?.GetString() ?? "";
        return Check(text.Length <= most && !text.Any(Disturbs)) ? text : "";
    }

    public bool Is(string name, string value) => Check(Take(name, JsonValueKind.String)?.GetString() == value);

    public bool Flag(string name)
    {
        var value = Take(name, JsonValueKind.True) ?? default;
        return value.ValueKind == JsonValueKind.True;
    }

    public ulong Number(string name) => Take(name, JsonValueKind.Number) is { } value ? value.GetUInt64() : 0;

    public Bytes32 Bytes32(string name) =>
        Check(Multibase.TryParse(Take(name, JsonValueKind.String)?.GetString(), out Bytes32 bytes)) ? bytes : default;

    public byte[] Bytes(string name, int count)
    {
        var bytes = new byte[count];
        Check(Multibase.TryParse(Take(name, JsonValueKind.String)?.GetString(), bytes));
        return bytes;
    }

    public DocumentId Id(string name) =>
        Check(DocumentId.TryParseExact(Take(name, JsonValueKind.String)?.GetString(), out var id)) ? id : default;

    public DocumentId Did(string name) =>
        Check(DocumentId.TryParseDid(Take(name, JsonValueKind.String)?.GetString(), out var id)) ? id : default;

    /// <summary>Never null when all are taken.</summary>
    public WebOrigin Origin(string name)
    {
        Check(WebOrigin.TryParse(Take(name, JsonValueKind.String)?.GetString(), out var origin));
        return origin!;
    }

    public DateTimeOffset Time(string name) => Check(DateTimeOffset.TryParseExact(
        Take(name, JsonValueKind.String)?.GetString(), TimeFormats, CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)) ? time : default;

    /// <summary>An object within, of which all members must be taken.</summary>
    public T Object<T>(string name, Func<Members, T> read)
    {
        var inner = new Members(Take(name, JsonValueKind.Object) ?? default);
        var value = read(inner);
        Check(inner.AreAllTaken);
        return value;
    }

    public IReadOnlyList<T> List<T>(string name, int most, Func<Members, T> read)
    {
        if (Take(name, JsonValueKind.Array) is not { } array || !Check(array.GetArrayLength() <= most))
            return [];
        var values = new List<T>();
        foreach (var item in array.EnumerateArray())
        {
            var inner = new Members(item);
            values.Add(read(inner));
            Check(inner.AreAllTaken);
        }
        return values;
    }

    /// <summary>Whatever else is there is well.</summary>
    public void Skip() => left = 0;

    /// <summary>What must be true of what was taken.</summary>
    public bool Check(bool holds)
    {
        isWell &= holds;
        return holds;
    }

    private JsonElement? Take(string name, JsonValueKind kind)
    {
        if (!isWell || !element.TryGetProperty(name, out var value) || !IsOf(value, kind))
        {
            isWell = false;
            return null;
        }
        left--;
        return value;
    }

    private static bool Disturbs(char character) =>
        char.IsControl(character) || character is '\u2028' or '\u2029' // line and paragraph separator
            or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'); // embeddings, overrides, isolates

    private static bool IsOf(JsonElement value, JsonValueKind kind) =>
        value.ValueKind == kind || (kind == JsonValueKind.True && value.ValueKind == JsonValueKind.False);
}
