namespace Gatehouse.Accounts;

/// <summary>A row of <c>accounts</c>. Pending until <see cref="VerifiedAt"/> is set.</summary>
internal sealed record Account
{
    public required string Id { get; init; }

    public required string? Email { get; init; }

    public required string? EmailKey { get; init; }

    public required string? Username { get; init; }

    public required string? DisplayName { get; init; }

    /// <summary>A PHC string; null when no password is set.</summary>
    public required string? PasswordHash { get; init; }

    public required long? VerifiedAt { get; init; }

    public required string Config { get; init; }

    /// <summary>The tag of what its owner is written to in; null: the site's.</summary>
    public required string? Language { get; init; }

    public required long Epoch { get; init; }

    public required long CreatedAt { get; init; }

    /// <summary>The invite that a pending sign-up came with, until its verification claims it.</summary>
    public required string? InviteId { get; init; }

    public bool IsVerified => VerifiedAt is not null;

    public override string ToString() => $"Account {Id}";
}
