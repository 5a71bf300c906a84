package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/distribution/distribution/v3/configuration"
	"github.com/distribution/distribution/v3/registry/handlers"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/filesystem"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/inmemory"
	"github.com/sirupsen/logrus"
)

// serveRegistry answers the OCI distribution API until the context ends. It prints `listening on ADDRESS` once it
// accepts connections, so that a caller may ask for port 0.
func serveRegistry(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("registry", flag.ContinueOnError)
	address := flags.String("listen", "127.0.0.1:0", "address to listen on")
	root := flags.String("root", "", "folder that keeps the content; in memory when empty")
	certificate := flags.String("tls-cert", "", "certificate file; plain HTTP when empty")
	key := flags.String("tls-key", "", "key file of the certificate")
	verbose := flags.Bool("verbose", false, "log every request to standard error")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if !*verbose {
		logrus.SetOutput(io.Discard)
	}

	listener, err := net.Listen("tcp", *address)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handlers.NewApp(ctx, registryConfiguration(*root)), ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	fmt.Printf("listening on %s\n", listener.Addr())
	if *certificate == "" {
		err = server.Serve(listener)
	} else {
		err = server.ServeTLS(listener, *certificate, *key)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// registryConfiguration is a registry without authentication that also deletes, on disk or in memory.
func registryConfiguration(root string) *configuration.Configuration {
	driver, parameters := "inmemory", configuration.Parameters{}
	if root != "" {
		driver, parameters = "filesystem", configuration.Parameters{"rootdirectory": root}
	}
	config := &configuration.Configuration{Version: configuration.CurrentVersion}
	// As many as crane asks for; without a number none may be asked for.
	config.Catalog.MaxEntries = 1000
	config.Storage = configuration.Storage{
		driver:   parameters,
		"delete": configuration.Parameters{"enabled": true},
		"maintenance": configuration.Parameters{
			"uploadpurging": map[interface{}]interface{}{"enabled": false},
		},
	}
	return config
}
