using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Json;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.Jlinx.Documents;

/// <summary>
/// Is <c>/.well-known/jlinx.json</c>: which Did speaks for an origin. It counts only together with that Did's header,
/// which must name the origin in turn.
/// </summary>
public sealed record WellKnown(DocumentId Did, IReadOnlyList<Service> Services)
{
    /// <summary>Where it is, at the origin.</summary>
    public const string Path = "/.well-known/jlinx.json";

    /// <summary>The most bytes that one has.</summary>
    public const int MaxBytes = 16 * 1024;

    /// <summary>Writes it as UTF-8.</summary>
    public byte[] Encode()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("did", Did.Did);
            HeaderMembers.Write(json, Services);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>False when it is anything else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out WellKnown? read)
    {
        read = null;
        if (utf8.Length > MaxBytes || StrictJson.ReadObject(utf8) is not { } json)
            return false;
        var members = new Members(json);
        var found = new WellKnown(members.Did("did"), HeaderMembers.ReadServices(members));
        if (!members.AreAllTaken)
            return false;
        read = found;
        return true;
    }
}
