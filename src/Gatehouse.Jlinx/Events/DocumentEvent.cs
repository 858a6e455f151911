using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Gatehouse.Jlinx.Json;

namespace Gatehouse.Jlinx.Events;

/// <summary>Is one event of a document, as its block says it.</summary>
/// <param name="Id">Unique in the document.</param>
/// <param name="At">By its author's clock: to be shown, not to decide by.</param>
public sealed record DocumentEvent(string Id, DateTimeOffset At, EventBody Body)
{
    /// <summary>Makes an event that happens now.</summary>
    public static DocumentEvent New(TimeProvider clock, EventBody body)
    {
        ArgumentNullException.ThrowIfNull(clock);
        var now = clock.GetUtcNow();
        return new DocumentEvent(Guid.CreateVersion7(now).ToString(), now, body);
    }

    /// <summary>
    /// Reads an event of a document of that type. False when it is malformed; one that isn't known there has an
    /// <see cref="UnknownEvent"/> in it.
    /// </summary>
    public static bool TryRead(
        ReadOnlySpan<byte> json, Headers.DocType type, [NotNullWhen(true)] out DocumentEvent? read)
    {
        read = null;
        if (json.Length > DocumentLimits.BlockBytes || StrictJson.ReadObject(json) is not { } root)
            return false;
        var members = new Members(root);
        var name = members.Text("type", DocumentLimits.WordCharacters);
        var id = members.Text("id", DocumentLimits.WordCharacters);
        var at = members.Time("at");
        members.Check(name.All(char.IsAsciiLetter) && id.All(IsOfId));
        var body = members.Object("data", inner => EventBodies.Read(type, name, inner));
        if (!members.AreAllTaken || body is null)
            return false;
        read = new DocumentEvent(id, at, body);
        return true;
    }

    /// <summary>Writes it as JSON.</summary>
    public byte[] Encode()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", Body.Type);
            json.WriteString("id", Id);
            json.WriteString("at", Members.FormatTime(At));
            json.WriteStartObject("data");
            Body.Write(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static bool IsOfId(char character) => char.IsAsciiLetterOrDigit(character) || character == '-';
}
