namespace Gatehouse.Security.Passwords;

/// <summary>What a presented password is worth.</summary>
internal enum PasswordVerdict
{
    Wrong,
    Right,

    /// <summary>Right, but stored with other costs, lengths or pepper than new ones: hash it anew.</summary>
    RightButOutdated,
}
