namespace Gatehouse.Links;

/// <summary>What a link is good for; part of its hash.</summary>
internal static class LinkPurpose
{
    public const string VerifyEmail = "verify";
    public const string ResetPassword = "reset";
    public const string ChangeEmail = "change_email";
    public const string UndoEmail = "undo_email";
}
