using Gatehouse.Hypercore.Encoding;

namespace Gatehouse.Hypercore.Multiplexing;

/// <summary>Both sides open the same name, in either order. Every id here has 32 bytes; another is nobody's.</summary>
internal readonly record struct ChannelName(string Protocol, Bytes32 Id);
