using Gatehouse.Browser.Tests.Support;

namespace Gatehouse.Browser.Tests.Quality;

/// <summary>A page in one of its states, and how a visitor comes to see it.</summary>
/// <param name="Name">The page and the state, joined by a hyphen: a picture of it has this name.</param>
internal sealed record State(string Name, Func<Visitor, Site, Task> ArriveAsync)
{
    /// <summary>A state that an address alone leads to.</summary>
    public static State At(string name, string path) => new(name, (visitor, _) => visitor.GoAsync(path));
}
