// Command registry is two programs in one binary, chosen by the name it is called under: `registry`, a plain OCI
// registry on a loopback address, and `crane`, the client of go-containerregistry. Links with these names lie beside it.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/google/go-containerregistry/cmd/crane/cmd"
	"github.com/google/go-containerregistry/pkg/logs"
)

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if err := run(ctx, filepath.Base(os.Args[0])); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, program string) error {
	switch program {
	case "registry":
		return serveRegistry(ctx, os.Args[1:])
	case "crane":
		logs.Warn.SetOutput(os.Stderr)
		logs.Progress.SetOutput(os.Stderr)
		cmd.Root.SilenceErrors = true
		return cmd.Root.ExecuteContext(ctx)
	default:
		return fmt.Errorf("%s: no such program here; call it as registry or crane", program)
	}
}
