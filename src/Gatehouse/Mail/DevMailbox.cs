using System.Text.Json;
using System.Text.RegularExpressions;
using Gatehouse.Http;
using Gatehouse.Storage;

namespace Gatehouse.Mail;

/// <summary>
/// Development alone: keeps a copy of every mail for <c>/dev/mail</c>, so that nobody needs a mail server to try the
/// product out. Production maps none of it.
/// </summary>
internal static partial class DevMailbox
{
    private const int MostKept = 500;

    private const string Insert = """
        INSERT INTO dev_mails (id, recipient, kind, subject, body_text, body_html, created_at)
        VALUES (@Id, @To, @Kind, @Subject, @Text, @Html, @now)
        ON CONFLICT (id) DO NOTHING
        """;

    private const string Trim = """
        DELETE FROM dev_mails WHERE id IN (
            SELECT id FROM dev_mails ORDER BY created_at DESC, id DESC LIMIT 100 OFFSET @MostKept)
        """;

    private const string Columns = """
        id AS Id, recipient AS Recipient, kind AS Kind, subject AS Subject, body_text AS Text, body_html AS Html,
        created_at AS CreatedAt
        """;

    private const string Select = $"""
        SELECT {Columns} FROM dev_mails WHERE @to IS NULL OR lower(recipient) = lower(@to)
        ORDER BY created_at DESC, id DESC LIMIT 200
        """;

    private const string SelectOne = $"SELECT {Columns} FROM dev_mails WHERE id = @id";

    public static async Task KeepAsync(Db db, string id, ComposedMail mail, long now)
    {
        await db.ExecuteAsync(Insert, new { Id = id, mail.To, mail.Kind, mail.Subject, mail.Text, mail.Html, now });
        await db.ExecuteAsync(Trim, new { MostKept });
    }

    public static Task<IReadOnlyList<DevMail>> ListAsync(Db db, string? to) => db.ListAsync<DevMail>(Select, new { to });

    public static Task<DevMail?> FindAsync(Db db, string id) => db.FirstOrNullAsync<DevMail>(SelectOne, new { id });

    public static MatchCollection Urls(string text) => Url().Matches(text);

    public static byte[] ToJson(IEnumerable<DevMail> mails)
    {
        return JsonBytes.Object(json =>
        {
            json.WriteStartArray("mails");
            foreach (var mail in mails)
                Write(json, mail);
            json.WriteEndArray();
        });
    }

    private static void Write(Utf8JsonWriter json, DevMail mail)
    {
        json.WriteStartObject();
        json.WriteString("id", mail.Id);
        json.WriteString("to", mail.Recipient);
        json.WriteString("kind", mail.Kind);
        json.WriteString("subject", mail.Subject);
        json.WriteString("text", mail.Text);
        json.WriteString("html", mail.Html);
        json.WriteStartArray("links");
        foreach (Match link in Urls(mail.Text))
            json.WriteStringValue(link.Value);
        json.WriteEndArray();
        json.WriteString("at", UnixMicros.ToRfc3339(mail.CreatedAt));
        json.WriteEndObject();
    }

    [GeneratedRegex(@"https?://\S+", RegexOptions.NonBacktracking)]
    private static partial Regex Url();
}

internal sealed record DevMail
{
    public required string Id { get; init; }

    public required string Recipient { get; init; }

    public required string Kind { get; init; }

    public required string Subject { get; init; }

    public required string Text { get; init; }

    public required string Html { get; init; }

    public required long CreatedAt { get; init; }
}
