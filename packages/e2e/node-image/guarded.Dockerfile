# A public node image, with the packet guard before its own entry point. Its containerd looks for registries' CAs in
# /etc/containerd/certs.d only; nodes of users often have both folders.
ARG BASE
FROM ${BASE}
COPY guard/ /
RUN mkdir -p /etc/docker /etc/containerd/certs.d && ln -s /etc/containerd/certs.d /etc/docker/certs.d
ENTRYPOINT ["/packet-guard", "/usr/local/bin/entrypoint", "/sbin/init"]
