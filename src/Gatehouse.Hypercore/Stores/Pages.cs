namespace Gatehouse.Hypercore.Stores;

/// <summary>
/// Is an array without an end: numbers near each other share a page, so that a log costs little more than its content,
/// and one far away costs a page and no more. Not thread-safe.
/// </summary>
internal sealed class Pages<T>
{
    private const int PageBits = 6, PageSize = 1 << PageBits;

    private readonly Dictionary<ulong, T[]> pages = [];
    private ulong lastNumber;
    private T[]? last; // who reads or writes a log goes through it in order

    /// <summary>What is there, or <c>default</c>.</summary>
    public T? this[ulong index] => Page(index >> PageBits) is { } page ? page[index % PageSize] : default;

    public void Set(ulong index, T value)
    {
        var number = index >> PageBits;
        if (Page(number) is not { } page)
        {
            page = new T[PageSize];
            pages.Add(number, page);
            (lastNumber, last) = (number, page);
        }
        page[index % PageSize] = value;
    }

    /// <summary>All numbers that pages were made for, in ascending order.</summary>
    public IEnumerable<ulong> Indexes()
    {
        foreach (var number in pages.Keys.Order())
        {
            for (var i = 0UL; i < PageSize; i++)
                yield return (number << PageBits) + i;
        }
    }

    private T[]? Page(ulong number)
    {
        if (last is not null && number == lastNumber)
            return last;
        if (!pages.TryGetValue(number, out var page))
            return null;
        (lastNumber, last) = (number, page);
        return page;
    }
}
