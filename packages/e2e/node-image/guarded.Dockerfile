# A public node image, with the packet guard before its own entry point.
ARG BASE
FROM ${BASE}
COPY guard/ /
ENTRYPOINT ["/packet-guard", "/usr/local/bin/entrypoint", "/sbin/init"]
