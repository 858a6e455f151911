namespace Gatehouse.Storage;

/// <summary>
/// The clock of this machine, whatever time the house goes by: what is compared with the database's, and what connections to the world
/// are timed by.
/// </summary>
internal sealed record MachineClock(TimeProvider Time);
