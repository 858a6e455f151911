using System.Text.Json;

namespace Gatehouse.Jlinx.Events;

/// <summary>Is what an event says: one class for each type.</summary>
public abstract record EventBody
{
    /// <summary>The type's name in documents.</summary>
    public virtual string Type => GetType().Name;

    internal virtual void Write(Utf8JsonWriter json)
    {
    }
}

/// <summary>Is an event of a type that isn't known here: it has no effect.</summary>
public sealed record UnknownEvent(string Name) : EventBody
{
    /// <inheritdoc/>
    public override string Type => Name;
}

/// <summary>Ends the document, for good.</summary>
public sealed record DestroyedAccount : EventBody;

/// <summary>Offers or answers new keys, see <see cref="Envelopes.PairState"/>.</summary>
public sealed record Rekey(Gatehouse.Hypercore.Encoding.Bytes32 X25519, ulong Epoch) : EventBody
{
    internal override void Write(Utf8JsonWriter json)
    {
        json.WriteString("x25519", Names.Multibase.Format(X25519));
        json.WriteNumber("epoch", Epoch);
    }
}
