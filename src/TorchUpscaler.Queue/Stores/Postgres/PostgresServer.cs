using System.Net.Sockets;
using Npgsql;
using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Stores.Postgres;

/// <summary>A PostgreSQL database with the queue's tables: connections to it, and what its errors mean.</summary>
internal sealed class PostgresServer : IDisposable
{
    private const int OldestVersion = 130000;
    private const int MigrationLock = 0x54557051; // "TUpQ", as SQLite's application id

    // A holder that vanishes within a transaction must not stop the others for ever; and a commit is on the disk.
    private const string SessionOptions =
        "-c idle_in_transaction_session_timeout=60000 -c lock_timeout=30000 -c synchronous_commit=on -c client_min_messages=warning";

    private readonly NpgsqlConnectionStringBuilder _settings;
    private readonly NpgsqlDataSource _source;
    private readonly string _where;

    private PostgresServer(NpgsqlConnectionStringBuilder settings)
    {
        _settings = settings;
        _where = Display.Text(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{settings.Host}:{settings.Port}/{settings.Database}"));
        var source = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        source.ConfigureTypeLoading(types => types.EnableTypeLoading(false)); // the queue uses no types but the basic ones
        _source = source.Build();
    }

    /// <summary>What it is, for people.</summary>
    internal string Description { get; private set; } = "";

    /// <summary>The queue's own name, the same for all who share it.</summary>
    internal string QueueName { get; private set; } = "";

    /// <summary>The schema that the tables are in.</summary>
    internal string Schema { get; private set; } = "";

    /// <summary>Connects, and makes the tables where they are not there or not new enough.</summary>
    /// <exception cref="InputException">That cannot be.</exception>
    /// <exception cref="StoreUnavailableException">The server is starting or takes no more connections.</exception>
    internal static PostgresServer Open(NpgsqlConnectionStringBuilder wanted)
    {
        var settings = new NpgsqlConnectionStringBuilder(wanted.ConnectionString)
        {
            ApplicationName = wanted.ApplicationName ?? "torchupscaler",
            Options = $"{wanted.Options} {SessionOptions}".Trim(),
            TcpKeepAlive = true,
            Enlist = false,
        };
        settings.Database ??= settings.Username;
        PostgresServer? server = null;
        try
        {
            server = new PostgresServer(settings);
            server.Prepare();
            return server;
        }
        catch (Exception error)
        {
            server?.Dispose();
            throw error switch
            {
                PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.TooManyConnections } busy => server!.Unavailable(busy),
                NpgsqlException failure => server!.Refusal(failure),
                ArgumentException or NotSupportedException => new InputException($"the PostgreSQL location cannot be used: {FirstLine(error)}", error),
                _ => error,
            };
        }
    }

    /// <summary>Its connections, for the schedule that the queue's processes share.</summary>
    internal NpgsqlDataSource Source => _source;

    /// <summary>A connection, to be disposed.</summary>
    internal NpgsqlConnection Connect() => _source.OpenConnection();

    /// <summary>A connection for listening, whose end is noticed.</summary>
    internal NpgsqlConnection ForListening() =>
        new(new NpgsqlConnectionStringBuilder(_settings.ConnectionString) { Pooling = false, KeepAlive = 10 }.ConnectionString);

