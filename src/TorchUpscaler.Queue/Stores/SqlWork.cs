using System.Data;
using System.Data.Common;
using Dapper;

namespace TorchUpscaler.Queue.Stores;

/// <summary>Named statements on one connection, within one transaction.</summary>
internal sealed class SqlWork(SqlStatements sql, DbConnection connection, DbTransaction? transaction)
{
    /// <summary>Whether the transaction is to be rolled back although nothing failed.</summary>
    internal bool IsUndone { get; private set; }

    /// <summary>Runs a statement.</summary>
    /// <returns>The rows that it changed.</returns>
    internal int Execute(string name, object? parameters = null) => connection.Execute(sql[name], SqlParameters.Of(parameters), transaction);

    /// <summary>The only value or row of a statement.</summary>
    /// <exception cref="DataException">There is none: a row is missing that the schema begins with.</exception>
    internal T Single<T>(string name, object? parameters = null)
    {
        var rows = connection.Query<T>(sql[name], SqlParameters.Of(parameters), transaction).AsList();
        return rows.Count == 1 ? rows[0] : throw new DataException($"the statement '{name}' found {rows.Count} rows");
    }

    /// <summary>The first row or value of a statement, or none.</summary>
    internal T? First<T>(string name, object? parameters = null) => connection.QueryFirstOrDefault<T>(sql[name], SqlParameters.Of(parameters), transaction);

    /// <summary>All rows of a statement.</summary>
    internal IReadOnlyList<T> Query<T>(string name, object? parameters = null) => connection.Query<T>(sql[name], SqlParameters.Of(parameters), transaction).AsList();

    /// <summary>A statement as the database's own command, for what is too large to pass through parameters and rows.</summary>
    internal TCommand Command<TCommand>(string name) where TCommand : DbCommand
    {
        var command = (TCommand)connection.CreateCommand();
        (command.CommandText, command.Transaction) = (sql[name], transaction);
        return command;
    }

    /// <summary>Lets the transaction leave no trace.</summary>
    /// <returns>The default value, for the caller to return.</returns>
    internal T? Undo<T>()
    {
        IsUndone = true;
        return default;
    }
}
