namespace TorchUpscaler.WeightConverter;

/// <summary>What was asked for could not be done, through no fault of what was given. The message is for the person who asked.</summary>
internal sealed class ToolFailureException(string message, Exception? inner = null) : Exception(message, inner);
