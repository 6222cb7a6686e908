# shellcheck shell=bash
# shellcheck disable=SC2034  # settings used by the other files
# Settings and helpers shared by all parts of the tool.

[ -n "${KUBE_HOME:-}" ] || KUBE_HOME=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/kube-test-cluster
KUBE_HOME=$(realpath -m "$KUBE_HOME")
DIST=$KUBE_HOME/dist            # what `build` makes
MAX_CLUSTERS=50

# wrap/ holds the tools that need the unpacked Debian libraries, so it goes first
PATH=$DIST/bin:$DIST/wrap:$DIST/root/usr/bin:$DIST/root/usr/sbin:$PATH
export PATH

say() { echo "$*" >&2; }
die() { echo "cluster: $*" >&2; exit 1; }

need() { # need COMMAND PACKAGE
  command -v "$1" >/dev/null || die "'$1' is missing: apt-get install $2"
}

# supported: the first thing that a cluster with a node lacks here, on stdout, and status 1
supported() {
  local reason=""
  if [ "$(id -u)" != 0 ]; then reason="it needs root"
  elif [ "$(uname -m)" != x86_64 ] || ! grep -qs '^VERSION_CODENAME=bookworm' /etc/os-release; then reason="it needs Debian 12 on amd64"
  elif [ ! -e /sys/fs/cgroup/memory/cgroup.procs ]; then reason="it needs cgroup v1 (memory controller)"
  elif ! unshare --mount --net --pid --fork true 2>/dev/null; then reason="it needs to make namespaces"
  fi
  [ -z "$reason" ] || { echo "$reason"; return 1; }
}

check_home() {
  [ "$(id -u)" = 0 ] || die "must run as root"
  case $KUBE_HOME/ in
    /run/* | /var/run/* | /var/lib/* | /var/log/* | /proc/* | /sys/*)
      die "KUBE_HOME=$KUBE_HOME would be hidden inside the cluster; choose another folder" ;;
  esac
}

# use_cluster NAME: set the variables of one cluster
use_cluster() {
  [[ $1 =~ ^[a-z0-9]([-a-z0-9]{0,28}[a-z0-9])?$ ]] || die "bad cluster name '$1' (a DNS label of at most 30 characters)"
  CLUSTER=$1
  STATE=$KUBE_HOME/clusters/$CLUSTER
  PKI=$STATE/pki ETC=$STATE/etc RUN=$STATE/run VAR=$STATE/var LOG=$STATE/log
  KUBECONFIG_ADMIN=$PKI/admin.kubeconfig
  NODE=$CLUSTER-node
  if [ -e "$RUN/index" ]; then set_index "$(cat "$RUN/index")"; fi
}

# The index keeps the addresses of clusters apart.
set_index() {
  INDEX=$1
  NODE_IP=10.99.$INDEX.1
  POD_CIDR=10.$((200 + INDEX)).0.0/16 NODE_POD_CIDR=10.$((200 + INDEX)).0.0/24
  SVC_CIDR=10.$((100 + INDEX)).0.0/16 SVC_API=10.$((100 + INDEX)).0.1 SVC_DNS=10.$((100 + INDEX)).0.10
}

# holder_pid: pid of the namespaces' pid 1; fails when the cluster is down
holder_pid() {
  local p
  p=$(cat "$RUN/holder.pid" 2>/dev/null) && [ -n "$p" ] || return 1
  # the folder in its command line guards against a pid that was given to another process
  [[ $(tr '\0' ' ' 2>/dev/null <"/proc/$p/cmdline") == *" $STATE "* ]] || return 1
  echo "$p"
}

need_up() { HOLDER=$(holder_pid) || die "cluster '$CLUSTER' is not up (cluster up)"; }

# cluster names with a state folder
list_clusters() {
  local d
  for d in "$KUBE_HOME"/clusters/*/; do [ -d "$d" ] && basename "$d"; done
  return 0
}

# in_all / in_net: replace this process by a command inside the cluster's namespaces
in_all() {
  need_up
  kubectl_env
  [ $# -gt 0 ] || set -- "${SHELL:-/bin/sh}"
  # entering a mount namespace resets the working folder: go back to it if it is visible there
  # shellcheck disable=SC2016
  exec nsenter -t "$HOLDER" -m -n -p -- sh -c 'cd "$0" 2>/dev/null; exec "$@"' "$PWD" "$@"
}
in_net() {
  need_up
  kubectl_env
  exec nsenter -t "$HOLDER" -n -- "$@"
}
# discovery results of an earlier cluster with the same address must not be used
kubectl_env() { export KUBECONFIG=$KUBECONFIG_ADMIN KUBECACHEDIR=$VAR/kubectl-cache CNI_NET_DIR=$ETC/cni CNI_BIN_DIR=$ETC/cni-bin; }
in_kubectl() { in_net "${KUBECTL:-kubectl}" --cache-dir="$VAR/kubectl-cache" "$@"; }
kc() { (in_kubectl "$@"); }
