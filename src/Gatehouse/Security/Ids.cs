namespace Gatehouse.Security;

/// <summary>Ids of rows: UUIDv7, so that new rows lie together on disk. An id names a thing; it never opens a door.</summary>
internal static class Ids
{
    public static string New(TimeProvider clock) => Guid.CreateVersion7(clock.GetUtcNow()).ToString("D");
}
