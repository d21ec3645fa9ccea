using Npgsql;
using TorchUpscaler.Core;

namespace TorchUpscaler.Queue.Tests;

/// <summary>What cannot be opened: one sentence each, and no password in any.</summary>
public sealed class PostgresRefusalTests : IDisposable
{
    private static readonly PostgresCluster Cluster = PostgresCluster.Shared;
    private readonly string _here = Directory.CreateTempSubdirectory("queue-").FullName;

    [Fact]
    public void A_wrong_password_or_user()
    {
        Refused(Cluster.Location("", password: "not-the-word"), "does not let 'upscaler' in", "check user and password");
        Refused(Cluster.Location("", user: "nobody%20here"), "does not let 'nobody here' in");
    }

    [Fact]
    public void A_database_that_is_not_there() => Refused(Cluster.Location("", database: "no%20such"), "has no database 'no such'", "createdb");

    [Fact]
    public void A_server_that_is_not_there()
    {
        Refused("postgres://upscaler:secret@127.0.0.1:1/postgres", "no PostgreSQL server answers at 127.0.0.1:1/postgres", "start it");
        Refused("Host=127.0.0.1;Port=1;Database=postgres;Username=upscaler;Password=secret", "no PostgreSQL server answers");
    }

    [Fact]
    public void A_user_without_rights()
    {
        var schema = Schema(Cluster.NewSchema());
        var user = $"reader_{Guid.NewGuid():N}";
        Cluster.Execute($"CREATE ROLE {user} LOGIN PASSWORD 'se''cret'; GRANT USAGE ON SCHEMA {schema} TO {user}");
        Refused(Cluster.Location("schema=" + Uri.EscapeDataString(schema), user, "se'cret"), $"'{user}' may not make or use the queue's tables", "grant CREATE");

        using (var owners = Open(Cluster.Location("schema=" + Uri.EscapeDataString(schema))))
        {
            var id = owners.Receive(new NewJob("test", "anna", "photo.jpg"));
            Assert.Equal(JobState.Received, owners.Find(id)!.State); // who may make the tables can use them
        }
        Refused(Cluster.Location("schema=" + Uri.EscapeDataString(schema), user, "se'cret"), $"'{user}' may not make or use the queue's tables");
    }

    [Fact]
    public void A_schema_that_is_not_there() => Refused(Cluster.Location("schema=nowhere"), "schema", "is not there");

    [Fact]
    public void A_queue_newer_than_the_program()
    {
        var location = Cluster.NewSchema();
        Open(location).Dispose();
        Cluster.Execute($"UPDATE {Schema(location)}.queue_schema SET version = 99");
        Refused(location, "newer program", "99");
    }

    [Fact]
    public void Tables_of_another_program()
    {
        var location = Cluster.NewSchema();
        Cluster.Execute($"CREATE TABLE {Schema(location)}.job (title text)");
        Refused(location, "tables of another program", "job");
        Cluster.Execute($"INSERT INTO {Schema(location)}.job VALUES ('kept')");
    }

    [Fact]
    public void A_server_that_can_only_be_read()
    {
        var location = Cluster.NewSchema();
        Refused(location + "&Options=" + Uri.EscapeDataString("-c default_transaction_read_only=on"), "can only be read", "standby");
    }

