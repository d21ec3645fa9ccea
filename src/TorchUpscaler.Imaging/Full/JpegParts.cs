using System.Buffers.Binary;
using TorchUpscaler.Imaging.Metadata;

namespace TorchUpscaler.Imaging.Full;

/// <summary>A JPEG taken apart (ITU-T T.81, annex B): its tables and scans for the decoder, profile and EXIF for us.</summary>
internal sealed class JpegParts
{
    private const byte StartOfFrame = 0xC0, ExtendedFrame = 0xC1, ProgressiveFrame = 0xC2, HuffmanTables = 0xC4,
        LastFrame = 0xCF, FirstRestart = 0xD0, LastRestart = 0xD7, StartOfImage = 0xD8, EndOfImage = 0xD9, StartOfScan = 0xDA,
        App0 = 0xE0, App1 = 0xE1, App2 = 0xE2, App14 = 0xEE, App15 = 0xEF, Comment = 0xFE, Temporary = 0x01;

    private const int MostSegments = 10_000, MostScans = 100; // each scan goes over all pixels, however few bytes it has
    private const double MillimetresPerInch = 25.4, MillimetresPerCentimetre = 10;

    private readonly FileBytes _file;
    private readonly List<(long From, long Count)> _kept = [];
    private readonly SortedDictionary<byte, byte[]> _profile = [];
    private byte[]? _exif;
    private (double, double)? _resolution;
    private (int Width, int Height, int Components)? _frame;
    private (int Across, int Down) _colourStep = (1, 1);
    private bool _isJfif, _namesRgb;
    private byte? _transform; // Adobe's
    private int _scans, _profileParts;

    private JpegParts(FileBytes file) => _file = file;

    private static ReadOnlySpan<byte> ExifPrefix => "Exif\0\0"u8;
    private static ReadOnlySpan<byte> ProfilePrefix => "ICC_PROFILE\0"u8;

    /// <summary>Takes a file apart.</summary>
    /// <exception cref="InvalidDataException">Not whole.</exception>
    /// <exception cref="UnreadKindException">Of a kind that is not read.</exception>
    internal static PixelParts Read(FileBytes file)
    {
        var parts = new JpegParts(file);
        parts.Walk();
        return parts.Whole();
    }

    private void Walk()
    {
        long at = 2;
        for (var segment = 0; segment < MostSegments; segment++)
        {
            var marker = NextMarker(ref at);
            if (marker == EndOfImage) return;
            if (marker is Temporary or (>= FirstRestart and <= LastRestart)) continue;
            var length = BinaryPrimitives.ReadUInt16BigEndian(_file.Need(at, 2));
            if (length < 2) throw new InvalidDataException("a segment has no length");
            var body = _file.Need(at, length)[2..];
            var end = at + length;
            if (marker == StartOfScan)
            {
                if (_frame is null) throw new InvalidDataException("its pixels stand before their size");
                if (++_scans > MostScans) throw new InvalidDataException("it has more than 100 scans");
                end = EndOfScan(end);
            }
            if (IsForTheDecoder(marker, body)) _kept.Add((at - 2, end - at + 2));
            at = end;
        }
        throw new InvalidDataException("it has too many segments");
    }

    private bool IsForTheDecoder(byte marker, ReadOnlySpan<byte> body)
    {
        switch (marker)
        {
            case App0:
                if (!body.StartsWith("JFIF\0"u8) || body.Length < 14) return false;
                NoteDensity(body);
                _isJfif = true;
                return false;
            case App1:
                if (_exif is null && body.StartsWith(ExifPrefix)) _exif = ExifBlock.Normalise(body);
                return false;
            case App2:
                NoteProfile(body);
                return false;
            case App14:
                if (body.StartsWith("Adobe"u8) && body.Length >= 12) _transform ??= body[11];
                return false;
            case (> App0 and <= App15) or Comment:
                return false;
            case HuffmanTables:
                return true;
            case >= StartOfFrame and <= LastFrame:
                NoteFrame(marker, body);
                return true;
            default:
                return true;
        }
    }

