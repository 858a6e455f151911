using Gatehouse.Hypercore.Cores;
using Gatehouse.Jlinx.Documents;
using Gatehouse.Jlinx.Headers;

namespace Gatehouse.Jlinx;

// The customer's Did goes on after the sign-up. It may revoke the key that the AppAccount is proven by, or end: from another device of
// theirs, where this one was stolen. What no longer answers for the AppAccount opens nothing any more.
internal sealed partial class OpenPair
{
    private async Task WatchAuthorAsync(CancellationToken cancellationToken)
    {
        if (await appAccount!.ReadHeaderAsync(DocType.AppAccount, cancellationToken) is not { } account
            || await Did.ReadAsync(author!, cancellationToken) is not { } did)
        {
            throw new InvalidOperationException("A bound pair's documents don't begin as they did.");
        }
        while (did.AnswersFor(account) && !await IsTooLongAsync(author!, author!.ContiguousLength - 1, cancellationToken))
        {
            try
            {
                await author.GetAsync(author.ContiguousLength, cancellationToken);
            }
            catch (CoreRefusedException)
            {
                break; // two histories of it
            }
            await did.ReadOnAsync(author, cancellationToken);
        }
        await ContradictAsync(cancellationToken);
    }
}
