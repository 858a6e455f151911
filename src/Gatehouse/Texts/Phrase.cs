namespace Gatehouse.Texts;

/// <summary>
/// Something to say to a customer, in no language yet: a key of the catalogue and what fills the holes of its text.
/// A hole takes text, a whole number (which also chooses the plural), a duration, or another phrase.
/// </summary>
internal sealed record Phrase(string Key, params (string Hole, object Value)[] Filling)
{
    // Every literal that says a phrase is a key; a test holds that the catalogue has it.
    public static implicit operator Phrase(string key) => new(key);
}
