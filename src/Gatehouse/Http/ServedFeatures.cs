namespace Gatehouse.Http;

/// <summary>
/// What this process serves, as its endpoints were mapped. Pages ask, so that none links to what isn't there.
/// </summary>
internal sealed class ServedFeatures
{
    private GatehouseFeatures? features;

    public bool Have(GatehouseFeatures feature) => (features & feature) == feature;

    /// <exception cref="InvalidOperationException">Told before: two endpoints of one path would be ambiguous.</exception>
    public void Tell(GatehouseFeatures mapped) => features = features is null
        ? mapped
        : throw new InvalidOperationException("Gatehouse is mapped already.");
}
