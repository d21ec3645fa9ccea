using System.Runtime.InteropServices;

namespace TorchUpscaler.Imaging.Native;

/// <summary>
/// The functions of libvips and of the GLib libraries under it that this project calls. None takes a variable number
/// of arguments: those cannot be called portably from managed code. Names are the C names.
/// </summary>
internal static unsafe partial class LibVips
{
    internal const string Vips = "vips";
    internal const string GObject = "gobject";
    internal const string GLib = "glib";

    [LibraryImport(Vips, EntryPoint = "vips_init", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Init(string programName);

    [LibraryImport(Vips, EntryPoint = "vips_version")]
    internal static partial int Version(int part);

    [LibraryImport(Vips, EntryPoint = "vips_block_untrusted_set")]
    internal static partial void BlockUntrusted(int state);

    [LibraryImport(Vips, EntryPoint = "vips_operation_block_set", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void BlockOperation(string name, int state);

    [LibraryImport(Vips, EntryPoint = "vips_type_find", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nuint TypeFind(string baseName, string nickname);

    [LibraryImport(Vips, EntryPoint = "vips_cache_set_max")]
    internal static partial void CacheSetMax(int operations);

    [LibraryImport(Vips, EntryPoint = "vips_concurrency_set")]
    internal static partial void ConcurrencySet(int threads);

    [LibraryImport(Vips, EntryPoint = "vips_thread_shutdown")]
    internal static partial void ThreadShutdown();

    [LibraryImport(Vips, EntryPoint = "vips_error_buffer_copy")]
    internal static partial byte* ErrorBufferCopy();

    [LibraryImport(Vips, EntryPoint = "vips_error_clear")]
    internal static partial void ErrorClear();

    [LibraryImport(Vips, EntryPoint = "vips_operation_new", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint OperationNew(string nickname);

    [LibraryImport(Vips, EntryPoint = "vips_cache_operation_buildp")]
    internal static partial int OperationBuild(ref nint operation);

    [LibraryImport(Vips, EntryPoint = "vips_object_set_argument_from_string", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetArgumentFromString(nint instance, string name, string value);

    [LibraryImport(Vips, EntryPoint = "vips_object_unref_outputs")]
    internal static partial void UnrefOutputs(nint instance);

    [LibraryImport(Vips, EntryPoint = "vips_object_get_type")]
    internal static partial nuint ObjectType();

    [LibraryImport(Vips, EntryPoint = "vips_image_get_type")]
    internal static partial nuint ImageType();

    [LibraryImport(Vips, EntryPoint = "vips_target_get_type")]
    internal static partial nuint TargetType();

    [LibraryImport(Vips, EntryPoint = "vips_source_get_type")]
    internal static partial nuint SourceType();

    [LibraryImport(Vips, EntryPoint = "vips_image_new")]
    internal static partial nint ImageNew();

    [LibraryImport(Vips, EntryPoint = "vips_image_init_fields")]
    internal static partial void ImageInitFields(nint image, int width, int height, int bands,
        BandFormat format, Coding coding, Interpretation interpretation, double horizontal, double vertical);

    [LibraryImport(Vips, EntryPoint = "vips_image_pipeline_array")]
    internal static partial int ImagePipeline(nint image, int demandStyle, nint* inputs);

    [LibraryImport(Vips, EntryPoint = "vips_image_generate")]
    internal static partial int ImageGenerate(nint image, nint start,
        delegate* unmanaged[Cdecl]<nint, nint, nint, nint, int*, int> generate, nint stop, nint a, nint b);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_width")]
    internal static partial int ImageWidth(nint image);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_height")]
    internal static partial int ImageHeight(nint image);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_bands")]
    internal static partial int ImageBands(nint image);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_format")]
    internal static partial BandFormat ImageFormat(nint image);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_coding")]
    internal static partial Coding ImageCoding(nint image);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_interpretation")]
    internal static partial Interpretation ImageInterpretation(nint image);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_xres")]
    internal static partial double ImageHorizontalResolution(nint image);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_yres")]
    internal static partial double ImageVerticalResolution(nint image);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_typeof", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nuint ImageTypeOf(nint image, string name);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_int", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ImageGetInt(nint image, string name, out int value);

    [LibraryImport(Vips, EntryPoint = "vips_image_get_blob", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ImageGetBlob(nint image, string name, out byte* data, out nuint length);

    [LibraryImport(Vips, EntryPoint = "vips_image_set_blob_copy", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void ImageSetBlob(nint image, string name, byte* data, nuint length);

    [LibraryImport(Vips, EntryPoint = "vips_region_new")]
    internal static partial nint RegionNew(nint image);

    [LibraryImport(Vips, EntryPoint = "vips_region_prepare")]
    internal static partial int RegionPrepare(nint region, VipsRect* rectangle);

    [LibraryImport(Vips, EntryPoint = "vips_source_custom_new")]
    internal static partial nint SourceCustomNew();

    [LibraryImport(Vips, EntryPoint = "vips_target_custom_new")]
    internal static partial nint TargetCustomNew();

    [LibraryImport(GObject, EntryPoint = "g_object_unref")]
    internal static partial void Unref(nint instance);

    [LibraryImport(GObject, EntryPoint = "g_object_set_property", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void SetProperty(nint instance, string name, GValue* value);

    [LibraryImport(GObject, EntryPoint = "g_object_get_property", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void GetProperty(nint instance, string name, GValue* value);

    [LibraryImport(GObject, EntryPoint = "g_value_init")]
    internal static partial GValue* ValueInit(GValue* value, nuint type);

    [LibraryImport(GObject, EntryPoint = "g_value_unset")]
    internal static partial void ValueUnset(GValue* value);

    [LibraryImport(GObject, EntryPoint = "g_value_set_string", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void ValueSetString(GValue* value, string text);

    [LibraryImport(GObject, EntryPoint = "g_value_set_object")]
    internal static partial void ValueSetObject(GValue* value, nint instance);

    [LibraryImport(GObject, EntryPoint = "g_value_dup_object")]
    internal static partial nint ValueDupObject(GValue* value);

    [LibraryImport(GObject, EntryPoint = "g_type_query")]
    internal static partial void TypeQuery(nuint type, GTypeQuery* query);

    [LibraryImport(GObject, EntryPoint = "g_signal_connect_data", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nuint SignalConnect(nint instance, string signal, void* handler, nint data, nint destroyData, int flags);

    [LibraryImport(GLib, EntryPoint = "g_free")]
    internal static partial void Free(void* memory);

    [LibraryImport(GLib, EntryPoint = "g_log_set_handler", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial uint LogSetHandler(string domain, int levels,
        delegate* unmanaged[Cdecl]<byte*, int, byte*, nint, void> handler, nint data);
}
