using System.Text.Json;

namespace Gatehouse.Http;

/// <summary>JSON of our answers, as UTF-8, written member by member: reflection is off, and what is sent is seen.</summary>
internal static class JsonBytes
{
    /// <summary>An object of the members that are written.</summary>
    public static byte[] Object(Action<Utf8JsonWriter> writeMembers) => Write(json =>
    {
        json.WriteStartObject();
        writeMembers(json);
        json.WriteEndObject();
    });

    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream(256);
        using (var json = new Utf8JsonWriter(buffer))
            write(json);
        return buffer.ToArray();
    }
}
