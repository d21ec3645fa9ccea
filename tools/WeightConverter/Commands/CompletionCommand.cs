using System.CommandLine;
using TorchUpscaler.Core;

namespace TorchUpscaler.WeightConverter.Commands;

/// <summary><c>completion</c>: a script that lets a shell complete the program's commands, options and models.</summary>
internal sealed class CompletionCommand(TextWriter output)
{
    // The program itself says what fits, by System.CommandLine's directive [suggest:POSITION]; where nothing does, files are offered.
    private const string Bash = """
        # Completion of weights for bash: eval "$(weights completion bash)"
        _weights() {
            local line="weights ${COMP_LINE#* }" word=${COMP_WORDS[COMP_CWORD]} IFS=$'\n'
            local position=$((COMP_POINT + ${#line} - ${#COMP_LINE}))
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]/#\~/$HOME}" "[suggest:$position]" "$line" 2> /dev/null)" -- "$word"))
            # Without a dash, options are in the way of files and names.
            [[ $word == -* ]] || COMPREPLY=($(printf '%s\n' "${COMPREPLY[@]}" | grep -v '^[-/]'))
        }
        complete -o default -F _weights weights
        """;

    private const string Zsh = """
        #compdef weights
        # Completion of weights for zsh: eval "$(weights completion zsh)"
        _weights() {
            local line="weights ${(j: :)words[2,CURRENT]}"
            local -a found=("${(@f)$(${~words[1]} "[suggest:${#line}]" "$line" 2> /dev/null)}")
            # Without a dash, options are in the way of files and names.
            [[ $words[CURRENT] == -* ]] || found=("${(@)found:#[-\/]*}")
            found=("${(@)found:#}")
            if (( $#found )); then compadd -- "${found[@]}"; else _files; fi
        }
        if [[ $funcstack[1] == _weights ]]; then _weights "$@"; else compdef _weights weights; fi
        """;

    internal Command Build()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash or zsh", HelpName = "SHELL" };
        shell.CompletionSources.Add("bash", "zsh");
        var command = new ExemplaryCommand(
            "completion", "Prints a script that lets a shell complete this program's command line.",
            "completion bash >> ~/.bashrc", "completion zsh >> ~/.zshrc", "completion bash > /etc/bash_completion.d/weights")
        {
            shell,
        };
        command.SetAction(parsed => output.WriteLine(Script(parsed.GetRequiredValue(shell))));
        return command;
    }

    private static string Script(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        _ => throw new WeightsException($"there is no completion for the shell '{shell}'; name bash or zsh"),
    };
}
