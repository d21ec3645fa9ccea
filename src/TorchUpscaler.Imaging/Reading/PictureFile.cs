using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using TorchUpscaler.Core;
using TorchUpscaler.Imaging.Metadata;
using TorchUpscaler.Imaging.Native;
using TorchUpscaler.Imaging.Writing;

namespace TorchUpscaler.Imaging.Reading;

/// <summary>An opened picture file whose header has been read and whose pixels have not.</summary>
internal sealed class PictureFile : IDisposable
{
    private const int StripRows = 16; // as many as the loaders decode at a time

    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly VipsSource _source;
    private readonly FileKind _kind;
    private readonly VipsImage _image;
    private readonly DecodePlan _plan;
    private readonly int _orientation;

    private PictureFile(string path, SafeFileHandle file, VipsSource source, FileKind kind, VipsImage image, DecodePlan plan)
    {
        (_path, _file, _source, _kind, _image, _plan) = (path, file, source, kind, image, plan);
        _orientation = FileMetadata.Orientation(image, kind);
    }

    /// <summary>Opens a file and reads its header.</summary>
    /// <exception cref="PictureException">No such file, no picture, or none that can be read.</exception>
    internal static PictureFile Open(string path)
    {
        var file = InputFile.Open(path);
        VipsSource? source = null;
        VipsImage? image = null;
        try
        {
            var kind = InputFile.Recognise(path, file, VipsLoader.Kinds, "the libvips on this machine");
            if (kind == FileKind.Png && !PngChunks.AreWithin(file)) throw new PictureException($"{Display.Path(path)} is a damaged or truncated PNG file; {InputFile.GetAgain}");
            source = new VipsSource(file);
            image = Load(path, kind, source);
            var plan = DecodePlan.For(image) ?? throw new PictureException(
                $"{Display.Path(path)} holds {image.Bands} channels of type {image.Format} ({image.Interpretation}), "
                + "which is no grey, RGB, CMYK or Lab picture; convert it to RGB first");
            return new PictureFile(path, file, source, kind, image, plan);
        }
        catch
        {
            image?.Dispose();
            source?.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <summary>What the header says; the size is upright.</summary>
    internal PictureHeader Header => Upright.Turns(_orientation)
        ? new(_image.Height, _image.Width, _plan.Channels, _plan.Bits, Format)
        : new(_image.Width, _image.Height, _plan.Channels, _plan.Bits, Format);

    private PictureFormat? Format => _kind.Format is PictureFormat.Avif && !AvifEncoder.IsAvailable ? null : _kind.Format;

    /// <summary>The picture as one that is written.</summary>
    internal ResultShape Shape => new(Header.Width, Header.Height, Header.Channels, Header.Bits, FileMetadata.Read(_path, _kind, _image, _plan, _orientation));

    /// <summary>Copies the rows of an upright picture whose colours need no change, once.</summary>
    /// <exception cref="PictureException">It is not upright, has other colours, or is truncated or damaged.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; looked at between strips of 16 rows.</exception>
    internal void CopyTo(IPictureWriter writer, CancellationToken cancellation)
    {
        if (_orientation != 1 || _plan.Color != ColorChange.None || _plan.Samples != SampleChange.None)
            throw new PictureException($"{Display.Path(_path)} is no upright grey or RGB picture; it cannot be written anew by rows");
        try
        {
            using var region = new VipsRegion(_image);
            for (var top = 0; top < _image.Height; top += StripRows)
            {
                cancellation.ThrowIfCancellationRequested();
                var rows = Math.Min(StripRows, _image.Height - top);
                region.Prepare(top, rows);
                for (var y = top; y < top + rows; y++) writer.Write(region.Row(y, checked(_image.Width * _plan.Channels * (_plan.Bits / 8))), 1);
            }
        }
        catch (VipsException e)
        {
            throw Damaged(e);
        }
    }

    /// <summary>Decodes the pixels, once.</summary>
    /// <exception cref="PictureException">Truncated or damaged.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; looked at between strips of 16 rows.</exception>
    internal Picture Decode(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var header = Header;
        var picture = new Picture(header.Width, header.Height, header.Channels, header.Bits, FileMetadata.Read(_path, _kind, _image, _plan, _orientation));
        try
        {
            using var source = ChangeColors();
            if (source.Bands != _plan.Channels) throw new VipsException($"{source.Bands} channels instead of {_plan.Channels}");
            CopyRows(source, picture, cancellation);
            return picture;
        }
        catch (VipsException e)
        {
            throw Damaged(e);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _image.Dispose();
        _source.Dispose();
        _file.Dispose();
    }

    private PictureException Damaged(VipsException e) => new($"{Display.Path(_path)} is a damaged or truncated {_kind.Name} file{e.Aside}; {InputFile.GetAgain}", e);

    private static VipsImage Load(string path, FileKind kind, VipsSource source)
    {
        try
        {
            using var load = new VipsOperation(VipsLoader.For(kind));
            return load.Set("source", source).Set("access", "sequential").Set("fail_on", "error").Run().Output();
        }
        catch (VipsException e)
        {
            throw new PictureException($"{Display.Path(path)} is a damaged {kind.Name} file{e.Aside}; {InputFile.GetAgain}", e);
        }
    }

    private VipsImage ChangeColors()
    {
        var depth16 = _plan.Bits == 16;
        switch (_plan.Color)
        {
            case ColorChange.FromCmyk:
                using (var transform = new VipsOperation("icc_transform"))
                {
                    return transform.Set("in", _image).SetText("output_profile", "srgb").SetText("input_profile", "cmyk")
                        .Set("embedded", "true").Set("intent", "relative").Set("black_point_compensation", "true")
                        .Set("depth", depth16 ? "16" : "8").Run().Output();
                }
            case ColorChange.FromLab:
                using (var toRgb = new VipsOperation("colourspace"))
                    return toRgb.Set("in", _image).Set("space", depth16 ? "rgb16" : "srgb").Run().Output();
            default:
                using (var copy = new VipsOperation("copy"))
                    return copy.Set("in", _image).Run().Output();
        }
    }

    private void CopyRows(VipsImage source, Picture picture, CancellationToken cancellation)
    {
        var upright = new Upright(_orientation, source.Width, source.Height, picture.Channels * (picture.Bits / 8));
        var sourceRowBytes = checked(source.Width * picture.Channels * SampleConverter.Bytes(_plan.Samples, picture.Bits));
        var converted = _plan.Samples == SampleChange.None ? [] : new ushort[source.Width * picture.Channels];
        using var region = new VipsRegion(source);
        for (var top = 0; top < source.Height; top += StripRows)
        {
            cancellation.ThrowIfCancellationRequested();
            var rows = Math.Min(StripRows, source.Height - top);
            region.Prepare(top, rows);
            for (var y = top; y < top + rows; y++)
            {
                var row = region.Row(y, sourceRowBytes);
                if (converted.Length > 0)
                {
                    SampleConverter.To16(_plan.Samples, row, picture.Channels, converted);
                    row = MemoryMarshal.AsBytes(converted.AsSpan());
                }
                upright.Place(row, y, picture.Bytes);
            }
        }
    }
}
