namespace Gatehouse.Tests.SocialLogin;

/// <summary>Tests with providers of their own.</summary>
public abstract class SocialTests : IDisposable
{
    private protected StandIns Stand { get; } = new();

    public void Dispose()
    {
        Stand.Dispose();
        GC.SuppressFinalize(this);
    }
}
