using Gatehouse.Storage;

namespace Gatehouse.Mail;

/// <summary>
/// A kind of mail, owned by the feature that causes it. It is composed when it is sent, in the relay's transaction: what
/// it says is true then, and a link in it is made then.
/// </summary>
internal interface IMailKind
{
    /// <summary>What rows of the outbox call it; must remain fixed, rows outlive a release.</summary>
    string Name { get; }

    /// <summary>The mail to send, or null when there is nothing to say any more.</summary>
    Task<ComposedMail?> ComposeAsync(Db db, OutboxMail mail);
}

/// <param name="Kind">What it turned out to be, e.g. "verify"; shown in the dev mailbox.</param>
internal sealed record ComposedMail(string Kind, string To, string Subject, string Text, string Html)
{
    public override string ToString() => $"ComposedMail {Kind}";
}
