using System.Collections.Concurrent;
using System.Reflection;
using Dapper;

namespace TorchUpscaler.Queue.Stores;

/// <summary>Statements' parameters: an object's property <c>FrontEnd</c> is <c>@frontEnd</c>, as SQLite tells upper from lower case.</summary>
public static class SqlParameters
{
    private static readonly ConcurrentDictionary<Type, (string Name, PropertyInfo Property)[]> Known = [];

    /// <summary>The parameters that an object's properties name; parameters stay as they are.</summary>
    public static DynamicParameters Of(object? values) => values as DynamicParameters ?? new DynamicParameters().And(values);

    /// <summary>Adds an object's properties.</summary>
    public static DynamicParameters And(this DynamicParameters parameters, object? values)
    {
        if (values is null) return parameters;
        foreach (var (name, property) in Known.GetOrAdd(values.GetType(), Named)) parameters.Add(name, property.GetValue(values));
        return parameters;
    }

    private static (string, PropertyInfo)[] Named(Type type) =>
        [.. type.GetProperties().Select(property => (char.ToLowerInvariant(property.Name[0]) + property.Name[1..], property))];
}
