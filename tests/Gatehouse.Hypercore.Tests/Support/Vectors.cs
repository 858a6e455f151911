using System.Text.Json;

namespace Gatehouse.Hypercore.Tests.Support;

/// <summary>The files in tests/vectors, made by running the npm packages. Bytes are in hexadecimal.</summary>
internal static class Vectors
{
    public static JsonElement Load(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "vectors", name + ".json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }

    extension(JsonElement element)
    {
        public JsonElement Get(string name) => element.GetProperty(name);

        public string Text => element.GetString()!;

        public byte[] Hex => Convert.FromHexString(element.GetString()!);

        public ulong Number => element.GetUInt64();

        public bool IsNull => element.ValueKind == JsonValueKind.Null;

        /// <summary>Null when it is missing or null.</summary>
        public JsonElement? Find(string name) =>
            element.TryGetProperty(name, out var found) && found.ValueKind != JsonValueKind.Null ? found : null;
    }
}
