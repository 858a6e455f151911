using System.Globalization;
using System.Text.Json;

namespace Gatehouse.Jlinx.Json;

/// <summary>
/// Reads what is signed: one object with one meaning. No member twice, no comment, no deep nesting, and numbers that
/// are integers in their only form (GH-SEC-313).
/// </summary>
internal static class StrictJson
{
    private const long LargestInteger = (1L << 53) - 1; // what JavaScript reads without loss

    private static readonly JsonDocumentOptions Options = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = DocumentLimits.Depth,
    };

    /// <summary>Null when it is anything else. The element is the caller's: it keeps no rented memory.</summary>
    public static JsonElement? ReadObject(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty || utf8[0] != (byte)'{') // also no byte order mark and no space before it
            return null;
        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = DocumentLimits.Depth });
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.Number && !IsInteger(reader))
                    return null;
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                    reader.GetString(); // throws for half of a surrogate pair
            }
            using var document = JsonDocument.Parse(utf8.ToArray(), Options);
            return document.RootElement.Clone();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static bool IsInteger(in Utf8JsonReader reader)
    {
        Span<byte> only = stackalloc byte[20];
        return reader.TryGetInt64(out var value) && value is >= 0 and <= LargestInteger
            && value.TryFormat(only, out var written, provider: CultureInfo.InvariantCulture)
            && reader.ValueSpan.SequenceEqual(only[..written]);
    }
}
