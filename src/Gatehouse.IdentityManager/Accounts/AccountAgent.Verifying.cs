using Gatehouse.Jlinx;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.IdentityManager.Accounts;

// What was read once is looked at again.
internal sealed partial class AccountAgent
{
    /// <summary>Whether the documents are as they were signed, and each entry of the log as its block was.</summary>
    public async Task<IReadOnlyList<BlockCheck>> VerifyAsync(
        IReadOnlyList<LogRecord> entries, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            var theirs = await appUser.VerifyAsync(cancellationToken);
            var ours = await appAccount.VerifyAsync(cancellationToken);
            List<BlockCheck> checks = [];
            foreach (var entry in entries)
            {
                var isOurs = entry.Document == LogRecord.Own;
                var core = isOurs ? appAccount : appUser;
                if (!(isOurs ? ours : theirs))
                    checks.Add(new(false, "the document isn't as it was signed"));
                else if (!core.Has(entry.Index))
                    checks.Add(new(false, "the block is missing"));
                else
                    checks.Add(Check(entry, isOurs, await core.GetAsync(entry.Index, cancellationToken)));
            }
            return checks;
        }
        finally
        {
            gate.Release();
        }
    }

    private BlockCheck Check(LogRecord entry, bool isOurs, ReadOnlyMemory<byte> block)
    {
        if (Multibase.Format(Labels.Block(block.Span)) != entry.BlockHash)
            return new(false, "the block is another");
        byte[]? json;
        var isOpen = isOurs
            ? pair.TryOpenOwn(entry.Index, block.Span, out json)
            : pair.TryOpen(entry.Index, block.Span, out json, out _);
        if (!isOpen)
            return new(true, "signed; its keys are erased");
        var type = isOurs ? DocType.AppAccount : DocType.AppUser;
        return DocumentEvent.TryRead(json, type, out var told) && told.Body.Type == entry.Event
            ? new(true, "signed and read again")
            : new(false, "the block says something else");
    }
}

/// <summary>What came of looking at the block of an entry of the log again.</summary>
internal readonly record struct BlockCheck(bool IsSound, string Text);
