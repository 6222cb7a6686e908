#!/bin/sh
# Installs the linkerd CLI into ~/.linkerd2/bin. Needs curl or wget, and sha256sum, shasum or openssl.
#
#   curl --proto '=https' --tlsv1.2 -sSfL URL/install.sh | LINKERD_BASE_URL=URL sh
#
# LINKERD_BASE_URL  where releases lie: VERSION/linkerd2-cli-VERSION-OS-ARCH with its .sha256, and latest, which holds a VERSION
# LINKERD2_VERSION  which release; default: what latest says
# INSTALLROOT       where to; default ~/.linkerd2
set -eu

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# get URL FILE
get() {
  if command -v curl >/dev/null 2>&1; then
    case $1 in
      https://*) curl --proto '=https' --tlsv1.2 -sSfL -o "$2" "$1" ;;
      *) curl -sSfL -o "$2" "$1" ;;
    esac
  elif command -v wget >/dev/null 2>&1; then
    wget -q -O "$2" "$1"
  else
    fail "neither curl nor wget is installed: install one of them"
  fi
}

sha256() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum "$1" | cut -d' ' -f1
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 256 "$1" | cut -d' ' -f1
  elif command -v openssl >/dev/null 2>&1; then
    openssl dgst -sha256 "$1" | sed 's/.*= *//'
  else
    fail "neither sha256sum, shasum nor openssl is installed: one of them is needed to check the download"
  fi
}

platform() {
  os=$(uname -s)
  case $os in
    Linux) os=linux ;;
    *) fail "there is no linkerd CLI for $os: run it on Linux, in a container or a virtual machine, or build it there with the .NET SDK (dotnet publish src/Linkerd.Cli)" ;;
  esac
  arch=$(uname -m)
  case $arch in
    x86_64 | amd64) arch=amd64 ;;
    aarch64 | arm64) arch=arm64 ;;
    *) fail "there is no linkerd CLI for $os on $arch: it is built for x86_64 and aarch64" ;;
  esac
}

main() {
  base=${LINKERD_BASE_URL:-}
  case $base in
    http://* | https://*) base=${base%/} ;;
    '') fail "LINKERD_BASE_URL is not set: say where releases lie, for example LINKERD_BASE_URL=https://example.com/linkerd" ;;
    *) fail "LINKERD_BASE_URL '$base' is no address: it must begin with https:// or http://" ;;
  esac
  platform
  root=${INSTALLROOT:-$HOME/.linkerd2}
  tmp=$(mktemp -d)
  trap 'rm -rf "$tmp"' EXIT
  trap 'exit 1' HUP INT TERM

  version=${LINKERD2_VERSION:-}
  if [ -z "$version" ]; then
    get "$base/latest" "$tmp/latest" || fail "$base/latest cannot be read: set LINKERD2_VERSION to the release that you want"
    version=$(tr -d '[:space:]' <"$tmp/latest")
  fi
  case $version in
    '' | *[!A-Za-z0-9.+_-]*) fail "'$version' is no version: letters, digits, '.', '+', '_' and '-' only" ;;
  esac

  name=linkerd2-cli-$version-$os-$arch
  url=$base/$version/$name
  printf 'Downloading %s...\n' "$name"
  get "$url" "$tmp/linkerd" || fail "$url cannot be downloaded: is there a release $version for $os on $arch?"
  get "$url.sha256" "$tmp/sha256" || fail "$url.sha256 cannot be downloaded: without it the download cannot be checked"
  printf 'Download complete!\n\nValidating checksum...\n'
  wanted=$(cut -d' ' -f1 <"$tmp/sha256" | tr -d '[:space:]')
  found=$(sha256 "$tmp/linkerd")
  [ -n "$wanted" ] && [ "$found" = "$wanted" ] || fail "Checksum validation failed: $url has $found, but $name.sha256 says $wanted. Nothing was installed; try again, and if it stays so tell whoever serves it"
  printf 'Checksum valid.\n\n'

  # Beside the target first, so that the old binary is replaced in one step.
  mkdir -p "$root/bin"
  chmod 755 "$tmp/linkerd"
  cp "$tmp/linkerd" "$root/bin/.$name.$$"
  mv -f "$root/bin/.$name.$$" "$root/bin/linkerd-$version"
  ln -sfn "linkerd-$version" "$root/bin/linkerd"

  cat <<END
Linkerd $version was successfully installed

Add the linkerd CLI to your path with:

  export PATH=\$PATH:$root/bin

Now run:

  linkerd check --pre                         # whether Linkerd can be installed
  linkerd install --crds | kubectl apply -f - # the definitions of resources
  linkerd install | kubectl apply -f -        # the control plane, into the namespace linkerd
  linkerd check                               # whether everything works

Without a cluster:

  linkerd local demo                          # a cluster, the mesh and an application on this machine
END
}

# All of it in a function: a download that breaks off runs nothing.
main
