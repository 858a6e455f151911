using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Gatehouse.IdentityManager.Control;

/// <summary>JSON values, one a line, over a stream.</summary>
internal sealed class JsonLines(Stream stream) : IDisposable
{
    private readonly StreamReader reader = new(stream, new UTF8Encoding(false), leaveOpen: true);

    /// <summary>Null at the end.</summary>
    public ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken) =>
        reader.ReadLineAsync(cancellationToken);

    /// <summary>Null at the end.</summary>
    public async ValueTask<T?> ReadAsync<T>(JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class =>
        await ReadLineAsync(cancellationToken) is { } line ? JsonSerializer.Deserialize(line, type) : null;

    public async ValueTask WriteAsync<T>(T value, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(value, type), (byte)'\n'];
        await stream.WriteAsync(line, cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    public void Dispose() => reader.Dispose();
}
