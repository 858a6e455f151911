namespace Gatehouse.Tests.Support;

public sealed class NodeTests
{
    [Fact]
    public void The_repository_root_is_found() => Assert.True(Directory.Exists(Path.Combine(Node.RepositoryRoot, "tests")));
}
