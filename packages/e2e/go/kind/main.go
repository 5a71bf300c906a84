// Command kind is the command line of kind (https://kind.sigs.k8s.io), built from its Go module.
package main

import "sigs.k8s.io/kind/cmd/kind/app"

func main() { app.Main() }
