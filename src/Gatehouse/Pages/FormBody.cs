using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Gatehouse.Http;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Pages;

/// <summary>
/// Reads a form as strictly as <see cref="JsonBody"/> reads JSON: UTF-8, at most 64 KiB however it is framed, no field
/// twice, no broken escapes. Unknown fields are ignored (GH-SEC-231, 233, 247).
/// </summary>
internal sealed class FormBody
{
    private const string MediaType = "application/x-www-form-urlencoded";
    private readonly Dictionary<string, string> fields = new(StringComparer.Ordinal);

    private FormBody()
    {
    }

    /// <returns>The form, or the problem to answer with; exactly one of them.</returns>
    public static async ValueTask<(FormBody? Form, Problem? Problem)> ReadAsync(
        HttpContext http, CancellationToken cancellationToken)
    {
        if (!JsonBody.HasMediaType(http.Request, MediaType))
            return (null, Problems.UnsupportedMediaType(MediaType));
        var buffer = ArrayPool<byte>.Shared.Rent(JsonBody.MostBytes + 1);
        try
        {
            var length = await http.Request.Body.ReadAtLeastAsync(
                buffer.AsMemory(0, JsonBody.MostBytes + 1), JsonBody.MostBytes + 1, throwOnEndOfStream: false, cancellationToken);
            if (length > JsonBody.MostBytes)
                return (null, Problems.TooLarge());
            if (Parse(buffer.AsSpan(0, length)) is not { } form)
                return (null, Problems.BadRequest("problem.malformed_form"));
            http.Items[typeof(FormBody)] = form;
            return (form, null);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true); // it held a password
        }
    }

    /// <summary>What was read of this request's form already; null when nothing was.</summary>
    public static FormBody? Of(HttpContext http) => http.Items[typeof(FormBody)] as FormBody;

    /// <summary>What stands in a field; null when it is missing or empty, which a browser's form can't tell apart.</summary>
    public string? this[string name] => fields.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    private static FormBody? Parse(Span<byte> body)
    {
        var form = new FormBody();
        foreach (var range in body.Split((byte)'&'))
        {
            var field = body[range];
            if (field.IsEmpty)
                continue;
            var equals = field.IndexOf((byte)'=');
            if (equals < 0
                || Decode(field[..equals]) is not { } name
                || Decode(field[(equals + 1)..]) is not { } value
                || !form.fields.TryAdd(name, value))
            {
                return null;
            }
        }
        return form;
    }

    /// <summary>Decodes in place: what is decoded is never longer. Null: not what a browser sends.</summary>
    private static string? Decode(Span<byte> text)
    {
        var length = 0;
        for (var index = 0; index < text.Length; index++)
        {
            var value = text[index];
            if (value == (byte)'%')
            {
                if (index + 2 >= text.Length)
                    return null;
                var digits = text[(index + 1)..(index + 3)];
                if (Convert.FromHexString(digits, text[length..], out _, out _) != OperationStatus.Done)
                    return null;
                index += 2;
                length++;
                continue;
            }
            text[length++] = value == (byte)'+' ? (byte)' ' : value;
        }
        var decoded = text[..length];
        return Utf8.IsValid(decoded) ? Encoding.UTF8.GetString(decoded) : null;
    }
}
