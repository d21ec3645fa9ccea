using System.Text;

namespace TorchUpscaler.Fuzz.Mutations;

/// <summary>Damages pickles: by bytes, or by opcodes that come in, so that the stack and the memo get what they do not expect.</summary>
/// <param name="random">Decides everything.</param>
/// <param name="bytes">Damages by bytes.</param>
internal sealed class PickleMutator(Random random, ByteMutator bytes)
{
    private static readonly byte[][] s_opcodes =
    [
        .. new[] { "(", ".", "N", "R", "Q", "]", "}", ")", "a", "e", "s", "u", "t", "b", "i", "o", "\u0085", "\u0086", "\u0087", "\u0088", "\u0089", "\u0093", "\u0094", "h\0", "q\0",
            "K\u0001", "K\u00FF", "M\u00FF\u00FF", "J\u00FF\u00FF\u00FF\u00FF", "X\u00FF\u00FF\u00FF\u00FF", "\u008A\u0008\0\0\0\0\0\0\0\u0040", "\u0095\u00FF\0\0\0\0\0\0\0", "r\u00FF\u00FF\u00FF\u00FF", "j\u0001\0\0\0",
            "cos\nsystem\n", "ccollections\nOrderedDict\n", "ctorch\nFloatStorage\n", "ctorch\nHalfStorage\n", "ctorch._utils\n_rebuild_tensor_v2\n" }.Select(Encoding.Latin1.GetBytes),
    ];

    internal byte[] Mutate(byte[] pickle, byte[] other)
    {
        if (random.Next(2) == 0) return bytes.Mutate(pickle, other);
        for (var changes = random.Next(3) > 0 ? 1 : random.Next(2, 4); changes > 0; changes--)
        {
            var at = random.Next(pickle.Length + 1);
            var opcode = s_opcodes[random.Next(s_opcodes.Length)];
            var replaced = Math.Min(random.Next(3), pickle.Length - at);
            pickle = [.. pickle[..at], .. opcode, .. pickle[(at + replaced)..]];
        }
        return pickle;
    }
}
