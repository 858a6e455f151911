using Gatehouse.Security;

namespace Gatehouse.Accounts;

/// <summary>What the operator asks of a new password beside what Gatehouse always asks.</summary>
internal sealed record PasswordPolicy(int MinLength = PasswordPolicy.LowestMinLength, OperatorPattern? Pattern = null)
{
    /// <summary>In code points. The setting cannot go below it.</summary>
    public const int LowestMinLength = 8;

    public int MinLength { get; } = MinLength is >= LowestMinLength and <= PasswordText.MaxCodePoints
        ? MinLength
        : throw new ArgumentOutOfRangeException(nameof(MinLength), MinLength, "Settings are checked at the start.");
}
