namespace Gatehouse.Storage;

/// <summary>
/// Every table that holds something worth keeping, those that are referred to before those that refer. A test compares
/// the list with the schema, so a new table can't be forgotten.
/// </summary>
internal static class Tables
{
    public static IReadOnlyList<Table> All { get; } =
    [
        new("accounts", "id"),
        new("username_holds", "username_key"),
        new("users", "id"),
        new("sessions", "id"),
        new("identities", "id"),
        new("one_time_links", "hash"),
        new("grants", "hash"),
        new("social_flows", "hash"),
        new("social_matches", "browser", "provider"),
        new("fresh_logins", "session_id", "provider"),
        new("email_changes", "account_id"),
        new("invites", "id"),
        new("mail_outbox", "id"),
        new("dev_mails", "id"),
        new("security_events", "id"),
        new("event_deliveries", "id"),
        new("signing_keys", "kid"),
        new("data_protection_keys", "id"),
        new("cores", "core_key"),
        new("core_blocks", "core_key", "idx"),
        new("core_nodes", "core_key", "idx"),
        new("core_evidence", "core_key"),
        new("jlinx_keys", "name"),
        new("jlinx_pairs", "id"),
        new("jlinx_hints", "app_account"),
        new("jlinx_tickets", "hash"),
        new("jlinx_logins", "hash"),
    ];

    /// <summary>What each database has of its own and no other may be given.</summary>
    public static IReadOnlyList<string> NotMoved { get; } =
        ["schema_migrations", "leases", "limits", "session_generation", "session_changes"];
}

/// <param name="Key">The columns of its primary key.</param>
internal sealed record Table(string Name, params string[] Key);
