using System.Data;
using System.Data.Common;
using Dapper;

namespace TorchUpscaler.Queue.Stores;

/// <summary>Named statements on one connection, within one transaction.</summary>
public sealed class SqlWork
{
    private readonly SqlStatements _sql;
    private readonly DbConnection _connection;
    private readonly DbTransaction? _transaction;

    static SqlWork() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    internal SqlWork(SqlStatements sql, DbConnection connection, DbTransaction? transaction) => (_sql, _connection, _transaction) = (sql, connection, transaction);

    /// <summary>Whether the transaction is to be rolled back although nothing failed.</summary>
    internal bool IsUndone { get; private set; }

    /// <summary>Runs a statement.</summary>
    /// <param name="name">The statement's name.</param>
    /// <param name="parameters">An object whose property <c>FrontEnd</c> is the statement's <c>@frontEnd</c>.</param>
    /// <returns>The rows that it changed.</returns>
    public int Execute(string name, object? parameters = null) => _connection.Execute(_sql[name], SqlParameters.Of(parameters), _transaction);

    /// <summary>The only value or row of a statement.</summary>
    /// <exception cref="DataException">There is none: a row is missing that the schema begins with.</exception>
    public T Single<T>(string name, object? parameters = null)
    {
        var rows = _connection.Query<T>(_sql[name], SqlParameters.Of(parameters), _transaction).AsList();
        return rows.Count == 1 ? rows[0] : throw new DataException($"the statement '{name}' found {rows.Count} rows");
    }

    /// <summary>The first row or value of a statement, or none.</summary>
    public T? First<T>(string name, object? parameters = null) => _connection.QueryFirstOrDefault<T>(_sql[name], SqlParameters.Of(parameters), _transaction);

    /// <summary>All rows of a statement.</summary>
    public IReadOnlyList<T> Query<T>(string name, object? parameters = null) => _connection.Query<T>(_sql[name], SqlParameters.Of(parameters), _transaction).AsList();

    /// <summary>A statement as the database's own command, for what is too large to pass through parameters and rows.</summary>
    internal TCommand Command<TCommand>(string name) where TCommand : DbCommand
    {
        var command = (TCommand)_connection.CreateCommand();
        (command.CommandText, command.Transaction) = (_sql[name], _transaction);
        return command;
    }

    /// <summary>Lets the transaction leave no trace.</summary>
    /// <returns>The default value, for the caller to return.</returns>
    public T? Undo<T>()
    {
        IsUndone = true;
        return default;
    }
}
