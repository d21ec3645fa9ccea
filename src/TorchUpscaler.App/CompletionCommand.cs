using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;

namespace TorchUpscaler.App;

/// <summary><c>torchupscaler completion</c>: a script that lets a shell complete the program's command line.</summary>
internal static class CompletionCommand
{
    private const string Examples = """
        Examples:
          torchupscaler completion bash >> ~/.bashrc          for one person, from the next terminal on
          torchupscaler completion zsh >> ~/.zshrc            the same for zsh, behind compinit
          eval "$(torchupscaler completion bash)"             for this terminal
        """;

    private static readonly string[] Shells = ["bash", "zsh"];

    // The program itself says what fits, by System.CommandLine's directive [suggest:POSITION]. Where nothing does, the shell offers
    // files; and it does so beside nothing but a dash, where options would only be in the way of names.
    private const string Bash = """
        _torchupscaler() {
            local line="torchupscaler ${COMP_LINE#* }" word=${COMP_WORDS[COMP_CWORD]} IFS=$'\n' found
            found=$("${COMP_WORDS[0]/#\~/$HOME}" "[suggest:$((COMP_POINT + ${#line} - ${#COMP_LINE}))]" "$line" 2> /dev/null)
            [[ $word == -* ]] || found=$(grep -v '^[-/]' <<< "$found")
            COMPREPLY=($(compgen -W "$found" -- "$word"))
        }
        complete -o default -F _torchupscaler torchupscaler
        """;

    private const string Zsh = """
        _torchupscaler() {
            local line="torchupscaler ${(j: :)words[2,CURRENT]}"
            local -a found=("${(@f)$(${~words[1]} "[suggest:${#line}]" "$line" 2> /dev/null)}")
            [[ $words[CURRENT] == -* ]] || found=("${(@)found:#[-\/]*}")
            found=("${(@)found:#}")
            if (( $#found )); then compadd -- "${found[@]}"; else _files; fi
        }
        compdef _torchupscaler torchupscaler
        """;

    /// <summary>Takes True and False from what is offered behind options that are switches: what follows one is something else.</summary>
    internal static void LeaveOutSwitches(Command command)
    {
        foreach (var option in command.Options.Where(option => option.ValueType == typeof(bool))) option.CompletionSources.Clear();
        foreach (var child in command.Subcommands) LeaveOutSwitches(child);
    }

    private static void Check(ArgumentResult result)
    {
        var unknown = result.Tokens.Select(token => token.Value).FirstOrDefault(name => !Shells.Contains(name));
        if (unknown is not null) result.AddError($"there is no script for '{unknown}'; write {string.Join(" or ", Shells)}");
    }

    /// <summary>The command.</summary>
    /// <param name="run">Is given the script; returns the exit code.</param>
    internal static Command Command(Func<string, int> run)
    {
        var shell = new Argument<string>("SHELL") { Description = "The shell: bash or zsh.", HelpName = "SHELL", Validators = { Check }, CompletionSources = { _ => Shells.Select(name => new CompletionItem(name)) } };
        var command = new Command("completion", "Writes a script that lets a shell complete commands, options and models.") { shell, HelpWithExamples.Option(Examples) };
        command.SetAction(parsed => run(parsed.GetRequiredValue(shell) == "zsh" ? Zsh : Bash));
        return command;
    }
}
