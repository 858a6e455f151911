using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore.Tests.Support;

/// <summary>The upgrade of a proof, taken apart to be changed: what a liar between writer and reader can do.</summary>
internal sealed class Forgery
{
    private readonly DataMessage honest;

    public Forgery(byte[] proof)
    {
        Assert.True(DataMessage.TryDecode(proof, out honest));
        foreach (var node in honest.Upgrade!.Value.Nodes)
            Nodes.Add(node);
        foreach (var node in honest.Upgrade!.Value.AdditionalNodes)
            Additional.Add(node);
    }

    public List<TreeNode> Nodes { get; } = [];

    public List<TreeNode> Additional { get; } = [];

    public int Count => Nodes.Count + Additional.Count;

    /// <summary>Moves one byte from one node to another; undone by the same with the two exchanged.</summary>
    public void Shift(int from, int to)
    {
        Set(from, this[from] with { Size = this[from].Size - 1 });
        Set(to, this[to] with { Size = this[to].Size + 1 });
    }

    /// <summary>Only upgrade and manifest.</summary>
    public byte[] Encode()
    {
        using var output = new PooledBuffer();
        var writer = output.Writer;
        writer.WriteUInt(DataMessage.UpgradeFlag | (honest.Manifest is null ? 0 : DataMessage.ManifestFlag));
        writer.WriteUInt(honest.Request);
        writer.WriteUInt(honest.Fork);
        writer.WriteUInt(honest.Upgrade!.Value.Start);
        writer.WriteUInt(honest.Upgrade!.Value.Length);
        foreach (var list in new[] { Nodes, Additional })
        {
            writer.WriteUInt((ulong)list.Count);
            foreach (var node in list)
                node.Write(writer);
        }
        writer.WriteBuffer(honest.Upgrade!.Value.Signature.Span);
        if (honest.Manifest is { } manifest)
            writer.WriteFixed(manifest.Encoded);
        return output.Written.ToArray();
    }

    private TreeNode this[int at] => at < Nodes.Count ? Nodes[at] : Additional[at - Nodes.Count];

    private void Set(int at, TreeNode node)
    {
        if (at < Nodes.Count)
            Nodes[at] = node;
        else
            Additional[at - Nodes.Count] = node;
    }
}
