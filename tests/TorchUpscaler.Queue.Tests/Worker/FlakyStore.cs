using System.Reflection;

namespace TorchUpscaler.Queue.Tests.Worker;

/// <summary>A store in front of another one that can be out: then every call fails, before it has done anything or after.</summary>
public class FlakyStore : DispatchProxy
{
    private IJobStore _store = null!;
    private int _refusals;

    /// <summary>Whether it is out.</summary>
    internal bool IsOut { get; set; }

    /// <summary>Calls that failed because it was out.</summary>
    internal int Refusals => Volatile.Read(ref _refusals);

    /// <summary>The member whose next call does its work and loses the answer.</summary>
    internal string? LosesAnswerOf { get; set; }

    /// <summary>The member that fails as a fault of the program's own would show.</summary>
    internal string? FailsAt { get; set; }

    internal static (IJobStore Store, FlakyStore Switch) Around(IJobStore store)
    {
        var proxy = Create<IJobStore, FlakyStore>();
        var flaky = (FlakyStore)(object)proxy;
        flaky._store = store;
        return (proxy, flaky);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (IsOut && !targetMethod!.IsSpecialName && targetMethod.Name is not ("Forget" or "WorkFolder"))
        {
            Interlocked.Increment(ref _refusals);
            throw new StoreUnavailableException("the store is out", new IOException());
        }
        if (targetMethod!.Name == FailsAt) throw new InvalidOperationException("a fault of the program");
        object? result;
        try
        {
            result = targetMethod.Invoke(_store, args);
        }
        catch (TargetInvocationException error)
        {
            throw error.InnerException!;
        }
        if (targetMethod.Name != LosesAnswerOf) return result;
        LosesAnswerOf = null;
        throw new StoreUnavailableException("the answer was lost", new IOException());
    }
}
