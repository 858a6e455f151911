using System.Buffers;
using System.Numerics;
using System.Text.Json;
using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.Jlinx.Documents;

/// <summary>Shows a Did as a DID document (W3C DID Core 1.0) in JSON-LD.</summary>
public static class DidJson
{
    // Multicodec: ed25519-pub, and the varint that ends it.
    private const byte Ed25519First = 0xed, Ed25519Second = 0x01;

    /// <summary>Returns the document as UTF-8.</summary>
    public static byte[] Write(Did did)
    {
        ArgumentNullException.ThrowIfNull(did);
        var id = did.Id.Did;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            WriteTexts(json, "@context",
                ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/ed25519-2020/v1"]);
            json.WriteString("id", id);
            if (did.Header.App is { } app)
                WriteTexts(json, "alsoKnownAs", [app.Origin.ToString()]);
            json.WriteStartArray("verificationMethod");
            for (var i = 0; i < did.Keys.Count; i++)
                WriteKey(json, id, NameOf(id, i), did.Keys[i]);
            json.WriteEndArray();
            var names = did.Keys.Select((_, i) => NameOf(id, i)).ToArray();
            WriteTexts(json, "authentication", names);
            WriteTexts(json, "assertionMethod", names);
            json.WriteStartArray("service");
            for (var i = 0; i < did.Services.Count; i++)
                WriteService(json, $"{id}#service-{i + 1}", did.Services[i]);
            json.WriteEndArray();
            if (did.IsOver)
                json.WriteBoolean("deactivated", true);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static string NameOf(string id, int index) => $"{id}#key-{index + 1}";

    private static void WriteKey(Utf8JsonWriter json, string id, string name, PublicKey key)
    {
        Span<byte> coded = stackalloc byte[2 + Bytes32.Size];
        coded[0] = Ed25519First;
        coded[1] = Ed25519Second;
        key.Bytes.CopyTo(coded[2..]);
        json.WriteStartObject();
        json.WriteString("id", name);
        json.WriteString("type", "Ed25519VerificationKey2020");
        json.WriteString("controller", id);
        json.WriteString("publicKeyMultibase", Base58(coded)); // the only form that this type of key has
        json.WriteEndObject();
    }

    private static void WriteService(Utf8JsonWriter json, string id, Service service)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("type", service.Type == ServiceType.Tcp ? "HypercoreTcp" : "HypercoreWebSocket");
        json.WriteString("serviceEndpoint", service.Endpoint.OriginalString);
        json.WriteString("noise", Multibase.Format(service.Noise.Bytes));
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    /// <summary>Multibase <c>z</c> of bytes that don't begin with zero.</summary>
    private static string Base58(ReadOnlySpan<byte> bytes)
    {
        const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
        var rest = new BigInteger(bytes, isUnsigned: true, isBigEndian: true);
        var text = "";
        for (; !rest.IsZero; rest /= Alphabet.Length)
            text = Alphabet[(int)(rest % Alphabet.Length)] + text;
        return "z" + text;
    }
}
