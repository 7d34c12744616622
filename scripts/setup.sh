#!/usr/bin/env bash
# Prépare le poste : .venv d'après le verrou à empreintes, et ce qui manque au système.
#   scripts/setup.sh run   ce que demande l'application
#   scripts/setup.sh dev   le même, et ce que demandent les tests et les contrôles
# Peut être relancé : ce qui est déjà fait n'est pas refait.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mode=${1:-}
case $mode in
run) lock=requirements.lock ;;
dev) lock=requirements-dev.lock ;;
*)
  echo "usage : scripts/setup.sh run|dev" >&2
  exit 2
  ;;
esac

say() { echo "→ $*"; }
fail() {
  echo "✗ $*" >&2
  exit 1
}
has() { command -v "$1" >/dev/null 2>&1; }

# --- Système ---------------------------------------------------------------------------------------------------

WEASYPRINT_PACKAGES=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0 libfontconfig1 fonts-dejavu-core)

on_debian() { has apt-get && grep -qsE '^(ID|ID_LIKE)=.*(debian|ubuntu)' /etc/os-release; }
installed() { dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^.i'; }
has_postgresql() { has initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
known() { apt-cache show "$1" >/dev/null 2>&1; }

# Prints the Debian packages that are missing for this mode.
missing_packages() {
  local package
  for package in "${WEASYPRINT_PACKAGES[@]}"; do
    installed "$package" || echo "$package"
  done
  if [ ! -x .venv/bin/python ] && [ -z "$(find_python)" ]; then
    echo python3
    echo python3-venv
  fi
  if [ "$mode" = dev ]; then
    has chromium || has chromium-browser || has google-chrome || echo chromium
    has pdftotext || echo poppler-utils
    has qpdf || echo qpdf
    has_postgresql || echo postgresql
    has redis-server || echo redis-server
  fi
}

# A server's package starts a service, and PostgreSQL's creates a cluster: while we install, both are told not to.
# What the guards replace is put back whatever happens.
POLICY=/usr/sbin/policy-rc.d
CLUSTERS=/etc/postgresql-common/createcluster.conf
guards=$(mktemp -d)
lift_guards() {
  if [ -e "$guards/policy-set" ]; then
    rm -f "$POLICY"
    [ ! -e "$guards/policy" ] || mv "$guards/policy" "$POLICY"
  fi
  if [ -e "$guards/clusters" ]; then
    cp "$guards/clusters" "$CLUSTERS"
  fi
  rm -rf "$guards"
}
trap lift_guards EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
    install -y --no-install-recommends "$@" </dev/null >"$guards/apt.log" 2>&1 || {
    tail -20 "$guards/apt.log" >&2
    return 1
  }
}

forbid_services() {
  [ ! -e "$POLICY" ] || mv "$POLICY" "$guards/policy"
  touch "$guards/policy-set"
  printf '#!/bin/sh\nexit 101\n' >"$POLICY"
  chmod 755 "$POLICY"
}

forbid_cluster() {
  apt_install postgresql-common # brings the file, creates nothing by itself
  cp "$CLUSTERS" "$guards/clusters"
  sed -i '/^#\?create_main_cluster/d' "$CLUSTERS"
  echo 'create_main_cluster = false' >>"$CLUSTERS"
}

install_packages() {
  local packages=("$@") package i
  say "installe les paquets manquants : ${packages[*]}"
  DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 update </dev/null >/dev/null 2>&1 ||
    say "la liste des paquets n'a pas pu être rafraîchie ; on continue avec celle du poste"
  for i in "${!packages[@]}"; do
    if [ "${packages[i]}" = postgresql ] && known postgresql-15; then
      packages[i]=postgresql-15
    fi
  done
  forbid_services
  if [[ " ${packages[*]} " == *" postgresql"* ]]; then
    forbid_cluster || return 1
  fi
  apt_install "${packages[@]}" && return
  say "un à un, pour ne pas tout perdre"
  for package in "${packages[@]}"; do
    apt_install "$package" || say "« $package » n'a pas pu être installé"
  done
}

# --- Python ----------------------------------------------------------------------------------------------------

# The first Python 3.11 or newer that can make an environment.
find_python() {
  local candidate
  for candidate in python3.11 python3.12 python3.13 python3.14 python3; do
    if has "$candidate" && "$candidate" -c 'import sys, venv, ensurepip
sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      command -v "$candidate"
      return
    fi
  done
}

sha256() { .venv/bin/python -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$1"; }
stamp() { echo ".venv/.suivi-$1"; }
fresh() { [ "$(cat "$(stamp "$1")" 2>/dev/null)" = "$(sha256 "$2")" ]; }

make_environment() {
  if [ -e .venv ] && .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    return
  fi
  local python
  python=$(find_python)
  if [ -z "$python" ]; then
    fail "Python 3.11 ou plus récent, avec le module venv, est introuvable.
  Debian et dérivés : apt-get install python3 python3-venv ; macOS : brew install python@3.11"
  fi
  say "crée .venv avec $("$python" --version) ($python)"
  rm -rf .venv
  if has uv; then
    uv venv --quiet --python "$python" .venv
  else
    "$python" -m venv .venv
  fi
}

install_lock() {
  if fresh "$mode" "$lock"; then
    say "bibliothèques à jour ($lock)"
    return
  fi
  rm -f "$(stamp run)" "$(stamp dev)"
  if has uv; then
    say "installe les bibliothèques de $lock, empreintes vérifiées (uv)"
    uv pip install --quiet --python .venv/bin/python --require-hashes -r "$lock"
  else
    say "installe les bibliothèques de $lock, empreintes vérifiées (pip, une demi-minute)"
    .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$lock"
  fi
  sha256 requirements.lock >"$(stamp run)" # the development lock holds all of it
  [ "$mode" = run ] || sha256 "$lock" >"$(stamp dev)"
}

# --- Déroulement -----------------------------------------------------------------------------------------------

missing=()
if on_debian; then
  mapfile -t missing < <(missing_packages)
fi
if [ ${#missing[@]} -eq 0 ]; then
  on_debian && say "paquets du système : rien ne manque"
elif [ "$(id -u)" -eq 0 ]; then
  install_packages "${missing[@]}"
else
  say "il manque au système : ${missing[*]}"
  echo "  Les installer par : sudo apt-get install --no-install-recommends ${missing[*]}"
fi

make_environment
install_lock

# What is really indispensable: WeasyPrint loads its libraries and finds a font. The rest is said, and met later.
if ! .venv/bin/python -c 'import weasyprint' >/dev/null 2>&1; then
  if on_debian; then
    fail "WeasyPrint ne trouve pas ses bibliothèques. Lancer : sudo apt-get install --no-install-recommends ${WEASYPRINT_PACKAGES[*]}"
  fi
  fail "WeasyPrint ne trouve pas ses bibliothèques. Installer Pango, HarfBuzz et Fontconfig (macOS : brew install pango ; Fedora : dnf install pango)."
fi
if [ "$mode" = dev ] && ! on_debian; then
  for program in chromium pdftotext qpdf redis-server initdb; do
    has "$program" || say "« $program » est introuvable : l'installer avant « make test » (Chromium, poppler, qpdf, Redis, PostgreSQL 15 ou plus)"
  done
fi
say "poste prêt ($mode)"