    /// <summary>Does not use the kept connections any more.</summary>
    internal void DropConnections() => _source.Clear();

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    /// <summary>Whether a transaction that failed so has surely changed nothing and can well be tried again.</summary>
    internal static bool WasInVain(NpgsqlException error, bool isCommitting) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected } => true,
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown } => !isCommitting,
        PostgresException => false,
        // Once the commit was sent, a connection that breaks leaves it open.
        _ => !isCommitting && error.InnerException is not TimeoutException,
    };

    /// <summary>Whether the tables' rules or types have refused what the program wanted.</summary>
    internal static bool IsOurFault(NpgsqlException error) => error is PostgresException { SqlState: ['2', '2' or '3', ..] };

    /// <summary>The error of a store that cannot be used at the moment.</summary>
    internal StoreUnavailableException Unavailable(NpgsqlException error) => new($"the store in {_where} cannot be used: {Reason(error)}", error);

    private void Prepare()
    {
        using var connection = Connect();
        Description = $"PostgreSQL {connection.PostgreSqlVersion}, {_where}";
        if (Value<int>(connection, "SELECT current_setting('server_version_num')::integer") < OldestVersion)
            throw new InputException($"the PostgreSQL server of {_where} is too old ({connection.PostgreSqlVersion}); version 13 or newer is needed");
        var encoding = Value<string>(connection, "SELECT current_setting('server_encoding')");
        if (encoding != "UTF8")
            throw new InputException($"the database {_where} has the encoding {encoding}, which cannot hold all names; make one with: createdb --encoding=UTF8 --template=template0 NAME");
        Schema = Value<string?>(connection, "SELECT current_schema()::text")
            ?? throw new InputException($"the schema that the location of {_where} names is not there, or its user may not use it; make it with CREATE SCHEMA, or leave it out");
        MakeQueue(connection);
        QueueName = Value<string>(connection, "SELECT name FROM queue_name");
    }

    /// <summary>Applies the scripts of a part of the program that have not been applied yet.</summary>
    internal void Migrate(string part, IReadOnlyList<string> scripts)
    {
        using var connection = Connect();
        using var transaction = connection.BeginTransaction();
        LockMigrations(connection);
        Run(connection, "CREATE TABLE IF NOT EXISTS store_part (name text PRIMARY KEY, version integer NOT NULL)");
        var version = Value<int>(connection, "SELECT version FROM store_part WHERE name = @part", part);
        if (version > scripts.Count) throw StoreDatabase.Newer($"the part {part} of the store in {_where}", version, scripts.Count);
        foreach (var script in scripts.Skip(version)) Run(connection, script);
        Run(connection, $"INSERT INTO store_part (name, version) VALUES (@part, {scripts.Count}) ON CONFLICT (name) DO UPDATE SET version = excluded.version", part);
        transaction.Commit();
    }

    private void MakeQueue(NpgsqlConnection connection)
    {
        var scripts = SqlStatements.Migrations(typeof(PostgresServer).Assembly, "Postgres");
        using var transaction = connection.BeginTransaction();
        LockMigrations(connection);
        var version = Value<bool>(connection, "SELECT to_regclass(quote_ident(current_schema()) || '.queue_schema') IS NOT NULL")
            ? Value<int>(connection, "SELECT version FROM queue_schema") : 0;
        if (version > scripts.Count) throw StoreDatabase.Newer($"the queue in {_where}", version, scripts.Count);
        if (version == scripts.Count) return;
        if (version == 0) Run(connection, "CREATE TABLE queue_schema (version integer NOT NULL); INSERT INTO queue_schema VALUES (0)");
        foreach (var script in scripts.Skip(version)) Run(connection, script);
        Run(connection, $"UPDATE queue_schema SET version = {scripts.Count}");
        transaction.Commit();
    }

    private static void LockMigrations(NpgsqlConnection connection) =>
        Run(connection, $"SELECT pg_advisory_xact_lock({MigrationLock}, hashtext(current_schema()))");

    private InputException Refusal(NpgsqlException error)
    {
        var user = Display.Path(_settings.Username ?? Environment.UserName);
        var what = (error as PostgresException)?.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
                $"the PostgreSQL server of {_where} does not let {user} in; check user and password",
            PostgresErrorCodes.InvalidCatalogName => $"the PostgreSQL server has no database {Display.Path(_settings.Database ?? "")} ({_where}); make it with createdb, or name another",
            PostgresErrorCodes.InsufficientPrivilege =>
                $"{user} may not make or use the queue's tables in {_where} ({FirstLine(error)}); grant CREATE on the schema, or use a user who has it",
            PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.DuplicateObject or PostgresErrorCodes.DuplicateFunction =>
                $"{_where} has tables of another program ({FirstLine(error)}); use a database or a schema of the queue's own",
            PostgresErrorCodes.ReadOnlySqlTransaction => $"{_where} can only be read; use the main server, not a standby",
            PostgresErrorCodes.DiskFull => $"the disk of the PostgreSQL server of {_where} is full; free some space",
            null when Innermost(error) is SocketException or TimeoutException => $"no PostgreSQL server answers at {_where} ({Reason(error)}); start it, or correct the location",
            _ => $"the PostgreSQL database {_where} cannot be opened: {Reason(error)}",
        };
        return new InputException(what, error);
    }

    private static string Reason(NpgsqlException error) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } => "the server's disk is full; free some space",
        PostgresException => FirstLine(error),
        _ => FirstLine(Innermost(error)),
    };

    private static Exception Innermost(Exception error) => error.InnerException is { } inner ? Innermost(inner) : error;

    private static string FirstLine(Exception error) =>
        Display.Text((error is PostgresException postgres ? postgres.MessageText : error.Message).Split('\n')[0]).TrimEnd('.');

    private static T Value<T>(NpgsqlConnection connection, string sql, string? part = null)
    {
        using var command = Command(connection, sql, part);
        return command.ExecuteScalar() is T value ? value : default!;
    }

    private static void Run(NpgsqlConnection connection, string sql, string? part = null)
    {
        using var command = Command(connection, sql, part);
        command.ExecuteNonQuery();
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, string? part)
    {
        var command = new NpgsqlCommand(sql, connection);
        if (part is not null) command.Parameters.AddWithValue("part", part);
        return command;
    }
}