    [Fact]
    public void A_database_that_cannot_hold_all_names()
    {
        Cluster.Execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'");
        Refused(Cluster.Location("", database: "latin"), "encoding LATIN1", "createdb");
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("  ", "empty")]
    [InlineData("/queue\0", "NUL")]
    [InlineData("mysql://user:secret@host/queue", "unknown kind")]
    [InlineData("postgres://user:secret@host:5432", "names no database")]
    [InlineData("postgres://user:secret@host:99999/queue", "cannot be read")]
    [InlineData("postgres://user:secret@@@host/queue?", "cannot be read")]
    [InlineData("postgres://user:secret@host/queue?colour=blue", "'colour'")]
    [InlineData("postgres://user:secret@host/queue?sslmode=secretly", "'SSL Mode'")]
    [InlineData("postgres://user:secret@host/queue?connect_timeout=secret", "'Timeout'")]
    [InlineData("postgres://user@host/queue?passwordFile=/no/such/file", "password file '/no/such/file'")]
    [InlineData("Host=", "no host")]
    [InlineData("Host=localhost;secret", "cannot be read")]
    [InlineData("Host=localhost;Password='secret", "cannot be read")]
    [InlineData("Host=localhost;Colour=secret", "'colour'")]
    [InlineData("Host=localhost;Port=secret", "'port'")]
    [InlineData("Host=localhost;Port=-5;Database=x", "'port'")]
    public void A_location_that_cannot_be_read_is_refused_with_an_example(string location, string part)
    {
        var message = Refused(location, part);
        if (!part.Contains("file", StringComparison.Ordinal)) Assert.Contains("such as ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_may_come_from_a_file()
    {
        var (file, location) = (Path.Combine(_here, "password file"), Cluster.NewSchema());
        File.WriteAllText(file, PostgresCluster.Password + "\r\n");
        using (var store = Open($"postgresql://{PostgresCluster.User}@127.0.0.1:{Cluster.Port}/postgres?{location.Split('?')[1]}&passwordFile={Uri.EscapeDataString(file)}"))
        {
            Assert.Matches(@"^PostgreSQL [\d.]+, 127\.0\.0\.1:\d+/postgres$", store.Description);
            Assert.Equal(1, store.Receive(new NewJob("test", "anna", "x")));
        }
        using (var store = Open($"host=127.0.0.1;Port={Cluster.Port};Database=postgres;Username={PostgresCluster.User};Search Path='{Schema(location)}';passwordFILE='{file}'"))
            Assert.NotNull(store.Find(1));

        File.WriteAllText(file, "\n");
        Refused($"postgres://x@127.0.0.1:{Cluster.Port}/postgres?passwordFile={Uri.EscapeDataString(file)}", "is empty");
    }

    [Fact]
    public void A_queue_of_another_schema_is_another_queue()
    {
        using var one = Open(Cluster.NewSchema());
        using var other = Open(Cluster.NewSchema());
        one.Receive(new NewJob("test", "anna", "x"));
        Assert.Empty(other.List(null, null, 10));
        Assert.NotNull(one.ClaimReceived("test"));
        Assert.NotEqual(one.WorkFolder(new Claim(1, 1)), other.WorkFolder(new Claim(1, 1)));
    }

    [Fact]
    public void Settings_that_make_no_sense_are_refused() =>
        Assert.Contains("Lease", Assert.Throws<InputException>(() => JobStores.Open(Cluster.NewSchema(), _here, new QueueOptions { Lease = TimeSpan.Zero })).Message, StringComparison.Ordinal);

    [Fact]
    public void A_folder_of_the_machine_that_cannot_be_written()
    {
        File.WriteAllText(Path.Combine(_here, "file"), "");
        var message = Assert.Throws<InputException>(() => JobStores.Open(Cluster.NewSchema(), Path.Combine(_here, "file"), new QueueOptions())).Message;
        Assert.Contains("the store's folder", message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_here, recursive: true);

    private static string Schema(string location) => Uri.UnescapeDataString(location.Split("schema=")[1]);

    private IJobStore Open(string location) => JobStores.Open(location, _here, new QueueOptions());

    private string Refused(string location, params string[] parts)
    {
        var error = Assert.Throws<InputException>(() => Open(location));
        Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
        Assert.DoesNotContain('\n', error.Message);
        foreach (var secret in (string[])["secret", "se'cret", "not-the-word", PostgresCluster.Password, Uri.EscapeDataString(PostgresCluster.Password)])
            Assert.DoesNotContain(secret, error.Message.Replace("/run/secrets/", "", StringComparison.Ordinal), StringComparison.Ordinal);
        NpgsqlConnection.ClearAllPools();
        return error.Message;
    }
}
