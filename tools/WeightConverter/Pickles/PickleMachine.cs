using System.Numerics;
using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter.Pickles;

/// <summary>
/// Interprets one pickle as data. It knows a closed list of opcodes and of names, runs nothing, follows no recursion, and
/// makes no more than a fixed number of objects, each of which costs the pickle at least one byte and is of a bounded size.
/// </summary>
internal sealed class PickleMachine
{
    /// <summary>Objects, references to them and entries of lists together; far above what the largest network of the family takes.</summary>
    internal const int MaximumObjects = 400_000;

    private const int MaximumProtocol = 5;
    private const int MaximumIntegerBytes = 16;
    private const int MaximumDimensions = 8; // a shape is copied into every tensor that names it

    private readonly PickleInput _input;
    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<uint, object?> _memo = [];
    private long _at;

    private readonly Dictionary<string, StorageReference> _storages = new(StringComparer.Ordinal);

    private PickleMachine(PickleInput input) => _input = input;

    /// <summary>Reads one pickle up to its STOP and returns its value.</summary>
    /// <exception cref="WeightsException">Anything in it is not on the lists; the message says what and at which byte.</exception>
    internal static object? Load(PickleInput input) => new PickleMachine(input).Run();

    /// <summary>The same, and every storage that the pickle refers to, by key.</summary>
    internal static object? Load(PickleInput input, out IReadOnlyDictionary<string, StorageReference> storages)
    {
        var machine = new PickleMachine(input);
        storages = machine._storages;
        return machine.Run();
    }

    private object? Run()
    {
        while (true)
        {
            _at = _input.Position;
            var opcode = (PickleOpcode)_input.ReadByte();
            if (opcode == PickleOpcode.Stop) return Finish();
            if (!Structure(opcode) && !Literal(opcode))
                throw Refused($"has the opcode 0x{(byte)opcode:X2} at byte {_at}, which weights do not need");
            if (_input.Objects + _stack.Count + _marks.Count > MaximumObjects)
                throw Refused($"holds more than {MaximumObjects} objects, which weights do not");
        }
    }

    private object? Finish()
    {
        var value = Pop();
        if (_stack.Count > 0 || _marks.Count > 0) throw Refused($"ends at byte {_at} with values left over");
        return value;
    }

