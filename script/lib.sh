# Shared by the doors beside it; sourced, never run. Everything it says goes to stderr, so that a door's own answer
# can be captured. Set-up is done here, when a door asks for it, and costs next to nothing once it is there.
# shellcheck shell=bash

ASCULT_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
ASCULT_HOME=$ASCULT_ROOT/.ascult # everything that is made, never committed
ASCULT_PYTHON=$ASCULT_HOME/venv/bin/python

say() { printf '%s\n' "$*" >&2; }

die() {
    say "${0##*/}: $*"
    exit 1
}

# step TITLE LOG COMMAND...: one line for people, with the time it took; what the command says goes to .ascult/log.
step() {
    local title=$1 log=$ASCULT_HOME/log/$2.log began=$SECONDS
    shift 2
    printf '%s … ' "$title" >&2
    if "$@" >"$log" 2>&1 </dev/null; then
        printf '%d s\n' $((SECONDS - began)) >&2
    else
        printf 'failed after %d s\n' $((SECONDS - began)) >&2
        tail -n 25 "$log" >&2
        die "'$title' failed; all of it is in $log"
    fi
}

# Fails, saying nothing, where there is no way to become root.
as_root() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        return 1
    fi
}

digest() { sha256sum "$1" | cut -c1-16; }

# --- system packages ------------------------------------------------------------------------------------------------

on_ubuntu() { grep -qs '^ID=ubuntu$' /etc/os-release; }

# The newest installed PostgreSQL server, 15 or later, as its bare number; nothing where there is none.
newest_server() {
    local folder number newest=
    for folder in /usr/lib/postgresql/*/bin; do
        number=${folder%/bin}
        number=${number##*/}
        [[ -x $folder/postgres && $number =~ ^[0-9]+$ ]] || continue
        ((number >= 15 && number > ${newest:-0})) && newest=$number
    done
    printf '%s' "$newest"
}

# Its name holds a version, so that it differs from release to release. GEOS and PROJ come with it.
has_gdal() { dpkg-query -W -f '${db:Status-Status}\n' 'libgdal[0-9]*' 2>/dev/null | grep -x installed >/dev/null; }

