# Sourced by the other scripts: find a Python and make an environment in the top-level folder.

find_python() {
  local candidate
  # The oldest supported Python comes first: every dependency has wheels for it.
  for candidate in ${PYTHON:-} python3.11 python3.12 python3.13 python3 python; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      echo "$candidate"
      return
    fi
  done
  echo "no Python 3.11 or newer found; install one, or name it: PYTHON=/path/to/python $0" >&2
  return 2
}

# make_environment EXTRAS [FOLDER [pip options…]]: install the project with these extras in FOLDER
# (.venv), unless that is done.
make_environment() {
  local extras="$1" folder="${2:-.venv}" python stamp
  shift $(($# < 2 ? $# : 2))
  export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
  if ! "$folder/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python="$(find_python)"
    echo "making $folder with $("$python" --version)"
    "$python" -m venv --clear "$folder" || {
      echo "'$python -m venv' failed; on Debian and Ubuntu install python3-venv" >&2
      return 2
    }
  fi
  stamp="$folder/installed-${extras:-plain}"
  if ! cmp -s <(cat pyproject.toml setup.py; pwd) "$stamp"; then
    echo "installing astro_dl${extras:+[$extras]} and its dependencies (some minutes)"
    "$folder/bin/python" -m pip install -qq "$@" --editable ".${extras:+[$extras]}"
    (cat pyproject.toml setup.py; pwd) > "$stamp"
  fi
}