    /// <summary>Opcodes that move, group or name what is already there.</summary>
    private bool Structure(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Protocol: RequireProtocol(_input.ReadByte()); break;
            case PickleOpcode.Frame: RequireFrame(_input.ReadUInt64()); break;
            case PickleOpcode.Mark: _marks.Add(_stack.Count); break;
            case PickleOpcode.Append: Append(1); break;
            case PickleOpcode.Appends: Append(CountToMark()); break;
            case PickleOpcode.SetItem: SetItems(2); break;
            case PickleOpcode.SetItems: SetItems(CountToMark()); break;
            case PickleOpcode.BinPut: Put(_input.ReadByte()); break;
            case PickleOpcode.LongBinPut: Put(_input.ReadUInt32()); break;
            case PickleOpcode.Memoize: Put((uint)_memo.Count); break;
            case PickleOpcode.BinGet: _stack.Add(Get(_input.ReadByte())); break;
            case PickleOpcode.LongBinGet: _stack.Add(Get(_input.ReadUInt32())); break;
            case PickleOpcode.Build: Build(); break;
            default: return false;
        }
        return true;
    }

    /// <summary>Opcodes that make a value.</summary>
    private bool Literal(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.None: Push(null); break;
            case PickleOpcode.NewTrue: Push(true); break;
            case PickleOpcode.NewFalse: Push(false); break;
            case PickleOpcode.BinInt: Push((long)_input.ReadInt32()); break;
            case PickleOpcode.BinInt1: Push((long)_input.ReadByte()); break;
            case PickleOpcode.BinInt2: Push((long)_input.ReadUInt16()); break;
            case PickleOpcode.Long1: PushInteger(_input.ReadByte()); break;
            case PickleOpcode.BinFloat: Push(_input.ReadDouble()); break;
            case PickleOpcode.BinUnicode: Push(_input.ReadText(_input.ReadUInt32())); break;
            case PickleOpcode.ShortBinUnicode: Push(_input.ReadText(_input.ReadByte())); break;
            case PickleOpcode.EmptyList: Push(new PyList()); break;
            case PickleOpcode.EmptyDict: Push(new PyDict()); break;
            case PickleOpcode.EmptyTuple: Push(new PyTuple([])); break;
            case PickleOpcode.Tuple: Push(new PyTuple(Take(CountToMark()))); break;
            case PickleOpcode.Tuple1: Push(new PyTuple(Take(1))); break;
            case PickleOpcode.Tuple2: Push(new PyTuple(Take(2))); break;
            case PickleOpcode.Tuple3: Push(new PyTuple(Take(3))); break;
            case PickleOpcode.Global: Push(FindGlobal(_input.ReadLine(), _input.ReadLine())); break;
            case PickleOpcode.StackGlobal: Push(PopGlobal()); break;
            case PickleOpcode.BinPersistentId: Push(FindStorage(Pop())); break;
            case PickleOpcode.Reduce: Push(Reduce()); break;
            default: return false;
        }
        return true;
    }

    private void RequireProtocol(byte protocol)
    {
        if (protocol is < 2 or > MaximumProtocol) throw Refused($"is of protocol {protocol}; 2 to {MaximumProtocol} are read");
    }

    private void RequireFrame(ulong length)
    {
        if (length > (ulong)_input.Remaining) throw Refused($"has a frame of {length} bytes at byte {_at} and {_input.Remaining} left");
    }

    private void Append(int count)
    {
        var items = Take(count);
        if (Peek() is not PyList list) throw Unfit("a list");
        list.Items.AddRange(items);
    }

    private void SetItems(int count)
    {
        var items = Take(count);
        if (items.Length % 2 != 0) throw Refused($"has a key without a value at byte {_at}");
        if (Peek() is not PyDict dict) throw Unfit("a dict");
        for (var i = 0; i < items.Length; i += 2) dict.Pairs.Add((items[i], items[i + 1]));
    }

    /// <summary>State that Python would set on an object. Only an OrderedDict has one in weights (<c>_metadata</c>), and it is not needed.</summary>
    private void Build()
    {
        var state = Pop();
        if (state is not PyDict || Peek() is not PyDict) throw Unfit("an OrderedDict with its state");
    }

    private object Reduce()
    {
        var arguments = Pop() as PyTuple ?? throw Unfit("a tuple of arguments");
        var function = Pop() as PickleFunction? ?? throw Refused($"calls something at byte {_at} that is no function"
            + "; nothing of it was run");
        return function switch
        {
            PickleFunction.OrderedDict when arguments.Items.Length == 0 => new PyDict(),
            PickleFunction.RebuildTensor when arguments.Items is [StorageReference storage, long offset, PyTuple shape, PyTuple strides] =>
                View(storage, offset, shape, strides),
            PickleFunction.RebuildTensorV2 when arguments.Items is [StorageReference storage, long offset, PyTuple shape, PyTuple strides, bool, _, ..] =>
                View(storage, offset, shape, strides),
            PickleFunction.RebuildParameter when arguments.Items is [TensorView tensor, bool, _] => tensor,
            _ => throw Refused($"calls {function} with unknown arguments at byte {_at}"),
        };
    }

    private TensorView View(StorageReference storage, long offset, PyTuple shape, PyTuple strides)
    {
        if (shape.Items.Length > MaximumDimensions)
            throw Refused($"describes a tensor of {shape.Items.Length} dimensions at byte {_at}, which weights do not have");
        if (strides.Items.Length != shape.Items.Length) throw Refused($"describes an impossible tensor at byte {_at}");
        long[] sides = [.. shape.Items.OfType<long>()], steps = [.. strides.Items.OfType<long>()];
        var areNumbers = sides.Length == shape.Items.Length && steps.Length == strides.Items.Length;
        if (!areNumbers || offset < 0 || sides.Any(side => side < 0) || steps.Any(step => step < 0))
            throw Refused($"describes an impossible tensor at byte {_at}");
        try
        {
            var count = sides.Aggregate(1L, (product, side) => checked(product * side));
            var last = sides.Zip(steps).Aggregate(offset, (index, axis) => checked(index + (Math.Max(axis.First - 1, 0) * axis.Second)));
            // A view may leave elements out, but not repeat them: else a few bytes could ask for any amount of memory.
            if (count > storage.Count || (count > 0 && last >= storage.Count)) throw new OverflowException();
            return new TensorView(storage, offset, sides, steps);
        }
        catch (OverflowException error)
        {
            throw Refused($"has a tensor {TensorInfo.FormatShape(sides)} at byte {_at} that does not lie inside its storage of {storage.Count} values", error);
        }
    }

    private StorageReference FindStorage(object? id) => id switch
    {
        PyTuple { Items: ["storage", StorageType type, string key, string, long and >= 0 and var count] } => Remember(new(type, key, count)),
        PyTuple { Items: ["storage", StorageType type, string key, string, long and >= 0 and var count, null] } => Remember(new(type, key, count)),
        PyTuple { Items: ["storage", StorageType, string, string, long, PyTuple] } =>
            throw Refused($"has a storage at byte {_at} that is a part of another, as PyTorch before 0.4 wrote them"
                + "; load it in PyTorch and save it again"),
        _ => throw Refused($"refers to something at byte {_at} that is no storage"),
    };

    private StorageReference Remember(StorageReference storage)
    {
        if (_storages.TryAdd(storage.Key, storage) || _storages[storage.Key] == storage) return storage;
        throw Refused($"describes storage '{Display.Text(storage.Key)}' at byte {_at} in another way than before");
    }

    private object FindGlobal(string module, string name) => PickleGlobals.Find(module, name) ?? throw Refused(
        $"names '{Display.Text(module)}.{Display.Text(name)}' at byte {_at}, which weights do not need"
            + "; nothing of it was run. Where you trust the file, load it in PyTorch and save its state_dict()");

    private object PopGlobal()
    {
        var name = Pop() as string;
        var module = Pop() as string;
        if (name is null || module is null) throw Unfit("two names");
        return FindGlobal(module, name);
    }

    private void PushInteger(byte bytes)
    {
        if (bytes > MaximumIntegerBytes) throw Refused($"has an integer of {bytes} bytes at byte {_at}");
        var value = new BigInteger(_input.ReadBytes(bytes));
        if (value >= long.MinValue && value <= long.MaxValue) Push((long)value);
        else Push(value);
    }

    private void Push(object? value)
    {
        _input.Objects++;
        _stack.Add(value);
    }

    private object? Peek()
    {
        RequireValues(1);
        return _stack[^1];
    }

    private object? Pop()
    {
        var value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object?[] Take(int count)
    {
        RequireValues(count);
        var items = _stack.GetRange(_stack.Count - count, count).ToArray();
        _stack.RemoveRange(_stack.Count - count, count);
        _input.Objects += count;
        return items;
    }

    /// <summary>Nothing reaches below the last mark.</summary>
    private void RequireValues(int count)
    {
        var floor = _marks.Count > 0 ? _marks[^1] : 0;
        if (_stack.Count - floor < count) throw Refused($"takes a value at byte {_at} that is not there");
    }

    private int CountToMark()
    {
        if (_marks.Count == 0) throw Refused($"goes back to a mark at byte {_at} that is not there");
        var count = _stack.Count - _marks[^1];
        _marks.RemoveAt(_marks.Count - 1);
        return count;
    }

    private void Put(uint key)
    {
        _input.Objects++;
        _memo[key] = Peek();
    }

    private object? Get(uint key) =>
        _memo.TryGetValue(key, out var value) ? value : throw Refused($"takes memo {key} at byte {_at}, which was never put");

    private WeightsException Unfit(string expected) => Refused($"has something at byte {_at} that is not {expected}");

    private WeightsException Refused(string fault, Exception? inner = null) => _input.Refused(fault, inner);
}
