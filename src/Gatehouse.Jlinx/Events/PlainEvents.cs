using System.Text.Json;
using Gatehouse.Hypercore.Keys;
using Gatehouse.Jlinx.Headers;
using Gatehouse.Jlinx.Names;

namespace Gatehouse.Jlinx.Events;

/// <summary>Adds a key that a Did's documents may be proven by.</summary>
public sealed record KeyAdded(PublicKey Key) : EventBody
{
    internal override void Write(Utf8JsonWriter json) => json.WriteString("key", Multibase.Format(Key.Bytes));
}

/// <summary>Takes a key away: what it signed counts no more.</summary>
public sealed record KeyRevoked(PublicKey Key) : EventBody
{
    internal override void Write(Utf8JsonWriter json) => json.WriteString("key", Multibase.Format(Key.Bytes));
}

/// <summary>Replaces the places where an app is reached.</summary>
public sealed record ServiceSet(IReadOnlyList<Service> Services) : EventBody
{
    internal override void Write(Utf8JsonWriter json) => HeaderMembers.Write(json, Services);
}

/// <summary>Names the Did that succeeds this one.</summary>
public sealed record Rotated(DocumentId Next) : EventBody
{
    internal override void Write(Utf8JsonWriter json) => json.WriteString("next", Next.Did);
}

/// <summary>Ends a Did.</summary>
public sealed record Deactivated : EventBody;

/// <summary>Sets a value of a profile.</summary>
public sealed record ValueSet(string Key, string Value) : EventBody
{
    internal const string Name = "Set";

    /// <inheritdoc/>
    public override string Type => Name;

    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("key", Key);
        json.WriteString("value", Value);
    }
}

/// <summary>Takes a value out of a profile.</summary>
public sealed record ValueDeleted(string Key) : EventBody
{
    internal const string Name = "Delete";

    /// <inheritdoc/>
    public override string Type => Name;

    internal override void Write(Utf8JsonWriter json) => json.WriteString("key", Key);
}