# missing_packages KIND...: names of the Debian packages that are not installed, one a line.
# KINDs: runtime (GeoDjango, WeasyPrint), dev (tests), database (the private cluster), lighthouse (its drill).
missing_packages() {
    local kind server wanted=() have
    for kind in "$@"; do
        case $kind in
            runtime)
                wanted+=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core gettext)
                has_gdal || [[ " $* " == *' database '* ]] || echo gdal-bin # PostGIS brings it
                [[ -x $ASCULT_PYTHON ]] || suitable_python >/dev/null || echo python3-venv
                ;;
            dev)
                wanted+=(poppler-utils libimage-exiftool-perl)
                on_ubuntu || wanted+=(chromium libatomic1) # the browser, and what Playwright's driver links to
                ;;
            lighthouse)
                command -v npm >/dev/null || wanted+=(nodejs npm)
                ;;
            database)
                server=$(newest_server)
                if [[ -z $server ]]; then
                    echo postgresql-postgis
                elif [[ ! -e /usr/share/postgresql/$server/extension/postgis.control ]]; then
                    echo "postgresql-$server-postgis-3"
                fi
                ;;
        esac
    done
    ((${#wanted[@]})) || return 0
    have=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null || true)
    have=$(sed -n 's/^installed //p' <<<"$have")
    comm -23 <(printf '%s\n' "${wanted[@]}" | sort) <(sort <<<"$have")
}

# Debian makes and starts a system cluster with the first server package. Nobody asked for one, so it is told not to,
# for as long as our own installation lasts; where a server is or was configured, nothing is touched.
apt_install() {
    local quiet=/etc/postgresql-common/createcluster.d/ascult.conf status=0
    if [[ " $* " == *' postgresql-'* && -z $(newest_server) ]]; then
        as_root mkdir -p "${quiet%/*}"
        echo 'create_main_cluster = false' | as_root tee "$quiet"
    else
        quiet=
    fi
    as_root apt-get update || echo 'The package lists could not all be brought up to date; trying with what is there.'
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        -o DPkg::Lock::Timeout=600 "$@" || status=$?
    [[ -z $quiet ]] || as_root rm -f "$quiet"
    return "$status"
}

ensure_packages() {
    local list missing
    if ! command -v dpkg-query >/dev/null; then
        [[ -e $ASCULT_HOME/stamps/other ]] ||
            say 'Neither Debian nor Ubuntu: PostGIS, GDAL, GEOS, PROJ, Pango and gettext are taken as installed.'
        : >"$ASCULT_HOME/stamps/other"
        return
    fi
    list=$(missing_packages "$@")
    [[ -n $list ]] || return 0
    mapfile -t missing <<<"$list"
    as_root true || die "these system packages are missing, and it takes root or sudo to install them: ${missing[*]}
An administrator can do it: apt-get install --no-install-recommends ${missing[*]}"
    step "Installing system packages (${missing[*]})" packages apt_install "${missing[@]}"
    list=$(missing_packages "$@")
    [[ -z $list ]] || die "still missing after installing: ${list//$'\n'/ }; see $ASCULT_HOME/log/packages.log"
}

# --- Python ---------------------------------------------------------------------------------------------------------

# A Python of 3.11 or later that can make a virtual environment; the system's own first.
suitable_python() {
    local candidate
    for candidate in /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11; do
        candidate=$(command -v "$candidate") || continue
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    return 1
}

# Where the environment lies and which Python it was made from: it must be made again when either changes.
venv_identity() { printf '%s %s\n' "$ASCULT_HOME/venv" "$(readlink -f "$ASCULT_PYTHON")"; }

make_venv() {
    local python
    python=$(suitable_python) || die 'no Python of 3.11 or later found; install python3 and python3-venv'
    rm -rf "$ASCULT_HOME/venv" "$ASCULT_HOME/stamps/packages"
    step "Making a virtual environment ($python)" venv "$python" -m venv "$ASCULT_HOME/venv"
    venv_identity >"$ASCULT_HOME/stamps/venv"
}

# ensure_venv runtime|dev: the environment with that lock's packages; dev holds all of runtime.
ensure_venv() {
    local kind=$1 stamp=$ASCULT_HOME/stamps/packages lock=$ASCULT_ROOT/requirements/$1.lock installed
    [[ -x $ASCULT_PYTHON && $(cat "$ASCULT_HOME/stamps/venv" 2>/dev/null) == "$(venv_identity)" ]] || make_venv
    installed=$(cat "$stamp" 2>/dev/null) || installed=
    [[ $installed == "$kind $(digest "$lock")" ]] && return
    [[ $kind == runtime && $installed == "dev $(digest "$ASCULT_ROOT/requirements/dev.lock")" ]] && return
    rm -f "$stamp"
    step "Installing Python packages (requirements/$kind.lock)" pip \
        env PIP_USER=0 "$ASCULT_PYTHON" -m pip install --disable-pip-version-check --no-input \
        --require-hashes --no-deps -r "$lock"
    echo "$kind $(digest "$lock")" >"$stamp"
}

# --- Lighthouse -----------------------------------------------------------------------------------------------------

# The program of script/drill lighthouse, as locked; nothing of it is ever served.
ensure_lighthouse() {
    local home=$ASCULT_HOME/lighthouse lock=bench/lighthouse/package-lock.json
    if cmp -s "$ASCULT_ROOT/$lock" "$home/package-lock.json" && [[ -e $home/node_modules/.bin/lighthouse ]]; then
        return
    fi
    ensure_packages lighthouse
    command -v npm >/dev/null || die 'Lighthouse needs Node 18.16 or later and npm'
    rm -rf "$home"
    mkdir -p "$home"
    cp "$ASCULT_ROOT"/bench/lighthouse/package*.json "$home"
    step "Installing Lighthouse ($lock)" lighthouse \
        npm ci --prefix "$home" --ignore-scripts --no-audit --no-fund
}

# --- message catalogues ---------------------------------------------------------------------------------------------

ensure_catalogues() {
    local po mo
    for po in "$ASCULT_ROOT"/*/locale/*/LC_MESSAGES/*.po; do
        mo=${po%.po}.mo
        [[ -e $po && ! (-e $mo && ! $po -nt $mo) ]] || continue
        step "Compiling ${po#"$ASCULT_ROOT"/}" messages msgfmt --check -o "$mo.new" "$po"
        mv -f "$mo.new" "$mo"
    done
}

# --- what the doors call --------------------------------------------------------------------------------------------

# locked COMMAND...: one set-up at a time in this clone; the second caller waits, then finds it done.
locked() {
    mkdir -p "$ASCULT_HOME/log" "$ASCULT_HOME/stamps" || die "cannot write in $ASCULT_ROOT"
    [[ -w $ASCULT_HOME ]] || die "$ASCULT_HOME belongs to $(stat -c %U "$ASCULT_HOME"): work as that user"
    (
        flock -w 1 9 || { say 'Waiting for another set-up in this clone …'; flock 9; }
        "$@"
    ) 9>"$ASCULT_HOME/setup.lock"
}

do_setup() {
    local kind=$1 packages=(runtime)
    [[ $kind == runtime ]] || packages+=("$kind")
    [[ -n ${DATABASE_URL:-} ]] || packages+=(database)
    ensure_packages "${packages[@]}"
    ensure_venv "$kind"
    ensure_catalogues
}

# set_up runtime|dev: packages, environment, catalogues and DATABASE_URL (the private cluster's, unless one is given).
set_up() {
    locked do_setup "$1"
    if [[ -z ${DATABASE_URL:-} ]]; then
        DATABASE_URL=$("$ASCULT_ROOT/script/postgres" url)
        unset "${!PG@}" # the caller's PGOPTIONS, PGSSLMODE … are for other servers
    fi
    export DATABASE_URL PYTHONPATH=$ASCULT_ROOT${PYTHONPATH:+:$PYTHONPATH}
}

manage() { "$ASCULT_PYTHON" "$ASCULT_ROOT/manage.py" "$@"; }

# bench_names [drill]: what is in bench/, one name a line: the measurements, or the drills (files called drill_NAME.py).
bench_names() {
    local file name
    for file in "$ASCULT_ROOT"/bench/[a-z]*.py; do
        name=$(basename "$file" .py)
        if [[ ! -f $file ]]; then
            continue
        elif [[ $name == drill_* ]]; then
            [[ ${1:-} != drill ]] || echo "${name#drill_}"
        elif [[ ${1:-} != drill ]]; then
            echo "$name"
        fi
    done
}

# run_from_bench PREFIX NAME [ARGUMENTS]: bench/PREFIXNAME.py in the developers' environment; PREFIX is '' or drill_.
# Without a name that is there: the list, and status 2.
run_from_bench() {
    local prefix=$1 name=${2:-} names
    names=$(bench_names "${prefix%_}")
    if [[ -z $name ]] || ! grep -qx -- "$name" <<<"$names"; then
        [[ -z $name ]] || say "There is no '$name' here."
        say "script/${0##*/} NAME, with one of these names:"
        say "${names:-none yet}"
        exit 2
    fi
    set_up dev
    [[ $prefix$name != drill_lighthouse ]] || locked ensure_lighthouse
    export PYTHONPATH=$ASCULT_ROOT${PYTHONPATH:+:$PYTHONPATH}
    exec "$ASCULT_PYTHON" -m "bench.$prefix$name" "${@:3}"
}
