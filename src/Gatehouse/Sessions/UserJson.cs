using System.Text.Json;
using Gatehouse.Http;
using Gatehouse.Storage;
using Gatehouse.Users;

namespace Gatehouse.Sessions;

/// <summary>Users and accounts as answers carry them.</summary>
internal static class UserJson
{
    public static byte[] WriteOne(User user) => JsonBytes.Write(json => Write(json, user));

    public static byte[] WriteList(IEnumerable<User> users) => JsonBytes.Object(json =>
    {
        WriteArray(json, users);
    });

    /// <summary>Who the session belongs to: identity only, no settings.</summary>
    public static byte[] WriteAccount(Session session, IEnumerable<User> users) => JsonBytes.Object(json =>
    {
        json.WriteString("id", session.AccountId);
        json.WriteString("email", session.Email);
        json.WriteString("username", session.Username);
        json.WriteBoolean("verified", true);
        WriteArray(json, users);
    });

    public static void WriteArray(Utf8JsonWriter json, IEnumerable<User> users)
    {
        json.WriteStartArray("users");
        foreach (var user in users)
            Write(json, user);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, User user)
    {
        json.WriteStartObject();
        json.WriteString("id", user.Id);
        json.WriteString("name", user.Name);
        json.WritePropertyName("preferences");
        json.WriteRawValue(user.Preferences);
        json.WriteString("created_at", UnixMicros.ToRfc3339(user.CreatedAt));
        json.WriteEndObject();
    }
}
