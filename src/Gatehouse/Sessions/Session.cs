using System.Text.Json;
using Gatehouse.Http;
using Gatehouse.Storage;

namespace Gatehouse.Sessions;

/// <summary>
/// What credentials were presented for: always an account, and a user once one is chosen. An unchanging picture of the
/// row; its answer's bytes are made once.
/// </summary>
internal sealed record Session
{
    private byte[]? json;

    /// <summary>The public handle, <c>sid</c> in tokens. Not the secret.</summary>
    public required string Id { get; init; }

    /// <summary>Of the token that the cookie carries now: a copy of an earlier one is no session.</summary>
    public required byte[] TokenHash { get; init; }

    /// <summary>Unix seconds: access tokens issued before are no good, though the session is.</summary>
    public required long TokensFrom { get; init; }

    public required string AccountId { get; init; }

    public required string? UserId { get; init; }

    public required string? Email { get; init; }

    public required string? Username { get; init; }

    public required string? ProfileName { get; init; }

    public required string? Preferences { get; init; }

    public required string Via { get; init; }

    public required long CreatedAt { get; init; }

    public required long LastSeenAt { get; init; }

    public required long ExpiresAt { get; init; }

    /// <summary>How far the log of changes had come when this was read (<see cref="SessionFeed"/>).</summary>
    public required long Generation { get; init; }

    /// <summary>Which log.</summary>
    public required string Line { get; init; }

    /// <summary>The session object of the contract, as UTF-8. Shared: not to be changed.</summary>
    public byte[] ToJson() => json ??= Write(note: null);

    /// <summary>The same with a member that tells the customer something once.</summary>
    public byte[] Write(string? note)
    {
        return JsonBytes.Object(writer =>
        {
            WriteMembers(writer);
            if (note is not null)
                writer.WriteString("note", note);
        });
    }

    /// <summary>The members of the session object, into an object that has others too.</summary>
    public void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("session");
        writer.WriteString("id", Id);
        writer.WriteString("created_at", UnixMicros.ToRfc3339(CreatedAt));
        writer.WriteString("expires_at", UnixMicros.ToRfc3339(ExpiresAt));
        writer.WriteEndObject();
        writer.WriteStartObject("account");
        writer.WriteString("id", AccountId);
        writer.WriteString("email", Email);
        writer.WriteString("username", Username);
        writer.WriteBoolean("verified", true);
        writer.WriteEndObject();
        WriteUser(writer);
    }

    public override string ToString() => $"Session {Id}";

    private void WriteUser(Utf8JsonWriter writer)
    {
        if (UserId is null)
        {
            writer.WriteNull("user");
            return;
        }
        writer.WriteStartObject("user");
        writer.WriteString("id", UserId);
        writer.WriteString("name", ProfileName);
        writer.WritePropertyName("preferences");
        writer.WriteRawValue(Preferences!);
        writer.WriteEndObject();
    }
}

/// <summary>How credentials arrived: what the list of devices shows.</summary>
internal static class SessionVia
{
    public const string Cookie = "cookie";
    public const string Token = "token";
    public const string Social = "social";
    public const string Jlinx = "jlinx";
}
