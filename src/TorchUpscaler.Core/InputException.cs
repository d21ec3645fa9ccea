namespace TorchUpscaler.Core;

/// <summary>
/// Something from outside (a picture, a model file, an option) was refused. The message is one sentence for the
/// person who gave it: what was wrong and what to do. Programs print it without a stack trace and exit with code 2.
/// </summary>
public class InputException : Exception
{
    /// <summary>Creates the error with its one-sentence message.</summary>
    public InputException(string message) : base(message) { }

    /// <summary>Creates the error with its one-sentence message and what lay under it.</summary>
    public InputException(string message, Exception? innerException) : base(message, innerException) { }
}

/// <summary>A picture could not be read or is outside the limits, or a result cannot be stored in the chosen format.</summary>
public sealed class PictureException : InputException
{
    /// <inheritdoc/>
    public PictureException(string message) : base(message) { }

    /// <inheritdoc/>
    public PictureException(string message, Exception? innerException) : base(message, innerException) { }
}

/// <summary>A model file is damaged, incomplete, of an unknown network, or not fit for what was asked.</summary>
public sealed class WeightsException : InputException
{
    /// <inheritdoc/>
    public WeightsException(string message) : base(message) { }

    /// <inheritdoc/>
    public WeightsException(string message, Exception? innerException) : base(message, innerException) { }

    /// <summary>What an engine throws where a network's result has NaN or infinity in it.</summary>
    public static WeightsException ResultIsNotFinite() =>
        new("the network's result is not finite (NaN or infinity): the model's weights do not fit it or are damaged; download or convert the model again");
}

/// <summary>
/// A picture cannot be computed exactly within the memory budget. Thrown before any work is done; and between two networks of one
/// picture, where the process has come to hold more meanwhile than was foreseen.
/// </summary>
/// <param name="requiredBytes">The smallest budget, in bytes, that would do.</param>
/// <param name="budgetBytes">The budget that was given, in bytes.</param>
public sealed class DoesNotFitException(long requiredBytes, long budgetBytes)
    : InputException(string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"the picture needs {MemorySize.Format(requiredBytes)} of memory, and the budget is {MemorySize.Format(budgetBytes)}; allow more with --memory {MemorySize.Format(requiredBytes)}"))
{
    /// <summary>The smallest budget, in bytes, that would do.</summary>
    public long RequiredBytes { get; } = requiredBytes;
}
