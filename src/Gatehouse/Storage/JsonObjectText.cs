using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Gatehouse.Storage;

/// <summary>
/// A small JSON object of the application's own, which we keep and never read: an account's <c>config</c>, a user's
/// <c>preferences</c>. Kept as it was written, without white space between tokens. Never a duplicate member, a lone
/// surrogate or invalid UTF-8: readers would not agree on what it says.
/// </summary>
internal sealed record JsonObjectText
{
    private const int MaxUtf8Bytes = 4 * 1024; // Without white space.
    private const int MaxDepth = 4; // The object itself is the first.

    private JsonObjectText(string text) => Text = text;

    public static JsonObjectText Empty { get; } = new("{}");

    public string Text { get; }

    public static bool TryParse(JsonElement element, [NotNullWhen(true)] out JsonObjectText? json)
    {
        json = null;
        return element.ValueKind == JsonValueKind.Object && TryParse(JsonMarshal.GetRawUtf8Value(element), out json);
    }

    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out JsonObjectText? json)
    {
        json = null;
        // The parser takes invalid UTF-8 inside strings and would replace it.
        if (!Utf8.IsValid(utf8) || !IsSoundObject(utf8))
            return false;
        var compact = WithoutWhiteSpace(utf8);
        if (compact.WrittenCount > MaxUtf8Bytes)
            return false;
        json = new JsonObjectText(Encoding.UTF8.GetString(compact.WrittenSpan));
        return true;
    }

    public override string ToString() => Text;

    private static bool IsSoundObject(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        var members = new Stack<HashSet<string>>();
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            do
            {
                if (reader.TokenType == JsonTokenType.StartObject)
                    members.Push(new HashSet<string>(StringComparer.Ordinal));
                else if (reader.TokenType == JsonTokenType.EndObject)
                    members.Pop();
                else if (reader.TokenType == JsonTokenType.PropertyName && !members.Peek().Add(reader.GetString()!))
                    return false;
                else if (reader.TokenType == JsonTokenType.String)
                    _ = reader.GetString();
            }
            while (reader.Read());
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false; // Malformed or too deep; an escaped lone surrogate.
        }
    }

    private static ArrayBufferWriter<byte> WithoutWhiteSpace(ReadOnlySpan<byte> utf8)
    {
        var compact = new ArrayBufferWriter<byte>(utf8.Length);
        var inString = false;
        for (var i = 0; i < utf8.Length; i++)
        {
            if (utf8[i] == '"')
                inString = !inString;
            if (inString || !" \t\r\n"u8.Contains(utf8[i]))
                compact.Write(utf8.Slice(i, 1));
            if (inString && utf8[i] == '\\')
                compact.Write(utf8.Slice(++i, 1)); // What follows a backslash ends no string.
        }

        return compact;
    }
}
