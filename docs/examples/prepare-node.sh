#!/bin/sh
# Prepares a node for a mirror before the node agent runs on it, as root, with containerd running: for cloud-init, or where
# images of machines are built. The agent takes over what this writes.
#
#   prepare-node.sh NAME ADDRESS CA_FILE [ARCHIVE...]
#
# NAME     as images name the mirror: mirror-quay.io
# ADDRESS  kubectl get registrymirror quay -o jsonpath='{.status.address}'
# CA_FILE  what nodes trust: /etc/docker/certs.d/NAME/ca.crt of a node that is prepared
# ARCHIVE  images of Entrepot, as `docker save` or `ctr images export` writes them
set -eu
name=$1 address=$2 ca=$3
shift 3

for folder in /etc/docker/certs.d /etc/containerd/certs.d; do
  mkdir -p "$folder/$name"
  [ -e "$folder/$name/tls.crt" ] || cp "$ca" "$folder/$name/tls.crt"
done
grep -q "[[:space:]]$name\$" /etc/hosts || printf '%s\t%s\n' "$address" "$name" >>/etc/hosts

for archive; do ctr -n k8s.io images import "$archive"; done
# The kubelet removes no image that is pinned, however full the disk is. containerd 1.7 and later know the label.
for image in $(ctr -n k8s.io images list --quiet | grep '^ghcr.io/entrepot/' || true); do
  ctr -n k8s.io images label "$image" io.cri-containerd.pinned=pinned
done
