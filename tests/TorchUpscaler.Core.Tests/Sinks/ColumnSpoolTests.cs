namespace TorchUpscaler.Core.Tests.Sinks;

public class ColumnSpoolTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(63, 5, 3)]
    [InlineData(64, 1, 3)]
    [InlineData(65, 70, 4)]
    [InlineData(200, 3, 1)]
    [InlineData(5, 300_000, 3)]
    public void Columns_come_back_as_rows_rounded_to_16_bits(int columns, int rows, int channels)
    {
        var folder = Directory.CreateTempSubdirectory("spool-").FullName;
        try
        {
            var random = new Random(columns);
            var values = new float[columns * rows * channels]; // [columns][rows][channels]
            for (var i = 0; i < values.Length; i++) values[i] = (random.NextSingle() * 1.2f) - 0.1f;

            using var spool = new ColumnSpool(folder);
            spool.Begin(rows, columns, channels);
            var length = rows * channels;
            for (var column = 0; column < columns;)
            {
                var count = Math.Min(columns - column, 1 + (column % 7));
                spool.Write(values.AsSpan(column * length, count * length), count);
                column += count;
            }

            spool.Complete();
            using var output = new RecordingSink();
            output.Begin(columns, rows, channels);
            for (var row = 0; row < rows;) row = spool.Replay(row, output);

            Assert.Equal(values.Length, output.Samples.Count);
            for (var i = 0; i < values.Length; i++)
            {
                var (row, column, channel) = (i / channels / columns, i / channels % columns, i % channels);
                var expected = Math.Round(Math.Clamp((double)values[(column * length) + (row * channels) + channel], 0, 1) * 65535);
                var actual = output.Samples[i] * 65535.0;
                Assert.True(Math.Abs(actual - expected) < 0.51, $"row {row}, column {column}, channel {channel}: {actual} instead of {expected}");
            }

            Assert.Empty(Directory.GetFiles(folder)); // the file has no name even while it is open
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Rounding_to_8_bits_afterwards_is_rounding_once()
    {
        for (var level = 0; level < 255; level++)
        {
            var boundary = (level + 0.5) / 255;
            foreach (var value in new[] { boundary - 1e-7, boundary + 1e-7 })
                Assert.Equal(Math.Round(value * 255), Math.Round(Math.Round(value * 65535) / 65535 * 255));
        }
    }

    [Fact]
    public void Missing_columns_are_noticed()
    {
        using var spool = new ColumnSpool(Path.GetTempPath());
        spool.Begin(2, 3, 1);
        spool.Write(new float[4], 2);
        Assert.Contains("2 of 3", Assert.Throws<InvalidOperationException>(spool.Complete).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_named_with_what_to_do()
    {
        var error = Assert.Throws<IOException>(() => new ColumnSpool("/proc"));
        Assert.Contains("'/proc'", error.Message, StringComparison.Ordinal);
        Assert.Contains("--memory", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(".spool", error.Message, StringComparison.Ordinal);
    }
}