    private void NoteFrame(byte marker, ReadOnlySpan<byte> body)
    {
        if (marker is not (StartOfFrame or ExtendedFrame or ProgressiveFrame))
            throw new UnreadKindException("a JPEG that is lossless, hierarchical or coded arithmetically");
        if (_frame is not null) throw new InvalidDataException("it tells its size twice");
        if (body.Length < 6) throw new InvalidDataException("its size is missing");
        if (body[0] != 8) throw new UnreadKindException($"a JPEG of {body[0]} bits a sample");
        var (height, width) = (BinaryPrimitives.ReadUInt16BigEndian(body[1..]), BinaryPrimitives.ReadUInt16BigEndian(body[3..]));
        if (width == 0 || height == 0) throw new InvalidDataException("its size is missing");
        if (body[5] is not (1 or 3 or 4)) throw new UnreadKindException($"a JPEG of {body[5]} channels");
        if (body.Length < 6 + (3 * body[5])) throw new InvalidDataException("its channels are missing");
        _frame = (width, height, body[5]);
        if (body[5] == 3) NoteChannels(body[6..]);
    }

    // A name, how many samples across and down, and a table's number.
    private void NoteChannels(ReadOnlySpan<byte> channels)
    {
        _namesRgb = (channels[0], channels[3], channels[6]) == ('R', 'G', 'B');
        if (channels[4] != channels[7] || channels[4] == 0) return;
        var (across, down) = (channels[4] >> 4, channels[4] & 15);
        if (across > 0 && down > 0) _colourStep = (Math.Max(1, (channels[1] >> 4) / across), Math.Max(1, (channels[1] & 15) / down));
    }

    // Units per inch or centimetre; a density without a unit is a ratio.
    private void NoteDensity(ReadOnlySpan<byte> body)
    {
        var millimetres = body[7] switch { 1 => MillimetresPerInch, 2 => MillimetresPerCentimetre, _ => 0 };
        var (horizontal, vertical) = (BinaryPrimitives.ReadUInt16BigEndian(body[8..]), BinaryPrimitives.ReadUInt16BigEndian(body[10..]));
        if (millimetres > 0 && horizontal > 0 && vertical > 0) _resolution = (horizontal / millimetres, vertical / millimetres);
    }

    private void NoteProfile(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith(ProfilePrefix) || body.Length < ProfilePrefix.Length + 2) return;
        _profileParts = body[ProfilePrefix.Length + 1];
        _profile.TryAdd(body[ProfilePrefix.Length], body[(ProfilePrefix.Length + 2)..].ToArray());
    }

    private PixelParts Whole()
    {
        if (_frame is not { } frame || _scans == 0) throw new InvalidDataException("it has no pixels");
        var (channels, isGrey) = (frame.Components == 1 ? 1 : 3, frame.Components == 1);
        var isRgb = _transform is { } transform ? transform == 0 : !_isJfif && _namesRgb;
        // The inks' profile is not for what they become.
        var profile = frame.Components < 4 && _profile.Count == _profileParts ? _profile.Values.SelectMany(part => part).ToArray() : null;
        return new PixelParts(frame.Width, frame.Height, channels, 8, Pixels(frame.Components))
        {
            Colours = channels == 3 && frame.Components == 3 && !isRgb ? SampleColours.YCbCr : SampleColours.Plain,
            ColourStep = _colourStep,
            Found = new FoundMetadata(IccProfile.Fits(profile, isGrey) ? profile : null, _exif, _resolution),
            Orientation = FoundMetadata.Orientation(_exif, null),
        };
    }

    // Three channels come as they are stored, as if they were RGB, since we know better what to make of them. Four are inks, and Adobe's
    // word on them is passed on.
    private PiecesStream Pixels(int components)
    {
        var pixels = new PiecesStream(_file.File);
        pixels.Add([0xFF, StartOfImage]);
        if (components == 3 || _transform is not null)
            pixels.Add([0xFF, App14, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, components == 3 ? (byte)0 : _transform!.Value]);
        foreach (var (from, count) in _kept) pixels.Take(from, count);
        pixels.Add([0xFF, EndOfImage]);
        return pixels;
    }

    // Bytes between segments that belong to none are passed over, as other programs do.
    private byte NextMarker(ref long at)
    {
        while (true)
        {
            var bytes = _file.Some(at);
            var mark = bytes.IndexOf((byte)0xFF);
            if (mark < 0)
            {
                at += bytes.Length;
                continue;
            }
            at += mark + 1;
            var marker = _file.Need(at, 1)[0];
            if (marker is 0 or 0xFF) continue;
            at++;
            return marker;
        }
    }

    // Where the first marker stands after coded pixels that does not belong to them.
    private long EndOfScan(long at)
    {
        while (true)
        {
            var marker = NextMarker(ref at);
            if (marker is not (>= FirstRestart and <= LastRestart)) return at - 2;
        }
    }
}
