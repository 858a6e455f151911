using Gatehouse.Hypercore;
using Gatehouse.Jlinx.Events;
using Gatehouse.Jlinx.Headers;

namespace Gatehouse.Jlinx.Documents;

/// <summary>
/// Is what a person tells of themselves: a UserProfile as far as it was read; the last value of each key counts.
/// </summary>
public sealed class Profile
{
    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);

    /// <summary>By key.</summary>
    public IReadOnlyDictionary<string, string> Values => values;

    /// <summary>Reads all that is held.</summary>
    public static async ValueTask<Profile> ReadAsync(Core core, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(core);
        var profile = new Profile();
        for (var index = 1UL; index < Math.Min(core.ContiguousLength, DocumentLimits.Blocks); index++)
        {
            var block = await core.GetAsync(index, cancellationToken);
            if (!DocumentEvent.TryRead(block.Span, DocType.UserProfile, out var found))
                continue;
            if (found.Body is ValueSet set)
                profile.values[set.Key] = set.Value;
            else if (found.Body is ValueDeleted deleted)
                profile.values.Remove(deleted.Key);
        }
        return profile;
    }
}
