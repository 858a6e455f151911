using Gatehouse.Hypercore.Encoding;
using Gatehouse.Hypercore.Replication.Messages;
using Gatehouse.Hypercore.Stores;
using Gatehouse.Hypercore.Trees;

namespace Gatehouse.Hypercore.Cores;

/// <summary>Encodes a data message from a plan whose nodes were read: message 3, in the order of its flags.</summary>
internal static class ProofWriter
{
    public static void Write(
        CompactWriter writer, RequestMessage request, ProofPlan plan, ReadOnlyMemory<byte>? block, CoreHead head)
    {
        var hasTree = head.Length > 0;
        var withBlock = hasTree && request.Block is not null;
        var withHash = hasTree && request.Hash is not null;
        var withUpgrade = hasTree && request.Upgrade is not null;
        var withManifest = request.Manifest && !head.Manifest.IsEmpty;
        writer.WriteUInt((withBlock ? DataMessage.BlockFlag : 0) | (withHash ? DataMessage.HashFlag : 0)
            | (withUpgrade ? DataMessage.UpgradeFlag : 0) | (withManifest ? DataMessage.ManifestFlag : 0));
        writer.WriteUInt(request.Id);
        writer.WriteUInt(request.Fork);
        var nodes = plan.Nodes.Span;
        if (withBlock)
        {
            writer.WriteUInt(request.Block!.Value.Index);
            writer.WriteBuffer(block!.Value.Span);
            WriteNodes(writer, nodes[plan.Path]);
        }
        if (withHash)
        {
            writer.WriteUInt(request.Hash!.Value.Index);
            WriteNodes(writer, nodes[plan.Path]);
        }
        if (withUpgrade)
        {
            writer.WriteUInt(request.Upgrade!.Value.Start);
            writer.WriteUInt(request.Upgrade!.Value.Length);
            WriteNodes(writer, nodes[plan.UpgradeNodes]);
            WriteNodes(writer, nodes[plan.AdditionalNodes]);
            writer.WriteBuffer(head.Signature.Span);
        }
        if (withManifest)
            writer.WriteFixed(head.Manifest.Span);
    }

    /// <summary>The answer to a request that can't be met but asks for the manifest too.</summary>
    public static void WriteManifest(CompactWriter writer, RequestMessage request, CoreHead head)
    {
        writer.WriteUInt(DataMessage.ManifestFlag);
        writer.WriteUInt(request.Id);
        writer.WriteUInt(0);
        writer.WriteFixed(head.Manifest.Span);
    }

    /// <summary>Of a message only what is signed: all that convicts.</summary>
    public static void WriteHistory(CompactWriter writer, UpgradeData upgrade)
    {
        writer.WriteUInt(DataMessage.UpgradeFlag);
        writer.WriteUInt(0); // the request and the fork
        writer.WriteUInt(0);
        writer.WriteUInt(upgrade.Start);
        writer.WriteUInt(upgrade.Length);
        WriteNodes(writer, upgrade.Nodes);
        WriteNodes(writer, upgrade.AdditionalNodes);
        writer.WriteBuffer(upgrade.Signature.Span);
    }

    private static void WriteNodes(CompactWriter writer, NodeList nodes)
    {
        writer.WriteUInt((ulong)nodes.Count);
        foreach (var node in nodes)
            node.Write(writer);
    }

    private static void WriteNodes(CompactWriter writer, ReadOnlySpan<TreeNode?> nodes)
    {
        writer.WriteUInt((ulong)nodes.Length);
        foreach (var node in nodes)
            node!.Value.Write(writer);
    }
}
