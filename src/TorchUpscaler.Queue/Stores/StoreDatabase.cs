using System.Reflection;
using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Stores;

/// <summary>
/// The database that a store is in: short durable transactions of named statements. Parts of the program that keep something beside
/// the queue have tables of their own in it (<see cref="Tables"/>).
/// </summary>
public abstract class StoreDatabase : IDisposable
{
    /// <summary>The kind of database: the folder that its <c>.sql</c> files are in, <c>Sqlite</c> or <c>Postgres</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>The clock's time where it is not the database's own: milliseconds since 1970, or null.</summary>
    public abstract long? Now { get; }

    /// <summary>The tables of a part of the program, made or brought up to date where they are not.</summary>
    /// <param name="part">The part's name, the same for ever.</param>
    /// <param name="scripts">
    /// The assembly with the part's <c>KIND/001.sql</c> and on, each applied once, and <c>KIND/statements.sql</c>, its named
    /// statements, as embedded resources.
    /// </param>
    /// <exception cref="InputException">The tables were made by a newer program.</exception>
    /// <exception cref="StoreUnavailableException">The database does not answer.</exception>
    public StoreTables Tables(string part, Assembly scripts)
    {
        Migrate(part, SqlStatements.Migrations(scripts, Kind));
        return new StoreTables(this, SqlStatements.Load(scripts, $"{Kind}/statements.sql"));
    }

    /// <summary>Closes it.</summary>
    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs statements that read, and see one state.</summary>
    internal T Read<T>(SqlStatements sql, Func<SqlWork, T> reading) => StoreMeter.Measure("read", () => RunReading(sql, reading));

    /// <summary>Runs statements as one transaction that is on the disk when this returns.</summary>
    internal T Write<T>(SqlStatements sql, Func<SqlWork, T> writing) => StoreMeter.Measure("write", () => RunWriting(sql, writing));

    private protected abstract T RunReading<T>(SqlStatements sql, Func<SqlWork, T> reading);

    private protected abstract T RunWriting<T>(SqlStatements sql, Func<SqlWork, T> writing);

    /// <summary>Applies the scripts of a part that have not been applied yet.</summary>
    private protected abstract void Migrate(string part, IReadOnlyList<string> scripts);

    /// <summary>Closes all connections.</summary>
    private protected abstract void Close();

    /// <summary>The refusal of tables that are newer than the program.</summary>
    internal static InputException Newer(string what, long version, int known) => new(FormattableString.Invariant(
        $"{what} was made by a newer program (its schema is {version}, this program knows {known}); use that program, or another store"));
}

/// <summary>The tables of one part of the program in a store's database, and its statements.</summary>
public sealed class StoreTables
{
    private readonly StoreDatabase _database;
    private readonly SqlStatements _sql;

    internal StoreTables(StoreDatabase database, SqlStatements sql) => (_database, _sql) = (database, sql);

    /// <summary>The clock's time where it is not the database's own: milliseconds since 1970, or null.</summary>
    public long? Now => _database.Now;

    /// <summary>Runs statements that read, and see one state.</summary>
    /// <exception cref="StoreUnavailableException">The database does not answer.</exception>
    public T Read<T>(Func<SqlWork, T> reading) => _database.Read(_sql, reading);

    /// <summary>Runs statements as one transaction that is on the disk when this returns. May be tried again: it must do nothing else.</summary>
    /// <exception cref="StoreUnavailableException">The database does not answer, or its disk is full.</exception>
    public T Write<T>(Func<SqlWork, T> writing) => _database.Write(_sql, writing);
}
