namespace Gatehouse.Hypercore;

/// <summary>Refuses an option out of its range, by the property's name.</summary>
internal static class OptionRange
{
    public static void Require<T>(T value, T least, T most, string name) where T : IComparable<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most, name);
    }
}
