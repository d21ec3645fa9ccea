using System.Data;
using Npgsql;

namespace TorchUpscaler.Queue.Stores.Postgres;

/// <summary>A PostgreSQL database as a store's: transactions on a server, tried again where they surely were in vain.</summary>
/// <param name="server">The server; disposed with this.</param>
/// <param name="clock">A test's clock; null: the server's.</param>
internal sealed class PostgresDatabase(PostgresServer server, TimeProvider? clock) : StoreDatabase
{
    private const int Tries = 4;

    public override string Kind => "Postgres";

    public override long? Now => clock?.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The server.</summary>
    internal PostgresServer Server => server;

    private protected override void Close() => server.Dispose();

    private protected override T RunReading<T>(SqlStatements sql, Func<SqlWork, T> reading) => Transact(sql, IsolationLevel.RepeatableRead, reading);

    private protected override T RunWriting<T>(SqlStatements sql, Func<SqlWork, T> writing) => Transact(sql, IsolationLevel.ReadCommitted, writing);

    private protected override void Migrate(string part, IReadOnlyList<string> scripts)
    {
        try
        {
            server.Migrate(part, scripts);
        }
        catch (NpgsqlException error) when (!PostgresServer.IsOurFault(error))
        {
            throw server.Unavailable(error);
        }
    }

    private T Transact<T>(SqlStatements sql, IsolationLevel isolation, Func<SqlWork, T> statements)
    {
        for (var tries = 1; ; tries++)
        {
            var (isConnected, isCommitting) = (false, false);
            try
            {
                using var connection = server.Connect();
                isConnected = true;
                using var transaction = connection.BeginTransaction(isolation);
                var work = new SqlWork(sql, connection, transaction);
                var value = statements(work);
                isCommitting = !work.IsUndone;
                if (isCommitting) transaction.Commit();
                return value;
            }
            catch (NpgsqlException error) when (isConnected && tries < Tries && PostgresServer.WasInVain(error, isCommitting))
            {
                // A kept connection whose end was not noticed: the others have gone with it.
                if (error is not PostgresException) server.DropConnections();
            }
            catch (NpgsqlException error) when (!PostgresServer.IsOurFault(error))
            {
                throw server.Unavailable(error);
            }
        }
    }
}
