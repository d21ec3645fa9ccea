using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace TorchUpscaler.Queue.Tests;

/// <summary>A PostgreSQL server of the tests' own, on the loopback interface, in a temporary folder.</summary>
/// <remarks>
/// A shell starts the server, waits for the end of its input, which comes whenever this process ends, and then stops the server and
/// deletes the folder. PostgreSQL does not run as root: there it is the user postgres, or nobody.
/// </remarks>
internal sealed class PostgresCluster
{
    internal const string User = "upscaler", Password = "se:cr/et@ & ünïcode";

    // FOLDER BIN OPTIONS…; the first time, makes the cluster.
    private const string Script =
        """
        folder=$1 bin=$2; shift 2
        exec 2>> "$folder/server.log"
        [ -d "$folder/data" ] || "$bin/initdb" --pgdata="$folder/data" --username=upscaler --pwfile="$folder/password" --auth-local=trust \
            --auth-host=scram-sha-256 --encoding=UTF8 --locale=C --no-sync --no-instructions > "$folder/initdb.log" 2>&1 || exit 3
        # Children of a server that was killed live on for a moment, and no other starts so long.
        while ls -l /proc/[0-9]*/cwd 2> /dev/null | grep -q "$folder/data\$"; do sleep 0.05; done
        "$bin/postgres" -D "$folder/data" "$@" >> "$folder/server.log" 2>&1 &
        server=$!
        cat > /dev/null
        kill -INT $server 2> /dev/null
        wait $server
        [ -e "$folder/goes-on" ] || rm -rf "$folder"
        """;

    private static readonly Lazy<PostgresCluster> Common = new(() => new PostgresCluster(isDurable: false)), Killed = new(() => new PostgresCluster(isDurable: true)),
        KilledBeside = new(() => new PostgresCluster(isDurable: true));
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("torchupscaler-postgres-").FullName;
    private readonly bool _isDurable;
    private Process? _shell;

    private PostgresCluster(bool isDurable)
    {
        _isDurable = isDurable;
        File.WriteAllText(Path.Combine(_folder, "password"), Password + "\n");
        if (Environment.IsPrivilegedProcess) Run("chown", ["-R", ServerUser, _folder]);
        Port = FreePort();
        Start();
    }

    /// <summary>The server that most tests share, each with a schema of its own.</summary>
    internal static PostgresCluster Shared => Common.Value;

    /// <summary>The server that is killed, and does what it can to lose nothing.</summary>
    internal static PostgresCluster ToBeKilled => Killed.Value;

    /// <summary>Another one, for tests that run beside those that kill the first.</summary>
    internal static PostgresCluster ToBeKilledBeside => KilledBeside.Value;

    internal int Port { get; }

    /// <summary>The newest server programs on this machine.</summary>
    private static string Programs =>
        (Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [])
            .Select(version => Path.Combine(version, "bin"))
            .Where(bin => File.Exists(Path.Combine(bin, "initdb")))
            .OrderByDescending(bin => int.TryParse(Path.GetFileName(Path.GetDirectoryName(bin)), CultureInfo.InvariantCulture, out var version) ? version : 0)
            .FirstOrDefault()
        ?? throw new InvalidOperationException("PostgreSQL is not installed (no /usr/lib/postgresql/*/bin/initdb); run tools/check, or install Debian's package postgresql");

    private static string ServerUser => File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";

    /// <summary>The location of an empty schema.</summary>
    internal string NewSchema()
    {
        var schema = "Q " + Guid.NewGuid().ToString("N")[..12]; // a name that must be quoted
        Execute($"CREATE SCHEMA \"{schema}\"");
        return Location("schema=" + Uri.EscapeDataString($"\"{schema}\""));
    }

    /// <summary>A location with settings in its query.</summary>
    internal string Location(string query, string user = User, string password = Password, string database = "postgres") =>
        string.Create(CultureInfo.InvariantCulture, $"postgres://{user}:{Uri.EscapeDataString(password)}@127.0.0.1:{Port}/{database}?{query}");

    internal NpgsqlConnection Connect(string? schema = null)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = Port,
            Username = User,
            Password = Password,
            Database = "postgres",
            SearchPath = schema,
            Pooling = false,
        }.ConnectionString);
        connection.Open();
        return connection;
    }

    internal void Execute(string sql)
    {
        using var connection = Connect();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    internal void Start()
    {
        File.Delete(Path.Combine(_folder, "goes-on"));
        string[] options =
        [
            "-c", "listen_addresses=127.0.0.1", "-c", string.Create(CultureInfo.InvariantCulture, $"port={Port}"), "-c", $"unix_socket_directories={_folder}",
            "-c", "max_connections=100", "-c", "shared_buffers=32MB", "-c", "autovacuum=off",
            .. _isDurable ? (string[])[] : ["-c", "fsync=off", "-c", "full_page_writes=off"],
        ];
        string[] command = ["/bin/sh", "-c", Script, "sh", _folder, Programs, .. options];
        if (Environment.IsPrivilegedProcess) command = ["setpriv", $"--reuid={ServerUser}", $"--regid={Group}", "--clear-groups", "--", .. command];
        _shell = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, WorkingDirectory = _folder })!;
        WaitUntilItAnswers();
    }

    /// <summary>Ends the server as a power cut does: SIGKILL to its main process and to those that serve connections.</summary>
    internal void Kill()
    {
        var server = int.Parse(File.ReadLines(Path.Combine(_folder, "data", "postmaster.pid")).First(), CultureInfo.InvariantCulture);
        File.WriteAllText(Path.Combine(_folder, "goes-on"), "");
        int[] all = [server, .. ChildrenOf(server)];
        // One that has ended by itself meanwhile is no failure.
        Run("/bin/sh", ["-c", $"for process in {string.Join(' ', all)}; do kill -KILL $process 2> /dev/null; done; true"]);
        EndShell();
        var waited = Stopwatch.StartNew();
        while (all.Any(process => Directory.Exists($"/proc/{process}")) && waited.Elapsed < TimeSpan.FromSeconds(10)) Thread.Sleep(10);
    }

    // After the name in parentheses: the state, and the parent.
    private static IEnumerable<int> ChildrenOf(int parent)
    {
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var process)) continue;
            string stat;
            try
            {
                stat = File.ReadAllText(Path.Combine(folder, "stat"));
            }
            catch (IOException)
            {
                continue; // it has ended
            }
            if (stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == parent.ToString(CultureInfo.InvariantCulture)) yield return process;
        }
    }

    private static string Group => ServerUser == "postgres" ? "postgres" : "nogroup";

    private void EndShell()
    {
        _shell!.StandardInput.Close();
        Assert.True(_shell.WaitForExit(Patience), "the PostgreSQL server does not stop");
        _shell.Dispose();
    }

    private void WaitUntilItAnswers()
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                Connect().Dispose();
                return;
            }
            catch (NpgsqlException error)
            {
                if (waited.Elapsed > Patience) throw new InvalidOperationException($"the PostgreSQL server does not start: {error.Message}\n{Log()}", error);
                Thread.Sleep(50);
            }
        }
    }

    private string Log() => string.Concat(((string[])["initdb.log", "server.log"]).Select(name => Path.Combine(_folder, name)).Where(File.Exists).Select(File.ReadAllText));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static void Run(string command, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments))!;
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{command} {string.Join(' ', arguments)}: exit code {process.ExitCode}");
    }
}
