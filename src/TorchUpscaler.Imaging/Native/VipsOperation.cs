namespace TorchUpscaler.Imaging.Native;

/// <summary>One run of a libvips operation: named arguments in, images out.</summary>
internal sealed unsafe class VipsOperation : IDisposable
{
    private const nuint StringType = 16 << 2; // G_TYPE_STRING, fixed by GLib's ABI

    private nint _operation;

    /// <summary>Prepares an operation by its nickname, for example <c>pngload</c>.</summary>
    /// <exception cref="VipsException">The library has no such operation.</exception>
    internal VipsOperation(string nickname)
    {
        _operation = LibVips.OperationNew(nickname);
        if (_operation == 0) throw VipsException.Take();
    }

    /// <summary>Whether the library has an operation of this nickname.</summary>
    internal static bool Exists(string nickname) => LibVips.TypeFind("VipsOperation", nickname) != 0;

    /// <summary>Sets a number, a flag or an enumeration, written as libvips' own tools take it.</summary>
    internal VipsOperation Set(string name, string value)
    {
        if (LibVips.SetArgumentFromString(_operation, name, value) != 0) throw VipsException.Take();
        return this;
    }

    /// <summary>Sets a text argument such as a file name, which libvips then takes as it is.</summary>
    internal VipsOperation SetText(string name, string text)
    {
        GValue value = default;
        LibVips.ValueInit(&value, StringType);
        LibVips.ValueSetString(&value, text);
        return SetValue(name, &value);
    }

    /// <summary>Sets an image argument.</summary>
    internal VipsOperation Set(string name, VipsImage image) => SetObject(name, LibVips.ImageType(), image.Instance);

    /// <summary>Sets a source argument.</summary>
    internal VipsOperation Set(string name, VipsSource source) => SetObject(name, LibVips.SourceType(), source.Instance);

    /// <summary>Sets a target argument.</summary>
    internal VipsOperation Set(string name, VipsTarget target) => SetObject(name, LibVips.TargetType(), target.Instance);

    /// <summary>Runs the operation.</summary>
    /// <exception cref="VipsException">It failed.</exception>
    internal VipsOperation Run()
    {
        VipsException.Forget();
        return LibVips.OperationBuild(ref _operation) == 0 ? this : throw VipsException.Take();
    }

    /// <summary>An image that the operation has put out.</summary>
    internal VipsImage Output(string name = "out")
    {
        GValue value = default;
        LibVips.ValueInit(&value, LibVips.ImageType());
        LibVips.GetProperty(_operation, name, &value);
        var image = LibVips.ValueDupObject(&value);
        LibVips.ValueUnset(&value);
        return image != 0 ? new VipsImage(image) : throw new VipsException($"no output {name}");
    }

    /// <summary>Gives back the operation and the references to its outputs that <see cref="Output"/> has not taken.</summary>
    public void Dispose()
    {
        if (_operation == 0) return;
        LibVips.UnrefOutputs(_operation);
        LibVips.Unref(_operation);
        _operation = 0;
    }

    private VipsOperation SetObject(string name, nuint type, nint instance)
    {
        GValue value = default;
        LibVips.ValueInit(&value, type);
        LibVips.ValueSetObject(&value, instance);
        return SetValue(name, &value);
    }

    private VipsOperation SetValue(string name, GValue* value)
    {
        LibVips.SetProperty(_operation, name, value);
        LibVips.ValueUnset(value);
        return this;
    }
}
